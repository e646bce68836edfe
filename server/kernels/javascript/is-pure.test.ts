/** Which inputs in JavaScript only look, so that undo passes over them. */

import { describe, expect, it } from 'vitest';
import { isPure } from './is-pure.ts';

describe('what undo does not count as a step', () => {
  it.each([
    '1+1',
    'x',
    'a.b?.c[0]',
    '`$' + '{n} items`',
    '({a: 1, b: [2, ...c]})',
    '!x && y ? -1 : 2',
    '',
    'let x = ;',
    'x as number',
    '-x, y',
  ])('%j', (code) => expect(isPure(code, 'ts')).toBe(true));
});

describe('what undo counts as a step', () => {
  it.each([
    'let x = 1',
    'x = 1',
    'x++',
    'f()',
    'new F()',
    'delete o.x',
    'await p',
    'tag`x`',
    'function f() {}',
    'class A {}',
    'import x from "./x.ts"',
    'import("./x.ts")',
    'if (x) y',
    '[...f()]',
    '({ get a() { return 1 } })',
    '() => 1',
  ])('%j', (code) => expect(isPure(code, 'ts')).toBe(false));
});
