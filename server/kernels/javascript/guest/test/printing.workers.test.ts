/** The kernel prints values as Node 20 does. */

import { beforeAll, describe, expect, it } from 'vitest';
import { TestSession } from '../../testing/test-session.ts';
import recorded from './printing-rows.json' with { type: 'json' };

let session: TestSession;
beforeAll(async () => {
  session = await TestSession.open();
});

describe('prints as Node 20', () => {
  it.each(Object.entries(recorded))('%s', async (code, printed) => {
    expect(await session.show(`(${code})`, { language: 'js' })).toBe(printed);
  });
});

describe('echoes simple values as the printer colours them', () => {
  const same = async (own: TestSession, value: string): Promise<void> => {
    const echoed = await own.evaluate(value);
    const printed = await own.evaluate(`require('node:util').inspect(${value}, { colors: true })`);
    if (echoed.status !== 'ok' || printed.status !== 'ok') throw new Error(`${value} should have a value`);
    expect([value, echoed.value.text]).toEqual([value, printed.value.string]);
  };

  it.each([
    ['as they are', ''],
    ['with separators', `require('node:util').inspect.defaultOptions.numericSeparator = true`],
    [
      'in other styles',
      `require('node:util').inspect.styles.number = 'red'; delete require('node:util').inspect.styles.boolean`,
    ],
    ['in colours of its own', `require('node:util').inspect.colors.yellow = [95, 39]`],
    ['in colours that are no numbers', `require('node:util').inspect.colors.yellow = ['"', '39']`],
    [
      'in styles that throw',
      `Object.defineProperty(require('node:util').inspect.styles, 'undefined', { get() { throw 1 } })`,
    ],
  ])('%s', async (_, change) => {
    const own = await TestSession.open();
    if (change !== '') await own.evaluate(change);
    for (const value of ['2', '123456.5', '-0', '0', '1e21', 'NaN', '-Infinity', 'true', 'false'])
      await same(own, value);
    if (!change.includes('throw')) await same(own, 'undefined');
    expect((await own.evaluate('undefined')).status).toBe('ok');
  });
});
