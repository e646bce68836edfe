/** Inputs without types are parsed as they are: that must be what stripping leaves of them. */

import { expect, it } from 'vitest';
import { parseInput, strip } from './parse-input.ts';
import { SEMANTICS } from './semantics/table.ts';

it.each([
  ...SEMANTICS.flatMap(({ inputs }) => inputs).map(([code]) => code),
  'f\n(1)',
  'function f()\nfunction f() { return 1 }',
  'type\nx = 1',
  'a < b > (c)',
  'x!\ny',
  'let as = 1; as',
  'class A { x; declare\ny }',
])('parses %j as it does without types', (code) => {
  const whole = (source: string) => attempt(() => parseInput(strip(source), 'js').source);
  // What is an object and no block has parts that only an object can have.
  const plainly = whole(code) ?? whole(`(${code}\n)`);
  expect(attempt(() => parseInput(code, 'ts').source)).toBe(plainly);
});

function attempt(parse: () => string): string | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
