// Prints each test on a line, what failed in full, and a closing line with the numbers.

export default async function* report(events) {
  let [passed, failed, noise] = [0, 0, ''];
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') noise += data.message;
    if (type === 'test:pass' && !holdsTests(data)) {
      passed += 1;
      yield `  ok      ${data.name}\n`;
    }
    // What holds tests fails because of them, and they have been told by then.
    if (type === 'test:fail' && data.details.error.failureType !== 'subtestsFailed') {
      failed += 1;
      const { cause = data.details.error } = data.details.error;
      yield `  FAILED  ${data.name}\n${cause.stack ?? cause}\n`;
    }
  }
  if (failed) yield noise;
  yield `${process.env.SUITE}: ${passed} passed, ${failed} failed\n`;
}

/** Suites and files are reported like tests. */
function holdsTests({ name, details }) {
  return details.type === 'suite' || name.endsWith('.test.js');
}
