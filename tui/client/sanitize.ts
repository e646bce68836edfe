/**
 * Makes text that came from the server safe to write to a terminal.
 *
 * What passes: printable text, newline, tab, a carriage return that is not part of a line end, and SGR sequences with
 * known parameters. Everything else that a terminal would act on is removed: other control characters, 8-bit controls,
 * OSC, DCS, APC, PM and SOS strings with their contents, every other CSI and escape sequence, bidirectional controls.
 */

import { applySgr, NO_STYLE, openSgr, SGR_RESET, type SgrState } from './sgr.ts';

/** Control characters, bidirectional controls, line separators, half surrogate pairs. */
const SUSPECT = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** A control string without an end swallows at most this many characters. */
const MAX_STRING = 65_536;
const MAX_CSI = 128;

const STRING_STARTERS = new Set(['P', 'X', ']', '^', '_', '\x90', '\x98', '\x9d', '\x9e', '\x9f']);

type Mode = 'text' | 'return' | 'escape' | 'csi' | 'string' | 'string-escape';

/** One per stream: sequences may be split anywhere between two chunks. */
export class Sanitizer {
  #mode: Mode = 'text';
  /** The parameters of an unfinished CSI; null once it can no longer be a valid one. */
  #csi: string | null = '';
  #skipped = 0;
  #highSurrogate = '';
  #style: SgrState = NO_STYLE;

  /** The safe part of `chunk`; an unfinished sequence at its end waits for the next call. */
  write(chunk: string): string {
    let text = this.#highSurrogate + chunk;
    this.#highSurrogate = '';
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#highSurrogate = text.slice(-1);
      text = text.slice(0, -1);
    }
    let out = '';
    let at = 0;
    while (at < text.length) {
      if (this.#mode === 'text') {
        SUSPECT.lastIndex = at;
        const found = SUSPECT.exec(text);
        out += text.slice(at, found?.index ?? text.length);
        if (found === null) break;
        at = found.index + 1;
        out += this.#control(found[0]);
      } else {
        const { consumed, safe } = this.#continue(text.charAt(at));
        out += safe;
        if (consumed) at++;
      }
    }
    return out;
  }

  /** Ends the stream or block: drops what is unfinished and returns the sequence that switches styles off, if any are on. */
  end(): string {
    const reset = this.#style === NO_STYLE ? '' : SGR_RESET;
    this.#mode = 'text';
    this.#highSurrogate = '';
    this.#style = NO_STYLE;
    return reset;
  }

  /** A suspect character in plain text. */
  #control(char: string): string {
    if (char === '\r') this.#mode = 'return';
    else if (char === '\x1b') this.#mode = 'escape';
    else if (char === '\x9b') this.#startCsi();
    else if (STRING_STARTERS.has(char)) this.#startString();
    else if (char >= '\ud800') return '\ufffd';
    return '';
  }

  /** One character inside a sequence. What is not consumed is looked at again in the new mode. */
  #continue(char: string): { consumed: boolean; safe: string } {
    switch (this.#mode) {
      case 'return':
        if (char === '\r') return { consumed: true, safe: '' };
        this.#mode = 'text';
        return char === '\n' ? { consumed: true, safe: '\n' } : { consumed: false, safe: '\r' };
      case 'escape':
        return this.#escape(char);
      case 'csi':
        return this.#inCsi(char);
      default:
        return this.#inString(char);
    }
  }

  #escape(char: string): { consumed: boolean; safe: string } {
    if (char === '[') this.#startCsi();
    else if (STRING_STARTERS.has(char)) this.#startString();
    else if (char < ' ' || char > '~') {
      this.#mode = 'text';
      return { consumed: false, safe: '' };
    } else if (char >= '0') this.#mode = 'text';
    return { consumed: true, safe: '' };
  }

  #startCsi() {
    this.#mode = 'csi';
    this.#csi = '';
    this.#skipped = 0;
  }

  #startString() {
    this.#mode = 'string';
    this.#skipped = 0;
  }

  #inCsi(char: string): { consumed: boolean; safe: string } {
    if (char < ' ' || char > '~' || ++this.#skipped > MAX_CSI) {
      this.#mode = 'text';
      return { consumed: false, safe: '' };
    }
    if (char < '@') {
      this.#csi = this.#csi !== null && /[\d;:]/.test(char) ? this.#csi + char : null;
      return { consumed: true, safe: '' };
    }
    this.#mode = 'text';
    if (char !== 'm' || this.#csi === null) return { consumed: true, safe: '' };
    this.#style = applySgr(this.#style, this.#csi);
    if (Object.keys(this.#style).length === 0) this.#style = NO_STYLE;
    return { consumed: true, safe: SGR_RESET + openSgr(this.#style) };
  }

  #inString(char: string): { consumed: boolean; safe: string } {
    if (this.#mode === 'string-escape') {
      this.#mode = char === '\\' ? 'text' : 'escape';
      return { consumed: char === '\\', safe: '' };
    }
    if (char === '\x1b') this.#mode = 'string-escape';
    else if (char === '\x07' || char === '\x9c' || char === '\x18' || char === '\x1a') this.#mode = 'text';
    else if (++this.#skipped > MAX_STRING) {
      this.#mode = 'text';
      return { consumed: false, safe: '' };
    }
    return { consumed: true, safe: '' };
  }
}

/** A whole text, such as a result or an error. Styles are off at its end. */
export function sanitizeText(text: string): string {
  const sanitizer = new Sanitizer();
  return sanitizer.write(text) + sanitizer.end();
}

/** A name for one place on one line: each control character shows as U+FFFD, so that different names stay different. */
export function sanitizeName(name: string): string {
  return name.replace(SUSPECT, '\ufffd').replace(/[\t\n]/g, '\ufffd');
}
