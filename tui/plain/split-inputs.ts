/** Cuts a stream of text into inputs, as if it were typed line by line at the prompt. The session knows where they end. */

import { LIMITS } from '../../protocol/limits.ts';
import { EXIT, ExitError } from '../exit.ts';

/** Inputs in a text, and how far it was looked at: see `split` in PROTOCOL.md. */
export interface Split {
  readonly inputs: readonly (readonly [start: number, end: number])[];
  readonly through: number;
}

export type AskSplit = (code: string, from: number) => Promise<Split>;

/**
 * Yields each input as soon as its last line is there, without the line end after it. What can never become complete is an
 * input of its own, so that the kernel says what is wrong with it; so is what the text ends within.
 */
export async function* splitInputs(chunks: AsyncIterable<string>, ask: AskSplit): AsyncGenerator<string, undefined> {
  const text = new Unsplit(ask);
  for await (const chunk of withLineFeeds(chunks)) {
    text.add(chunk);
    yield* text.inputs(false);
  }
  yield* text.inputs(true);
  const { rest } = text;
  if (rest.trim() !== '') yield rest;
  return undefined;
}

/** What is not cut yet. */
class Unsplit {
  readonly #ask: AskSplit;
  #rest = '';
  /** Lines that end up to here do not end the first input. */
  #known = 0;

  constructor(ask: AskSplit) {
    this.#ask = ask;
  }

  get rest(): string {
    return this.#rest;
  }

  add(text: string): void {
    this.#rest += text;
  }

  /** The inputs in the lines that have ended, or, with `isAll`, in all of it. */
  async *inputs(isAll: boolean): AsyncGenerator<string, undefined> {
    for (;;) {
      const last = isAll ? this.#rest.length : this.#rest.lastIndexOf('\n');
      if (last <= this.#known) return undefined;
      const end = lastThatFits(this.#rest, last);
      // An input of this size: the session says what is wrong with it.
      if (end <= this.#known) return yield* this.#take([[0, last]], last);
      const { inputs, through } = await this.#ask(this.#rest.slice(0, end), this.#known);
      checkProgress(inputs, through, this.#known, end);
      yield* this.#take(inputs, through);
    }
  }

  *#take(inputs: Split['inputs'], through: number): Generator<string, undefined> {
    const text = this.#rest;
    const last = inputs.at(-1);
    const cut = last === undefined ? 0 : last[1] + 1;
    this.#rest = text.slice(cut);
    this.#known = Math.max(0, through - cut);
    for (const [start, end] of inputs) yield text.slice(start, end);
    return undefined;
  }
}

/** `end`, or the last line end before it up to which a question can hold the text; -1 without one. */
function lastThatFits(text: string, end: number): number {
  const { read } = new TextEncoder().encodeInto(text.slice(0, end), new Uint8Array(LIMITS.inputCode));
  return read === end ? end : text.lastIndexOf('\n', read);
}

function checkProgress(inputs: Split['inputs'], through: number, known: number, length: number): void {
  const offsets = [0, ...inputs.flat(), through, length];
  const isOrdered = offsets.every((offset, index) => index === 0 || (offsets[index - 1] ?? 0) <= offset);
  if (!isOrdered || (inputs.length === 0 && through <= known)) {
    throw new ExitError(EXIT.unreachable, 'the server does not say where the inputs end');
  }
}

/** The same text, with a line feed for each line end of any kind. */
async function* withLineFeeds(chunks: AsyncIterable<string>): AsyncGenerator<string, undefined> {
  let isAfterReturn = false;
  for await (const chunk of chunks) {
    const text = isAfterReturn && chunk.startsWith('\n') ? chunk.slice(1) : chunk;
    isAfterReturn = chunk === '' ? isAfterReturn : chunk.endsWith('\r');
    yield text.replace(/\r\n?/g, '\n');
  }
  return undefined;
}
