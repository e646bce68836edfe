/**
 * What a program's isolate gets hold of: to say that it begins, to hand over its output, to read its input, and the
 * session's files. Nothing else can be reached through it, and it ends with the run.
 */

import { RpcTarget } from 'cloudflare:workers';
import * as v from 'valibot';
import { type Change, maxPartBytes } from '../asks.ts';
import { changesShape, maxPayload } from '../records.ts';

interface Output {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** Where the calls lead, once they are checked. */
export interface SinkTarget {
  /** Resolves when the program may run its user's code. */
  begin(): Promise<void>;
  /** Output in order; the program is slowed down while it is pending. */
  accept(output: Output): Promise<void>;
  /** The next bytes of standard input, null at its end. */
  input(): Promise<Uint8Array | null>;
  change(change: Change): Promise<void>;
  /** These bytes of a session file, fewer at its end; null if there is no such file. */
  part(path: string, offset: number, length: number): Promise<Uint8Array | null>;
}

const maxParts = 100_000;
const bytesBetweenPauses = 1024 * 1024;
/** What a call that is not output counts for, in bytes of output. */
const changePace = 64 * 1024;

/**
 * Called by code that may be hostile: every argument is checked. Batches of output are numbered from 1; one that comes
 * again, because its acknowledgement was lost when the program exited, is acknowledged and dropped.
 */
export class Sink extends RpcTarget {
  readonly #target: SinkTarget;
  #begun: Promise<void> | null = null;
  #last = 0;
  #sincePause = 0;
  #inputs: Promise<unknown> = Promise.resolve();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(target: SinkTarget) {
    super();
    this.#target = target;
  }

  /** Resolves when the program may run its user's code. */
  async begin(): Promise<void> {
    this.#begun ??= this.#target.begin();
    await this.#begun;
  }

  async write(number: unknown, parts: unknown): Promise<void> {
    if (!Number.isSafeInteger(number) || !Array.isArray(parts) || parts.length > maxParts) throw malformed();
    if (Number(number) <= this.#last) return;
    const outputs = parts.map(parseOutput);
    this.#last = Number(number);
    for (const output of outputs) await this.#target.accept(output);
    await this.#pause(outputs.reduce((size, { bytes }) => size + bytes.length, 0));
  }

  /**
   * Called only by a program that reads: whoever types its input is then asked for it. None comes before it has begun,
   * since a program that never began may begin anew.
   */
  async input(): Promise<Uint8Array | null> {
    await this.begin();
    await this.#pause(changePace);
    const input = this.#inputs.then(() => this.#target.input());
    this.#inputs = input.catch(() => null);
    return input;
  }

  /** Changes to the session's files, in order. */
  async change(changes: unknown): Promise<void> {
    const { success, output } = v.safeParse(changesShape, changes);
    if (!success) throw new TypeError('These are no changes of files.');
    for (const change of output) await this.#target.change(change);
    await this.#pause(changePace * output.length);
  }

  /** Bytes of a session file. */
  async part(path: unknown, offset: unknown, length: unknown): Promise<Uint8Array | null> {
    const part = parsePart(path, offset, length);
    await this.#pause(changePace);
    // One at a time: the session holds each part for it.
    const reading = this.#reading.then(() => this.#target.part(part.path, part.offset, part.length));
    this.#reading = reading.catch(() => null);
    return reading;
  }

  /** Lets the process listen to everybody else: a guest whose calls are answered at once would keep it from that. */
  async #pause(bytes: number): Promise<void> {
    this.#sincePause += bytes;
    if (this.#sincePause < bytesBetweenPauses) return;
    this.#sincePause = 0;
    await scheduler.wait(0);
  }
}

/** What a guest asks for of a file. Throws `TypeError`. */
export function parsePart(path: unknown, offset: unknown, length: unknown, maxLength = maxPartBytes) {
  if (typeof path !== 'string' || path.length > 4096) throw new TypeError('A path is a string.');
  if (!isCount(offset) || !isCount(length) || length > maxLength) throw new TypeError('A part begins and has a size.');
  return { path, offset, length };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parseOutput(part: unknown): Output {
  if (!Array.isArray(part)) throw malformed();
  const [stream, bytes]: unknown[] = part;
  if (stream !== 'stdout' && stream !== 'stderr') throw malformed();
  if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length > maxPayload) throw malformed();
  return { stream, bytes };
}

function malformed(): TypeError {
  return new TypeError('Output is a number and a list of [stream, bytes].');
}
