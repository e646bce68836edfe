/** `console`, as Node 20's. */

import { describe, expect, it } from 'vitest';
import { TestSession } from '../../testing/test-session.ts';

const ROWS: readonly (readonly [code: string, stdout: string, stderr?: string])[] = [
  [`console.log()`, '\n'],
  [`console.log('a', 1, { b: [1] }, null)`, 'a 1 { b: [ 1 ] } null\n'],
  [
    `console.log('%s is %d and %i, %f, %j, %o %O %c%%', 'Bob', 42.5, 42.9, '1.5', { a: 1 }, [1], { c: 1 }, 'css')`,
    'Bob is 42.5 and 42, 1.5, {"a":1}, [ 1, [length]: 1 ] { c: 1 } %\n',
  ],
  [`console.log('%s', { a: { b: 1 } }, 'rest')`, '{ a: [Object] } rest\n'],
  [`console.log('%x %s', 1)`, '%x 1\n'],
  [`console.log(-0, '%s')`, '-0 %s\n'],
  [`console.info('i'); console.debug('d')`, 'i\nd\n'],
  [`console.error('e'); console.warn('w')`, '', 'e\nw\n'],
  [
    `console.group('G'); console.log('a\\nb'); console.group(); console.log('c'); console.groupEnd(); console.groupEnd(); console.log('d')`,
    'G\n  a\n  b\n    c\nd\n',
  ],
  [
    `console.count(); console.count('x'); console.count(); console.countReset(); console.count(); console.countReset('no')`,
    'default: 1\nx: 1\ndefault: 2\ndefault: 1\n',
    "Warning: Count for 'no' does not exist\n",
  ],
  [`console.timeEnd('none')`, '', "Warning: No such label 'none' for console.timeEnd()\n"],
  [
    `console.assert(true, 'x'); console.assert(false, 'no %s', 'way'); console.assert(false); console.assert(false, { a: 1 })`,
    '',
    'Assertion failed: no way\nAssertion failed\nAssertion failed: { a: 1 }\n',
  ],
  [`console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 })`, '{ a: [Object] }\n'],
  [
    `console.table([{ a: 1, b: 'x' }, { a: 2, c: { d: 1 } }])`,
    "┌─────────┬───┬─────┬──────────┐\n│ (index) │ a │ b   │ c        │\n├─────────┼───┼─────┼──────────┤\n│ 0       │ 1 │ 'x' │          │\n│ 1       │ 2 │     │ { d: 1 } │\n└─────────┴───┴─────┴──────────┘\n",
  ],
  [
    `console.table([1, 'two', [3]])`,
    "┌─────────┬───┬────────┐\n│ (index) │ 0 │ Values │\n├─────────┼───┼────────┤\n│ 0       │   │ 1      │\n│ 1       │   │ 'two'  │\n│ 2       │ 3 │        │\n└─────────┴───┴────────┘\n",
  ],
  [
    `console.table(new Map([['k', 1], ['j', { a: 1 }]]))`,
    "┌───────────────────┬─────┬──────────┐\n│ (iteration index) │ Key │ Values   │\n├───────────────────┼─────┼──────────┤\n│ 0                 │ 'k' │ 1        │\n│ 1                 │ 'j' │ { a: 1 } │\n└───────────────────┴─────┴──────────┘\n",
  ],
  [
    `console.table([{ a: 1, b: 2 }], ['b']); console.table([{ 日本: 1 }]); console.table(5)`,
    '┌─────────┬───┐\n│ (index) │ b │\n├─────────┼───┤\n│ 0       │ 2 │\n└─────────┴───┘\n┌─────────┬──────┐\n│ (index) │ 日本 │\n├─────────┼──────┤\n│ 0       │ 1    │\n└─────────┴──────┘\n5\n',
  ],
  [`process.stdout.write('a'); process.stderr.write('b')`, 'a', 'b'],
];

describe('console', () => {
  it.each(ROWS)('%s', async (code, stdout, stderr = '') => {
    const session = await TestSession.open();
    await session.evaluate(`${code}; 0`, { language: 'js' });
    const written = (stream: string) =>
      session.output.filter((output) => output.stream === stream).map(({ text }) => text);
    expect(written('stdout').join('')).toBe(stdout);
    expect(written('stderr').join('')).toBe(stderr);
  });

  it('traces with the caller’s frames only', async () => {
    const session = await TestSession.open();
    await session.evaluate(`function here() { console.trace('why') }\nhere()`);
    expect(session.output[0]?.text).toBe('Trace: why\n    at here (REPL1:1:26)\n    at REPL1:2:1\n');
  });

  it('times', async () => {
    const session = await TestSession.open();
    await session.evaluate(`console.time('t')`);
    session.clockOffset += 90_500;
    await session.evaluate(`console.timeLog('t', 1); console.timeEnd('t')`);
    expect(session.output.map(({ text }) => text).join('')).toMatch(/^t: 1:30\.\d{3} \(m:ss\.mmm\) 1\nt: 1:30/);
  });
});
