// Prints what `go test -json` says as the other suites do: each check on a line, what failed in full, and
// a closing line with the numbers.

import { createInterface } from 'node:readline';

let [passed, failed] = [0, 0];
const said = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const event = parsed(line);
  const { Test: key = '' } = event;
  if (['output', 'build-output'].includes(event.Action)) said.set(key, (said.get(key) ?? '') + event.Output);
  // The checks are the subtests; a package that does not build or ends in a panic fails as a whole.
  const isCheck = key.includes('/');
  const name = key.replace(/^.*?\//, '').replaceAll('_', ' ');
  if (event.Action === 'pass' && isCheck) {
    passed += 1;
    console.log(`  ok      ${name}`);
  }
  if (event.Action === 'fail' && isCheck) {
    failed += 1;
    console.log(`  FAILED  ${name}\n${said.get(key)}`);
  }
  if (event.Action === 'fail' && !isCheck && !failed) console.log(said.get(key) ?? said.get(''));
}
console.log(`${process.env.SUITE}: ${passed} passed, ${failed} failed`);
process.exitCode = passed && !failed ? 0 : 1;

/** What is no event is what the compiler says. */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return { Action: 'output', Output: `${line}\n` };
  }
}
