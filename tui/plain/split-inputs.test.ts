import { expect, it } from 'vitest';
import { type Completeness, splitInputs } from './split-inputs.ts';

/** Complete when its brackets balance, invalid with a closing one too many. */
async function balance(code: string): Promise<Completeness> {
  const depth = [...code].reduce((sum, char) => sum + (char === '{' ? 1 : char === '}' ? -1 : 0), 0);
  return depth === 0 ? 'complete' : depth > 0 ? 'incomplete' : 'invalid';
}

async function split(text: string): Promise<string[]> {
  async function* lines(): AsyncGenerator<string> {
    yield* text.split('\n');
  }
  const inputs: string[] = [];
  for await (const input of splitInputs(lines(), balance)) inputs.push(input);
  return inputs;
}

it('ends an input with the line that completes it', async () => {
  expect(await split('a\nif (x) {\n\n  b\n}\nc')).toEqual(['a', 'if (x) {\n\n  b\n}', 'c']);
});

it('has no inputs for blank lines', async () => {
  expect(await split('\n  \na\n\t\n\nb\n')).toEqual(['a', 'b']);
});

it('hands on what can never be complete, and what the text ends within', async () => {
  expect(await split('}\na\n{\nb')).toEqual(['}', 'a', '{\nb']);
});
