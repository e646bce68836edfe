/**
 * `node:readline` for input that comes in lines, which is all that a program has: the runtime's own reads nothing. As
 * node's where its streams are no terminal.
 */

import { EventEmitter } from 'node:events';
import { StringDecoder } from 'node:string_decoder';

const CRLF = /\r\n|\n|\r/;

export class Interface extends EventEmitter {
  terminal = false;
  line = '';
  cursor = 0;
  closed = false;
  #input;
  #output;
  #prompt;
  #decoder = new StringDecoder('utf8');
  #rest = '';
  /** Takes the next line instead of the listeners. */
  #answer = null;
  #listeners;

  constructor(options, output) {
    super();
    const isStream = typeof options?.on === 'function';
    const { input, output: other, prompt = '> ', signal } = isStream ? { input: options, output } : options;
    this.#input = input;
    this.#output = other ?? null;
    this.#prompt = `${prompt}`;
    this.#listeners = { data: (chunk) => this.#take(chunk), end: () => this.#end(), error: () => this.close() };
    for (const [name, listener] of Object.entries(this.#listeners)) input.on(name, listener);
    signal?.addEventListener('abort', () => this.close(), { once: true });
    if (signal?.aborted) queueMicrotask(() => this.close());
    input.resume();
  }

  getPrompt() {
    return this.#prompt;
  }

  setPrompt(prompt) {
    this.#prompt = `${prompt}`;
  }

  prompt() {
    this.resume();
    this.#output?.write(this.#prompt);
  }

  question(query, options, callback = options) {
    if (this.closed) throw Object.assign(new Error('readline was closed'), { code: 'ERR_USE_AFTER_CLOSE' });
    if (this.#answer !== null) return this.prompt();
    const { signal } = typeof options === 'object' ? options : {};
    if (signal?.aborted) return undefined;
    this.#answer = callback;
    signal?.addEventListener('abort', () => {
      if (this.#answer === callback) this.#answer = null;
    });
    this.#output?.write(`${query}`);
    this.resume();
    return undefined;
  }

  pause() {
    this.#input.pause();
    this.emit('pause');
    return this;
  }

  resume() {
    this.#input.resume();
    this.emit('resume');
    return this;
  }

  /** As if it had come in. */
  write(data) {
    if (typeof data === 'string' || data instanceof Uint8Array) this.#take(data);
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.#answer = null;
    for (const [name, listener] of Object.entries(this.#listeners)) this.#input.off(name, listener);
    this.#input.pause();
    this.emit('close');
  }

  getCursorPos() {
    return { rows: 0, cols: 0 };
  }

  [Symbol.dispose]() {
    this.close();
  }

  /** All lines from now on. */
  [Symbol.asyncIterator]() {
    const lines = [];
    let wake = () => {};
    const put = (line) => {
      lines.push(line);
      wake();
    };
    this.on('line', put);
    this.on('close', () => wake());
    const end = () => {
      this.off('line', put);
      this.close();
    };
    const next = async () => {
      while (lines.length === 0 && !this.closed) await new Promise((resolve) => (wake = resolve));
      if (lines.length > 0) return { done: false, value: lines.shift() };
      end();
      return { done: true, value: undefined };
    };
    const finish = async (value) => {
      end();
      return { done: true, value };
    };
    return {
      next,
      return: finish,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #take(chunk) {
    const text = this.#rest + (typeof chunk === 'string' ? chunk : this.#decoder.write(chunk));
    // A line end of two characters may come in two pieces.
    const isCut = text.endsWith('\r');
    const lines = (isCut ? text.slice(0, -1) : text).split(CRLF);
    this.#rest = `${lines.pop()}${isCut ? '\r' : ''}`;
    for (const line of lines) this.#give(line);
  }

  #give(line) {
    const answer = this.#answer;
    this.#answer = null;
    if (answer !== null) answer(line);
    else this.emit('line', line);
  }

  #end() {
    const rest = (this.#rest + this.#decoder.end()).replace(/\r$/, '');
    const isLine = this.#rest !== '';
    this.#rest = '';
    if (isLine) this.#give(rest);
    this.close();
  }
}

/** `Interface` of `node:readline/promises`. */
export class PromisesInterface extends Interface {
  question(query, options = {}) {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      const abort = () => reject(signal.reason);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      super.question(query, options, resolve);
    });
  }
}

/** Commands for the terminal where the output goes; `callback` as for `write`. */
export const clearLine = (stream, direction, callback) =>
  stream.write(`\x1b[${direction < 0 ? 1 : direction > 0 ? 0 : 2}K`, callback);
export const clearScreenDown = (stream, callback) => stream.write('\x1b[0J', callback);
export const cursorTo = (stream, x, y, callback) =>
  typeof y === 'number'
    ? stream.write(`\x1b[${y + 1};${x + 1}H`, callback)
    : stream.write(`\x1b[${x + 1}G`, y ?? callback);
export const moveCursor = (stream, dx, dy, callback) => {
  const across = dx === 0 ? '' : `\x1b[${Math.abs(dx)}${dx < 0 ? 'D' : 'C'}`;
  const down = dy === 0 ? '' : `\x1b[${Math.abs(dy)}${dy < 0 ? 'A' : 'B'}`;
  return stream.write(across + down, callback);
};
/** Input in lines has no keys. */
export const emitKeypressEvents = () => {};
export const createInterface = (options, output) => new Interface(options, output);
export const promises = {
  Interface: PromisesInterface,
  createInterface: (options, output) => new PromisesInterface(options, output),
};

export default {
  Interface,
  clearLine,
  clearScreenDown,
  createInterface,
  cursorTo,
  emitKeypressEvents,
  moveCursor,
  promises,
};
