/** The recorded print-outs, with which the test in workerd compares, are what Node 20 prints. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PRINTING } from './printing-rows.ts';

type Rows = Readonly<Record<string, string>>;

const recorded: Rows = JSON.parse(readFileSync(new URL('./printing-rows.json', import.meta.url), 'utf8'));

/** In a process of its own: promises look otherwise where something follows them, as it may among other tests. */
function printAll(codes: readonly string[]): Rows {
  const script = `
    const print = (code) => require('node:util').inspect((0, eval)('(' + code + ')'));
    const codes = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
    console.log(JSON.stringify(Object.fromEntries(codes.map((code) => [code, print(code)]))));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { input: JSON.stringify(codes), encoding: 'utf8' }));
}

describe.skipIf(!process.version.startsWith('v20.'))('what Node 20 prints', () => {
  const printed = printAll(PRINTING);
  it.each(PRINTING)('%s', (code) => {
    expect(printed[code]).toBe(recorded[code]);
  });
});
