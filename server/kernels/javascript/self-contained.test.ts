/** Functions that go to another isolate: what they need from outside, and the module that is made of them. */

import { describe, expect, it } from 'vitest';
import { NotSelfContained, selfContainedModule } from './self-contained.ts';

/** The variables that a module checks for where it runs. */
function wanted(source: string, name = ''): string[] {
  const names = /const missing = (\[.*?\])/.exec(selfContainedModule(source, name))?.[1];
  return names === undefined ? [] : JSON.parse(names);
}

describe('the variables that a function takes from outside', () => {
  it.each<[string, string[]]>([
    ['(a) => a + b', ['b']],
    ['function f(a, { b, c: [d] }, ...e) { return f(a, b, d, e, arguments) }', []],
    ['(x = y, { k = z } = {}) => x + k', ['y', 'z']],
    ['() => { total += 1; { let total = 2; total = 3 } }', ['total']],
    ['() => { if (1) { var a = 2; let b } return a + b }', ['b']],
    ['() => { for (const a of c) a; for (let i = 0; i < 1; i++) i; return a + i }', ['a', 'c', 'i']],
    ['() => { try {} catch (e) { e } return e }', ['e']],
    ['() => { switch (1) { case 1: let a; a } return a }', ['a']],
    ['() => { class A { static { let s; s } m() { return A + s } } return new A }', ['s']],
    ['() => { label: for (;;) break label; return { x, y: 1, [z]: 2 }.w }', ['x', 'z']],
    ['() => { function inner() { return inner + outer } return inner }', ['outer']],
    ["() => typeof gone === 'undefined' ? 1 : gone", []],
    ['async function* gen() { for await (const x of source) yield* x }', ['source']],
    ['() => arguments.length', ['arguments']],
    [`(s) => \`\${s} \${t}\``, ['t']],
  ])('%s', (source, names) => expect(wanted(source)).toEqual(names));
});

describe('a function as a module', () => {
  const evaluate = async (source: string, name: string) =>
    (await import(`data:text/javascript,${encodeURIComponent(selfContainedModule(source, name))}`)).default;

  it.each<[string, string, unknown]>([
    ['(n) => n < 2 ? n : fib(n - 1) + fib(n - 2)', 'fib', 55],
    ['async method(n) { return n }', 'method', 10],
    ['["computed"](n) { return n + 1 }', 'computed', 11],
    ['get value() { return 7 }', 'get value', 7],
    ['#hidden(n) { return n * 2 }', '#hidden', 20],
    ['function (n) { return [this, n] } // and a comment', '', [undefined, 10]],
  ])('%s', async (source, name, result) => expect(await (await evaluate(source, name))(10)).toEqual(result));

  it('names the variables that are not there', async () => {
    await expect(evaluate('() => [a, b, Math]', '')).rejects.toThrow('there is no variable a, b. Pass what it needs');
  });
});

it.each([
  ['class A {}', 'not a class'],
  ['function max() {\n    [native code]\n}', 'a built-in or bound function'],
  ['() => this.x', 'cannot send `this` along'],
  ['method() { return super.x }', 'cannot send `super` along'],
  ['method() { return this.#x }', "Private field '#x' must be declared"],
  ['function f() { with ({}) x }', "'with' in strict mode"],
  [');import("x");(', 'Unexpected token'],
])('%s is refused', (source, reason) => {
  expect(() => selfContainedModule(source, '')).toThrow(NotSelfContained);
  expect(() => selfContainedModule(source, '')).toThrow(reason);
});
