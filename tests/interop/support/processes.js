// Programs that a suite starts.

import { setTimeout as wait } from 'node:timers/promises';

/** Waits until a program that was just started answers at `url`; rejects when it ends before. */
export async function untilItAnswers(program, url, seconds = 20) {
  let failure = new Error(`nothing answers at ${url} after ${seconds} s`);
  program.once('error', (error) => (failure = error));
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await wait(50)) {
    if (program.exitCode !== null) throw new Error(`the program at ${url} ended with ${program.exitCode}`);
    if (program.pid === undefined) break;
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch {
      // Not yet.
    }
  }
  throw failure;
}
