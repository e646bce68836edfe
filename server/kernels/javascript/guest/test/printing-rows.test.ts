/** The recorded print-outs, with which the test in workerd compares, are what Node 20 prints. */

import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PRINTING } from './printing-rows.ts';

/** In this realm, so that classes are known to the printer. */
const evaluate: (code: string) => unknown = Reflect.get(globalThis, 'eval');

const recorded: Record<string, string> = JSON.parse(
  readFileSync(new URL('./printing-rows.json', import.meta.url), 'utf8'),
);

describe.skipIf(!process.version.startsWith('v20.'))('what Node 20 prints', () => {
  it.each(PRINTING)('%s', (code) => {
    const value: unknown = evaluate(`(${code})`);
    expect(inspect(value)).toBe(recorded[code]);
  });
});
