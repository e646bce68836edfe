/** `tsx test/checks/count.ts FILE`: how many tests passed and failed, from vitest's JSON report, on one line. */

import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const report = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
  numTodoTests: v.number(),
  testResults: v.array(v.object({ status: v.string(), assertionResults: v.array(v.object({ status: v.string() })) })),
});

const file = process.argv[2] ?? '';
const text = readFileSync(file, 'utf8');
if (text === '') {
  console.error('The tests did not run: a check before them failed.');
  process.exit(1);
}
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = v.parse(
  report,
  JSON.parse(text),
);

/** Files that failed outside their tests, as when one cannot be loaded. */
const brokenFiles = testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
).length;
const failed = numFailedTests + brokenFiles;
const skipped = numPendingTests + numTodoTests;

console.log(`${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
if (failed > 0 || numPassedTests === 0) process.exitCode = 1;
