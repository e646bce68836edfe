/** Which inputs are complete, and the indentation of the next line of those that are not. */

import { describe, expect, it } from 'vitest';
import { isComplete } from './is-complete.ts';

const COMPLETE = [
  '',
  '1 + 1',
  'x = [1, 2]',
  'x = (1 +\n     2)',
  '"a # b"',
  "f'{x['a']}'",
  'f"{{"',
  'f"{x!r:>{width}}"',
  "'it\\'s'",
  "'''a\nb'''",
  'x = 1 # (',
  'matches = 1',
  'import os; os.getcwd()',
  'for i in x:\n    print(i)\n',
  'for i in x:\n    print(i)\n    ',
  'def f():\n    return 1\n\nf()',
  'if x: y\n',
  '%timeit sum([',
  // No further line mends it.
  'if x',
  'def f():\n    for i in x',
  'len?',
  '?len',
];

const INCOMPLETE: [code: string, indent: string][] = [
  ['for i in x:', '    '],
  ['for i in x: # all', '    '],
  ['for i in x:\n  print(i)', '  '],
  ['def f():\n    if x:', '        '],
  ['def f():\n    if x:\n        return 1', '    '],
  ['def f():\n    pass', ''],
  ['if x: y', ''],
  ['x = [1,', '    '],
  ['f(a, [', '        '],
  ["'''a", ''],
  ['f"""{x}\n', ''],
  ["f'''{[", '        '],
  ['x = 1 + \\', '    '],
  ['@decorator', ''],
  ['class A:\n\n    x = 1', '    '],
  ['if x:\n    y\nelse:', '    '],
  ['match x:', '    '],
];

const INVALID: [code: string, message: string][] = [
  ['x = )', "unmatched ')'"],
  ['f(]', "closing parenthesis ']' does not match opening parenthesis '('"],
  ["x = 'a\nb", 'unterminated string literal'],
];

describe('isComplete', () => {
  it.each(COMPLETE)('%j is complete', (code) => {
    expect(isComplete(code)).toEqual({ status: 'complete' });
  });

  it.each(INCOMPLETE)('%j is incomplete', (code, indent) => {
    expect(isComplete(code)).toEqual({ status: 'incomplete', indent });
  });

  it.each(INVALID)('%j is invalid', (code, message) => {
    expect(isComplete(code)).toEqual({ status: 'invalid', message });
  });
});
