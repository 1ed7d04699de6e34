"""Runs the tests of a module: each on a line, what failed in full, and a closing line with the numbers."""

import unittest


class _Lines(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.problems = len(self.failures) + len(self.errors)

    def stopTest(self, test):
        super().stopTest(test)
        name = f"{type(test).__name__} {test._testMethodName.removeprefix('test_')}".replace("_", " ")
        problems = (self.failures + self.errors)[self.problems :]
        print(f"  {'FAILED' if problems else 'ok    '}  {name}")


def run(name, module):
    """The exit code: 0 when there were tests and all of them passed."""
    result = _Lines()
    unittest.defaultTestLoader.loadTestsFromModule(module).run(result)
    problems = result.failures + result.errors
    for _, trace in problems:
        print(trace)
    print(f"{name}: {result.testsRun - len(problems)} passed, {len(problems)} failed")
    return 1 if problems or not result.testsRun else 0
