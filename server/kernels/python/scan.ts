/** Reads Python just well enough to know where its lines, strings and brackets end. */

/** One logical line: physical lines joined by brackets, strings and backslashes, without its comment. */
export interface LogicalLine {
  readonly indent: string;
  /** From its first to its last character that is no white space; strings are left as they are. */
  readonly text: string;
  /** Offset of the physical line in which it begins, and of the end of the one in which it ends. */
  readonly start: number;
  readonly end: number;
}

export interface Scan {
  /** Without empty ones. */
  readonly lines: readonly LogicalLine[];
  /** Open at the end, outermost first: brackets, and the quotes of a string of several lines. */
  readonly open: readonly string[];
  /** The code ends with a backslash: the line goes on. */
  readonly isContinued: boolean;
  /** The first thing that no further line can mend, in CPython's words. Its line ends where the physical one does. */
  readonly error: string | null;
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const STRING = /([a-zA-Z]{0,2})("""|'''|"|')/y;
const LINE_JOIN = /\\\r?(\n|$)/y;

export function scan(code: string): Scan {
  return new Scanner(code).run();
}

class Scanner {
  readonly #code: string;
  #open: string[] = [];
  /** Whether the string or bracket that is open is a string that holds expressions; beside `#open`. */
  #formats: boolean[] = [];
  readonly #lines: LogicalLine[] = [];
  #at = 0;
  #start = 0;
  #line = '';
  #isContinued = false;
  #error: string | null = null;

  constructor(code: string) {
    this.#code = code;
  }

  run(): Scan {
    while (this.#at < this.#code.length) {
      if (isQuote(this.#open.at(-1))) this.#inString();
      else this.#outside();
    }
    this.#endLine();
    return { lines: this.#lines, open: this.#open, isContinued: this.#isContinued, error: this.#error };
  }

  #outside(): void {
    const letter = this.#code[this.#at] ?? '';
    const string = this.#match(STRING);
    if (string && !/\w/.test(this.#code[this.#at - 1] ?? '')) {
      this.#push(string[2] ?? '', /[ft]/i.test(string[1] ?? ''));
      this.#take(string[0].length);
    } else if (letter === '#') this.#at = this.#lineEnd();
    else if (letter === '\\' && this.#match(LINE_JOIN)) this.#joinLine();
    else if (letter === '\n' && this.#open.length === 0) this.#endLine();
    else if ('%!?'.includes(letter) && this.#line === '') this.#take(this.#lineEnd() - this.#at);
    else if (letter in CLOSERS) this.#push(letter, false, 1);
    else if (')]}'.includes(letter)) this.#close(letter);
    else this.#take(1);
  }

  #inString(): void {
    const quote = this.#open.at(-1) ?? '';
    const rest = this.#code.slice(this.#at, this.#at + 3);
    if (rest.startsWith(quote)) {
      this.#pop();
      this.#take(quote.length);
    } else if (rest.startsWith('\n') && quote.length === 1) this.#fail('unterminated string literal');
    else if (rest.startsWith('\\')) this.#take(rest === '\\\r\n' ? 3 : 2);
    else if (this.#formats.at(-1) && rest.startsWith('{{')) this.#take(2);
    else if (this.#formats.at(-1) && rest.startsWith('{')) this.#push('{', false, 1);
    else this.#take(1);
  }

  #close(letter: string): void {
    const opening = this.#open.at(-1);
    if (opening === undefined) this.#fail(`unmatched '${letter}'`);
    else if (CLOSERS[opening] !== letter) {
      this.#fail(`closing parenthesis '${letter}' does not match opening parenthesis '${opening}'`);
    } else {
      this.#pop();
      this.#take(1);
    }
  }

  #joinLine(): void {
    const end = this.#lineEnd();
    this.#isContinued = end >= this.#code.length - 1;
    this.#at = end + 1;
  }

  #endLine(): void {
    const end = Math.min(this.#at, this.#code.length);
    const text = this.#line.trim();
    const indent = /^[ \t]*/.exec(this.#line)?.[0] ?? '';
    if (text !== '') this.#lines.push({ indent, text, start: this.#start, end });
    this.#line = '';
    this.#at = end + 1;
    this.#start = this.#at;
  }

  #fail(error: string): void {
    this.#error ??= error;
    this.#open = [];
    this.#formats = [];
    this.#take(this.#lineEnd() - this.#at);
  }

  #push(opening: string, isFormat: boolean, length = 0): void {
    this.#open.push(opening);
    this.#formats.push(isFormat);
    this.#take(length);
  }

  #pop(): void {
    this.#open.pop();
    this.#formats.pop();
  }

  #take(count: number): void {
    this.#line += this.#code.slice(this.#at, this.#at + count);
    this.#at += count;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#code);
  }

  #lineEnd(): number {
    const end = this.#code.indexOf('\n', this.#at);
    return end < 0 ? this.#code.length : end;
  }
}

function isQuote(opening: string | undefined): boolean {
  return opening !== undefined && /^['"]/.test(opening);
}
