/**
 * Splits what a terminal sends into keys, text and pastes.
 *
 * An escape character may be the Escape key or the start of a sequence whose rest is still on its way: 50 ms decide.
 * Otherwise chunks matter only where a terminal does not tell pastes from keys: lines that nobody types at once are one,
 * and in shorter text a Tab with more text behind it is no key.
 */

import type { ClientClock } from '../../client/clock.ts';
import type { InputEvent } from './events.ts';
import { controlKey, csiKey, ss3Key } from './sequences.ts';

export const ESCAPE_TIMEOUT_MS = 50;

/** Lines of so many characters in one chunk were not typed. */
export const PASTE_FROM = 200;
/** What follows a chunk of a paste within this time belongs to it. */
export const PASTE_PAUSE_MS = 50;

const PASTE_END = '\x1b[201~';
/** Longer sequences are no keys; what follows is read as text again. */
const MAX_SEQUENCE = 256;
/** Answers to queries (OSC, DCS …) may be long. */
const MAX_STRING = 65_536;

/** As many tabs in a row are looked past. */
const MAX_TABS = 64;
const TAB_IN_TEXT = /^\t+[^\x00-\x1f\x7f]/;

/** A sequence at the start of a buffer: how long it is and what it means; null while its end is missing. */
type Parsed = { readonly length: number; readonly event: InputEvent | null } | null;

const key = (name: string): InputEvent => ({ type: 'key', key: name });

export class Tokenizer {
  readonly #clock: ClientClock;
  readonly #emit: (event: InputEvent) => void;
  #buffer = '';
  #paste: string[] | null = null;
  /** When the last chunk came that was pasted without brackets. */
  #pastedAt = Number.NEGATIVE_INFINITY;
  /** Lines of this chunk begin with white space of their own. */
  #hasIndents = false;
  #cancelTimeout: () => void = () => {};

  constructor(clock: ClientClock, emit: (event: InputEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  write(chunk: string): void {
    this.#cancelTimeout();
    if (this.#paste === null && this.#buffer === '' && this.#isPasted(chunk)) {
      this.#pastedAt = this.#clock.now();
      this.#emit({ type: 'paste', text: cleanPaste(chunk) });
      return;
    }
    this.#buffer += chunk;
    this.#hasIndents = /[\r\n][ \t]/.test(chunk);
    let at = 0;
    for (;;) {
      const length = this.#paste === null ? this.#next(at) : this.#pasted(at);
      if (length === 0) break;
      at += length;
    }
    this.#buffer = this.#buffer.slice(at);
    if (this.#paste === null && this.#buffer.startsWith('\x1b'))
      this.#cancelTimeout = this.#clock.after(ESCAPE_TIMEOUT_MS, () => this.flush());
  }

  /** Nothing more came: a lone escape was the Escape key, an escape and one character a key with Alt. */
  flush(): void {
    this.#cancelTimeout();
    if (this.#paste !== null) return;
    const rest = this.#buffer;
    if (rest === '\x1b') this.#emit(key('escape'));
    else if (rest === '\x1b\x1b') {
      this.#emit(key('escape'));
      this.#emit(key('escape'));
    } else if (rest.length === 2 && rest.startsWith('\x1b')) this.#emit(key(altKey(rest.charAt(1))));
    else return;
    this.#buffer = '';
  }

  /** Stops the timer. */
  close(): void {
    this.#cancelTimeout();
  }

  /** Whether a chunk that is no part of a bracketed paste was pasted. */
  #isPasted(chunk: string): boolean {
    if (/[^\t\r\n\x20-\x7e\x80-\uffff]/.test(chunk)) return false;
    if (chunk.length > 1 && this.#clock.now() - this.#pastedAt <= PASTE_PAUSE_MS) return true;
    return chunk.length >= PASTE_FROM && /[\r\n]./.test(chunk);
  }

  /** Reports the event at `at`; returns how many characters it took, 0 when more are needed. */
  #next(at: number): number {
    const buffer = this.#buffer;
    if (at >= buffer.length) return 0;
    const char = buffer.charAt(at);
    if (char === '\x1b') {
      const parsed = parseEscape(buffer, at);
      if (parsed === null) return 0;
      if (parsed.event !== null) this.#emit(parsed.event);
      else if (buffer.startsWith('\x1b[200~', at)) this.#paste = [];
      return parsed.length;
    }
    if (char < ' ' || char === '\x7f') {
      const name = controlKey(char);
      if (name === 'tab' && TAB_IN_TEXT.test(buffer.slice(at, at + MAX_TABS)))
        this.#emit({ type: 'paste', text: char });
      else this.#emit(name === 'enter' && this.#hasIndents ? { type: 'key', key: name, ownIndent: true } : key(name));
      return 1;
    }
    const length = plainLength(buffer, at);
    if (length > 0) {
      const text = cleanText(buffer.slice(at, at + length));
      if (text !== '') this.#emit({ type: 'text', text });
    }
    return length;
  }

  #pasted(at: number): number {
    const buffer = this.#buffer;
    const paste = this.#paste;
    if (paste === null) return 0;
    const end = buffer.indexOf(PASTE_END, at);
    if (end >= 0) {
      paste.push(buffer.slice(at, end));
      this.#paste = null;
      const text = cleanPaste(paste.join(''));
      if (text !== '') this.#emit({ type: 'paste', text });
      return end - at + PASTE_END.length;
    }
    const kept = heldBack(buffer);
    const length = Math.max(0, buffer.length - at - kept);
    if (length > 0) paste.push(buffer.slice(at, at + length));
    return length;
  }
}

/** How many characters at the end could be the start of the paste's end. */
function heldBack(buffer: string): number {
  for (let length = PASTE_END.length - 1; length > 0; length--) {
    if (buffer.endsWith(PASTE_END.slice(0, length))) return length;
  }
  return 0;
}

function parseEscape(buffer: string, at: number): Parsed {
  const char = buffer.charAt(at + 1);
  if (char === '') return null;
  if (char === '[') return parseCsi(buffer, at);
  if (char === 'O') {
    const final = buffer.charAt(at + 2);
    if (final === '') return null;
    const name = ss3Key(final);
    return name === null ? { length: 2, event: key('alt+shift+o') } : { length: 3, event: key(name) };
  }
  if (char === ']' || char === 'P' || char === '_' || char === '^' || char === 'X') return parseString(buffer, at);
  if (char === '\x1b') return parseDoubleEscape(buffer, at);
  const code = buffer.charCodeAt(at + 1);
  if (code >= 0xd800 && code <= 0xdbff && at + 2 >= buffer.length) return null;
  const point = String.fromCodePoint(buffer.codePointAt(at + 1) ?? 0);
  return { length: 1 + point.length, event: key(altKey(point)) };
}

/** Some terminals send Alt with a function key as two escapes. */
function parseDoubleEscape(buffer: string, at: number): Parsed {
  const third = buffer.charAt(at + 2);
  if (third === '') return null;
  if (third !== '[' && third !== 'O') return { length: 1, event: key('escape') };
  const inner = parseEscape(buffer, at + 1);
  if (inner === null) return null;
  if (inner.event?.type !== 'key') return { length: 1, event: key('escape') };
  const plain = !inner.event.key.includes('+');
  return { length: inner.length + 1, event: key(plain ? `alt+${inner.event.key}` : inner.event.key) };
}

function parseCsi(buffer: string, at: number): Parsed {
  let end = at + 2;
  while (end < buffer.length && end - at < MAX_SEQUENCE && inRange(buffer.charCodeAt(end), 0x20, 0x3f)) end++;
  if (end - at >= MAX_SEQUENCE) return { length: end - at, event: null };
  if (end >= buffer.length) return null;
  if (!inRange(buffer.charCodeAt(end), 0x40, 0x7e)) return { length: end - at, event: null };
  const final = buffer.charAt(end);
  const parameters = buffer.slice(at + 2, end);
  // An old-style mouse report: three more characters.
  if (final === 'M' && parameters === '') return buffer.length < end + 4 ? null : { length: end + 4 - at, event: null };
  // The Linux console's F1 to F5.
  if (final === '[' && parameters === '') {
    const letter = buffer.charAt(end + 1);
    if (letter === '') return null;
    const number = 'ABCDE'.indexOf(letter) + 1;
    return { length: end + 2 - at, event: number > 0 ? key(`f${number}`) : null };
  }
  const meaning = csiKey(parameters, final);
  const event = meaning === null ? null : 'key' in meaning ? key(meaning.key) : textEvent(meaning.text);
  return { length: end + 1 - at, event };
}

const textEvent = (text: string): InputEvent | null => (cleanText(text) === '' ? null : { type: 'text', text });

function parseString(buffer: string, at: number): Parsed {
  for (let end = at + 2; end < buffer.length; end++) {
    const char = buffer.charAt(end);
    if (char === '\x07') return { length: end + 1 - at, event: null };
    if (char === '\x1b') {
      if (end + 1 >= buffer.length) return null;
      return { length: (buffer.charAt(end + 1) === '\\' ? end + 2 : end) - at, event: null };
    }
    if (end - at >= MAX_STRING) return { length: end - at, event: null };
  }
  return null;
}

function altKey(char: string): string {
  if (char < ' ' || char === '\x7f') {
    const name = controlKey(char);
    return name.startsWith('ctrl+') ? name.replace('ctrl+', 'ctrl+alt+') : `alt+${name}`;
  }
  const lower = char.toLowerCase();
  return `alt+${lower === char ? '' : 'shift+'}${lower}`;
}

/** Characters up to the next control character; a first half of a surrogate pair at the end waits for the second. */
function plainLength(buffer: string, at: number): number {
  let end = at;
  while (end < buffer.length && buffer.charCodeAt(end) >= 0x20 && buffer.charCodeAt(end) !== 0x7f) end++;
  return end === buffer.length && inRange(buffer.charCodeAt(end - 1), 0xd800, 0xdbff) ? end - 1 - at : end - at;
}

const inRange = (code: number, low: number, high: number) => code >= low && code <= high;

const cleanText = (text: string) => text.replace(/[\x00-\x1f\x7f-\x9f]/g, '');

const cleanPaste = (text: string) => text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
