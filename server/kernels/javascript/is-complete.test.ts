/** When Enter submits and when it opens another line. */

import { describe, expect, it } from 'vitest';
import { isComplete } from './is-complete.ts';

describe('isComplete', () => {
  it.each(['', '1 + 1', 'const a = {\n  b: 1,\n}', 'if (x) y', '// comment', 'x = "a\\\nb"', 'await f()', 'a\n  .b()'])(
    'takes %j as complete',
    (code) => {
      expect(isComplete(code, 'js')).toEqual({ status: 'complete' });
      expect(isComplete(code, 'ts')).toEqual({ status: 'complete' });
    },
  );

  it.each([
    ['f(', '  '],
    ['function f() {', '  '],
    ['function f() {\n  if (x) {', '    '],
    ['function f() {\n\tif (x) {', '\t\t'],
    ['const a = [\n    1,', '    '],
    ['a +', ''],
    ['if (x)', ''],
    ['/* open', ''],
    ['`text', ''],
    ['f(`text', ''],
    ['`text ${f(', '    '],
    ['"text\\\n', ''],
    ['class A { #x; m() { return {', '      '],
    ['const f = (a) => {', '  '],
    ['const s = "}"; [', '  '],
  ])('wants more after %j and indents with %j', (code, indent) => {
    expect(isComplete(code, 'js')).toEqual({ status: 'incomplete', indent });
    expect(isComplete(code, 'ts')).toEqual({ status: 'incomplete', indent });
  });

  it.each([
    'interface A {',
    'type A =',
    'enum E { A,',
    'const x: Map<string,',
    'function f(a: string):',
    'class A<T> {',
    'const f = (a: number) => {',
    'const f = (a: number): string =>',
    'f((a: T) => {\n  g(a,',
    'x.map((a) => ({ ...a, b:',
  ])('wants more TypeScript after %j', (code) => {
    expect(isComplete(code, 'ts')).toMatchObject({ status: 'incomplete' });
  });

  it.each([
    ['let x = = 5', "Unexpected token '='"],
    ['const f = (a) => { let 1 }', 'Unexpected number'],
    ['f((a) => { b c', "Unexpected identifier 'c'"],
    [')', "Unexpected token ')'"],
    ['f(]', "Unexpected token ']'"],
    ['[1,\n@decorated', 'Decorators are not supported'],
    ['"open', 'Invalid or unexpected token'],
    ['let a; let a', "Identifier 'a' has already been declared"],
    ['{ return 1 }', 'Illegal return statement'],
  ])('refuses %j: %s', (code, message) => {
    expect(isComplete(code, 'js')).toEqual({ status: 'invalid', message });
    expect(isComplete(code, 'ts')).toEqual({ status: 'invalid', message });
  });
});
