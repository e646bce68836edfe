/** Where inputs end in a Python text. */

import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../protocol/limits.ts';
import { splitInputs } from './split-inputs.ts';

const CASES: [text: string, inputs: string[]][] = [
  ['', []],
  ['\n  \n# nothing\n', []],
  ['a = 1\nb = 2', ['a = 1', 'b = 2']],
  ['a = 1 # one\n\n\nb = 2\n', ['a = 1 # one', 'b = 2']],
  ['for i in x:\n    print(i)\nprint(1)', ['for i in x:\n    print(i)', 'print(1)']],
  ['for i in x:\n    print(i)', []],
  ['for i in x:\n    print(i)\n', ['for i in x:\n    print(i)']],
  ['def f():\n    a = 1\n\n    return a\n\nf()', ['def f():\n    a = 1\n\n    return a', 'f()']],
  ['if x:\n    y\nelse:\n    z\n\n1', ['if x:\n    y\nelse:\n    z', '1']],
  ['@a\n@b\ndef f():\n    pass\nclass A: pass\n', ['@a\n@b\ndef f():\n    pass', 'class A: pass']],
  ['x = """\na\n"""\ny = [\n1,\n]\n', ['x = """\na\n"""', 'y = [\n1,\n]']],
  ['a = 1\nx = (', ['a = 1']],
  ["x = 'a\ny = 1", ["x = 'a", 'y = 1']],
  ["%pip install it's\nx = 1", ["%pip install it's", 'x = 1']],
  ['a = 1 + \\\n  2\nb', ['a = 1 + \\\n  2', 'b']],
];

describe('splitInputs', () => {
  it.each(CASES)('cuts %j', (text, inputs) => {
    const split = splitInputs(text);
    expect(split.inputs.map(([start, end]) => text.slice(start, end))).toEqual(inputs);
    expect(split.through).toBe(text.length);
  });

  it('stops at the limit', () => {
    const text = 'a\n'.repeat(LIMITS.splitInputs + 1);
    expect(splitInputs(text)).toMatchObject({ through: 2 * LIMITS.splitInputs - 1 });
    expect(splitInputs(text).inputs).toHaveLength(LIMITS.splitInputs);
    expect(splitInputs('a\n'.repeat(LIMITS.splitInputs)).inputs).toHaveLength(LIMITS.splitInputs);
  });

  it('takes time in proportion to the text', () => {
    const text = `x = [${'"a", '.repeat(100_000)}]\n`;
    expect(splitInputs(text).inputs).toHaveLength(1);
  });
});
