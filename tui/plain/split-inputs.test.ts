/** A text cut into the inputs that it holds. */

import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { type AskSplit, splitInputs } from './split-inputs.ts';

/** Complete when its brackets balance, invalid with a closing one too many. */
function isIncomplete(code: string): boolean {
  return [...code].reduce((sum, char) => sum + (char === '{' ? 1 : char === '}' ? -1 : 0), 0) > 0;
}

/** Looks at `most` lines at a time. */
function session(most = Number.POSITIVE_INFINITY): { ask: AskSplit; asked: [code: string, from: number][] } {
  const asked: [code: string, from: number][] = [];
  const ask: AskSplit = async (code, from) => {
    asked.push([code, from]);
    const inputs: [number, number][] = [];
    let [start, end, looked] = [0, -1, 0];
    while (end < code.length && looked < most) {
      const next = code.indexOf('\n', end + 1);
      end = next === -1 ? code.length : next;
      if (code.slice(start, end).trim() === '') {
        start = end + 1;
        continue;
      }
      if (end <= from) continue;
      looked++;
      if (!isIncomplete(code.slice(start, end))) {
        inputs.push([start, end]);
        start = end + 1;
      }
    }
    return { inputs, through: end };
  };
  return { ask, asked };
}

async function split(chunks: readonly string[], ask = session().ask): Promise<string[]> {
  async function* text(): AsyncGenerator<string> {
    yield* chunks;
  }
  const inputs: string[] = [];
  for await (const input of splitInputs(text(), ask)) inputs.push(input);
  return inputs;
}

describe('splitInputs', () => {
  it('ends an input with the line that completes it', async () => {
    expect(await split(['a\nif (x) {\n\n  b\n}\nc'])).toEqual(['a', 'if (x) {\n\n  b\n}', 'c']);
  });

  it('has no inputs for blank lines', async () => {
    expect(await split(['\n  \na\n\t\n\nb\n'])).toEqual(['a', 'b']);
    expect(await split([])).toEqual([]);
    expect(await split(['\n \n', '\n'])).toEqual([]);
  });

  it('hands on what can never be complete, and what the text ends within', async () => {
    expect(await split(['}\na\n{\nb'])).toEqual(['}', 'a', '{\nb']);
  });

  it('takes line ends of any kind', async () => {
    expect(await split(['{\r\n}\r', '\na\r', 'b\r', '', '\nc\r'])).toEqual(['{\n}', 'a', 'b', 'c']);
  });

  it.each([1, 2, 3, 7])(
    'finds the same inputs in chunks of %d characters, and however little is looked at',
    async (size) => {
      const text = '{\n  a\n\n  {\n}}\n\n}\nb\n\n{\n}\n{\nc';
      const inputs = ['{\n  a\n\n  {\n}}', '}', 'b', '{\n}', '{\nc'];
      const chunks = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
      expect(await split(chunks)).toEqual(inputs);
      for (const most of [1, 2, 3]) expect(await split([text], session(most).ask)).toEqual(inputs);
    },
  );

  it('asks once for all that is there, and never again about lines that it knows', async () => {
    const { ask, asked } = session();
    await split(['a\n{\n', '  b\n  c', '\n}\nd'], ask);
    expect(asked).toEqual([
      ['a\n{', 0],
      ['{\n  b', 1],
      ['{\n  b\n  c\n}', 5],
      ['d', 0],
    ]);
  });

  it('yields an input before the next line is there', async () => {
    let write = (_: string): void => undefined;
    async function* text(): AsyncGenerator<string> {
      yield 'a\n';
      yield await new Promise<string>((resolve) => (write = resolve));
    }
    const inputs = splitInputs(text(), session().ask);
    expect(await inputs.next()).toEqual({ done: false, value: 'a' });
    const next = inputs.next();
    await new Promise(setImmediate);
    write('b\n');
    expect(await next).toEqual({ done: false, value: 'b' });
  });

  it('never asks about more than a question holds, and hands on an input that is larger', async () => {
    const { ask, asked } = session();
    const line = `${'é'.repeat(99)}\n`;
    const most = Math.floor(LIMITS.inputCode / Buffer.byteLength(line));
    expect((await split([line.repeat(most + 5)], ask)).length).toBe(most + 5);
    expect(asked.map(([code]) => Math.ceil(code.length / line.length))).toEqual([most, 5]);
    const atLimit = `{${'x'.repeat(LIMITS.inputCode - 3)}\n}`;
    expect(await split([`${atLimit}\n`])).toEqual([atLimit]);
    const { ask: askLess, asked: askedLess } = session();
    const over = `{${'x'.repeat(LIMITS.inputCode)}\n}`;
    expect(await split([`${over}\n`], askLess)).toEqual([over]);
    expect(askedLess).toEqual([]);
  });

  it.each<[string, Awaited<ReturnType<AskSplit>>]>([
    ['finds nothing new', { inputs: [], through: 0 }],
    ['goes backwards', { inputs: [[1, 0]], through: 1 }],
    ['goes beyond the text', { inputs: [[0, 99]], through: 99 }],
  ])('does not go on with a session that %s', async (_, answer) => {
    await expect(split(['a\nb\n'], async () => answer)).rejects.toMatchObject({ name: 'ExitError', status: 255 });
  });
});
