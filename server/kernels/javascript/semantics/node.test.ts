/** The rows of the semantics table for which Node is the norm, asked of Node's own REPL. */

import { start } from 'node:repl';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SEMANTICS } from './table.ts';

const PROMPT = '\u0001';
/** Other versions word some things differently. */
const isNorm = process.versions.node.startsWith('20.');

describe.runIf(isNorm).each(SEMANTICS.filter(({ norm }) => norm === 'node'))('$title', ({ inputs }) => {
  it('is what Node prints', async () => {
    const repl = new NodeRepl();
    const printed: (readonly [string, string])[] = [];
    for (const [code, expected] of inputs) printed.push([code, comparable(await repl.show(code), expected)]);
    repl.close();
    expect(printed).toEqual(inputs);
  });
});

class NodeRepl {
  readonly #input = new PassThrough();
  readonly #output = new PassThrough();
  #text = '';
  #onPrompt: (() => void) | null = null;
  readonly #repl;

  constructor() {
    this.#output.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString();
      if (this.#text.endsWith(PROMPT)) this.#onPrompt?.();
    });
    const { input, output } = { input: this.#input, output: this.#output };
    this.#repl = start({ input, output, prompt: PROMPT, terminal: false, useColors: false, preview: false });
  }

  /** What it prints for one input of one line. */
  async show(code: string): Promise<string> {
    this.#text = '';
    const prompted = new Promise<void>((resolve) => {
      this.#onPrompt = resolve;
    });
    this.#input.write(`${code}\n`);
    await prompted;
    return this.#text.slice(0, -PROMPT.length).trimEnd();
  }

  close(): void {
    this.#repl.close();
  }
}

/** Of an error the line that says what it is: Node shows the place of a syntax error above it. */
function comparable(printed: string, expected: string): string {
  if (!expected.startsWith('Uncaught ')) return printed;
  const said = printed.replace(/^Uncaught:\n(?:.*\n.*\n *\^+\n\n)?/, 'Uncaught ');
  const line = said.split('\n').find((candidate) => candidate.startsWith('Uncaught')) ?? said;
  return /^Uncaught \w+$/.test(expected) && line.startsWith(`${expected}: `) ? expected : line;
}
