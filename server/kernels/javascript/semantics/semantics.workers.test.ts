/** The semantics table, asked of the kernel. */

import { describe, expect, it } from 'vitest';
import { TestSession } from '../testing/test-session.ts';
import { SEMANTICS } from './table.ts';

describe.each(SEMANTICS)('$title', ({ inputs }) => {
  it('prints what it should', async () => {
    const session = await TestSession.open();
    const printed: string[] = [];
    for (const [code, expected] of inputs) {
      const shown = await session.show(code);
      printed.push(expected.startsWith('Uncaught ') ? firstLine(shown, expected) : shown);
    }
    expect(printed.map((shown, index) => [inputs[index]?.[0], shown])).toEqual(inputs);
  });
});

/** An expectation without a message holds for every message. */
function firstLine(shown: string, expected: string): string {
  const line = shown.split('\n')[0] ?? '';
  return /^Uncaught \w+$/.test(expected) && line.startsWith(`${expected}: `) ? expected : line;
}
