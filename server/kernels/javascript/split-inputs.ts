/**
 * Cuts a text into inputs, as if it were typed line by line. An input ends with the first line at which it is not
 * incomplete.
 *
 * To parse an input anew for each of its lines would take a time that grows with the square of its length. An input is
 * never complete while a bracket is open, so lines there are passed over, but for some at growing distances and the last
 * one: they tell if it can still become complete. Once it can not, the line is looked for among those passed over.
 */

import { LIMITS } from '../../../protocol/limits.ts';
import type { SplitText } from '../kernel.ts';
import { isIncomplete } from './is-complete.ts';
import { BracketReader } from './open-brackets.ts';
import type { InputLanguage } from './parse-input.ts';

/** Characters that are parsed before it stops, but for what is under way then: some 50 ms. */
const PARSED = 256 * 1024;

/** See `KernelFactory.split`. */
export function splitInputs(text: string, language: InputLanguage, from: number): SplitText {
  const inputs: [start: number, end: number][] = [];
  const parsing = new Parsing(text, language);
  for (let position = 0, known = from; ; ) {
    const start = skipBlankLines(text, position);
    if (start === null) return { inputs, through: text.length };
    const { end, through } = nextInput(parsing, start, Math.max(known, start));
    if (end === null) return { inputs, through };
    inputs.push([start, end]);
    position = end + 1;
    known = 0;
    if (inputs.length === LIMITS.splitInputs || parsing.isSpent) return { inputs, through: end };
  }
}

/** Where the input ends that begins at `start`; null if it does not before `through`. */
function nextInput(parsing: Parsing, start: number, from: number): { end: number | null; through: number } {
  const { text } = parsing;
  const brackets = new BracketReader(text.slice(start));
  let known = from;
  let nextLook = 1;
  for (let line = 1, end = lineEnd(text, start); ; line++, end = lineEnd(text, end + 1)) {
    const isLast = end === text.length;
    const isDue = isLast || line >= nextLook || brackets.openAt(end - start).length === 0;
    if (end > from && isDue) {
      if (parsing.isSpent) return { end: null, through: known };
      if (!parsing.isIncomplete(start, end)) return { end: firstEnd(parsing, start, known, end), through: end };
      known = end;
      nextLook = 2 * line;
    }
    if (isLast) return { end: null, through: end };
  }
}

/** The line end after `known` where the input is not incomplete any more; at `end` it is not. */
function firstEnd(parsing: Parsing, start: number, known: number, end: number): number {
  const ends = [];
  for (
    let each = lineEnd(parsing.text, Math.max(start, known + 1));
    each < end;
    each = lineEnd(parsing.text, each + 1)
  ) {
    ends.push(each);
  }
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (parsing.isIncomplete(start, ends[middle] ?? end)) low = middle + 1;
    else high = middle;
  }
  return ends[low] ?? end;
}

/** Parses parts of a text, within bounds. */
class Parsing {
  readonly text: string;
  readonly #language: InputLanguage;
  #left = PARSED;

  constructor(text: string, language: InputLanguage) {
    this.text = text;
    this.#language = language;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  isIncomplete(start: number, end: number): boolean {
    this.#left -= end - start;
    return isIncomplete(this.text.slice(start, end), this.#language);
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** The start of the first line with something in it; null without one. */
function skipBlankLines(text: string, from: number): number | null {
  for (let start = from; start < text.length; ) {
    const end = lineEnd(text, start);
    if (text.slice(start, end).trim() !== '') return start;
    start = end + 1;
  }
  return null;
}
