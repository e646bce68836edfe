/** The brackets that are open in a piece of code. */

import { type Token, tokenizer, tokTypes } from 'acorn';

export type OpenBracket = '(' | '[' | '{' | '${' | '`';

const CLOSERS: Readonly<Record<OpenBracket, string>> = { '(': ')', '[': ']', '{': '}', '${': '}', '`': '`' };

/** Reads code once, as far as it is asked. */
export class BracketReader {
  readonly #tokens: Iterator<Token>;
  readonly #open: OpenBracket[] = [];
  #next: Token | null = null;
  #hasEnded = false;

  constructor(code: string) {
    this.#tokens = tokenizer(code, { ecmaVersion: 'latest', allowHashBang: true })[Symbol.iterator]();
  }

  /**
   * The brackets open at an offset, outermost first; offsets must grow from call to call. What comes after an error of the
   * tokenizer is not seen.
   */
  openAt(offset: number): readonly OpenBracket[] {
    for (let token = this.#peek(); token !== null && token.end <= offset; token = this.#peek()) {
      this.#next = null;
      this.#take(token.type === tokTypes.backQuote ? '`' : token.type.label);
    }
    return this.#open;
  }

  #peek(): Token | null {
    if (this.#next !== null || this.#hasEnded) return this.#next;
    try {
      const { done, value } = this.#tokens.next();
      if (!done) this.#next = value;
    } catch {
      // The code ends within a token: what was open before it still is.
    }
    this.#hasEnded = this.#next === null;
    return this.#next;
  }

  #take(label: string) {
    if (label === '`' && this.#open.at(-1) === '`') this.#open.pop();
    else if (isOpening(label)) this.#open.push(label);
    else if (label === ')' || label === ']' || label === '}') this.#open.pop();
  }
}

/** The brackets open at the end, outermost first. */
export function openBrackets(code: string): readonly OpenBracket[] {
  return new BracketReader(code).openAt(code.length);
}

/** What closes them, innermost first. */
export function closing(open: readonly OpenBracket[]): string {
  return open
    .map((bracket) => CLOSERS[bracket])
    .reverse()
    .join('');
}

function isOpening(label: string): label is OpenBracket {
  return label in CLOSERS;
}
