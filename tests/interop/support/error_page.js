// doorward's page for those who could not be signed in.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { playground } from './playground.js';

/** Asserts that this is the page, with such a sentence; returns its reference. */
export function assertErrorPage(page, sentence) {
  assert.equal(page.url.origin, playground.issuer);
  assert.ok(page.status >= 400, `status ${page.status}`);
  assert.match(page.text, /We could not sign you in/);
  assert.match(page.text, sentence);
  const [, reference] = page.text.match(/Reference ([a-z]+-[a-z]+-\d{4})/) ?? assert.fail(page.text);
  return reference;
}

/** The line with that reference in the log, where an operator finds the cause. */
export function cause(reference) {
  const lines = readFileSync(process.env.PLAYGROUND_LOG, 'utf8').split('\n');
  return lines.find((line) => line.includes(reference)) ?? '';
}
