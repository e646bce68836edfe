/** Where inputs end in a text: the same as if each line were typed and asked about. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../protocol/limits.ts';
import { isIncomplete } from './is-complete.ts';
import { splitInputs } from './split-inputs.ts';

/** Asks about every line. */
function lineByLine(text: string): string[] {
  const inputs: string[] = [];
  let code: string | null = null;
  for (const line of text.split('\n')) {
    code = code === null ? (line.trim() === '' ? null : line) : `${code}\n${line}`;
    if (code === null || isIncomplete(code, 'ts')) continue;
    inputs.push(code);
    code = null;
  }
  return inputs;
}

function split(text: string, from = 0): string[] {
  return splitInputs(text, 'ts', from).inputs.map(([start, end]) => text.slice(start, end));
}

const PIECES = [
  'const a = 1',
  '',
  '   ',
  '// a comment',
  'function f(x: number) {',
  '  if (x) {',
  '}',
  '  return f(`',
  `  \${x} {`,
  '`)',
  '/* open\nclosed */ b',
  'type T = {',
  '  a: string;',
  'f(]',
  'let 1',
  'a! / (b\nc)',
  '[1, 2,',
  ']',
  '"unfinished',
  'a +',
  'const r = /[{]/',
  'x = "}"',
];

describe('splitInputs', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['\n  \n', []],
    ['1', ['1']],
    ['1\n2\n', ['1', '2']],
    ['\n\n1\n\nconst f = () => {\n\n  g()\n}\nf()', ['1', 'const f = () => {\n\n  g()\n}', 'f()']],
    ['a\n  .b()', ['a', '  .b()']],
    ['`\n{\n`\n{', ['`\n{\n`']],
    ['/*\n{\n*/ 1\n2', ['/*\n{\n*/ 1', '2']],
    ['f(\n1,\n2 3,\n4,\n5\n)', ['f(\n1,\n2 3,', '4,\n5', ')']],
    ['(\n1\n2', ['(\n1\n2']],
  ])('%j', (text, inputs) => {
    expect(split(text)).toEqual(inputs);
  });

  it('finds what asking about every line finds', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }), (lines) => {
        const text = lines.join('\n');
        expect(split(text)).toEqual(lineByLine(text));
      }),
      { numRuns: 200 },
    );
  });

  it('goes on after lines that are known', () => {
    const text = 'f(\n1,\n2,';
    expect(splitInputs(text, 'ts', 0)).toEqual({ inputs: [], through: text.length });
    expect(splitInputs(`${text}\n3)\n4\n[`, 'ts', text.length)).toEqual({
      inputs: [
        [0, 11],
        [12, 13],
      ],
      through: 15,
    });
  });

  it('stops at as many inputs as an answer holds', () => {
    const { inputs, through } = splitInputs('1\n'.repeat(LIMITS.splitInputs), 'ts', 0);
    expect([inputs.length, through]).toEqual([LIMITS.splitInputs, 2 * LIMITS.splitInputs - 1]);
    expect(splitInputs('1\n'.repeat(LIMITS.splitInputs + 1), 'ts', 0).inputs).toHaveLength(LIMITS.splitInputs);
  });

  it('stops early in long inputs, and gets to their end when asked again', () => {
    const long = `[\n${'// x\na,\n'.repeat(20_000)}]`;
    const text = `${long}\n1`;
    const inputs: string[] = [];
    let [cut, known, asked] = [0, 0, 0];
    while (cut < text.length) {
      const answer = splitInputs(text.slice(cut), 'js', known);
      expect(answer.inputs.length > 0 || answer.through > known).toBe(true);
      inputs.push(...answer.inputs.map(([start, end]) => text.slice(cut + start, cut + end)));
      const end = answer.inputs.at(-1)?.[1] ?? 0;
      known = answer.through - end;
      cut += end;
      asked++;
    }
    expect(inputs).toEqual([long, '1']);
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(10);
  });
});
