/** Sending a program: the RUN message, its sources on one data channel, its standard input on another as credit comes. */

import { type ClientBody, encodeClient } from '../../protocol/control.ts';
import { encodeData } from '../../protocol/data.ts';
import { concatBytes } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';

export interface Program {
  readonly entry: string;
  readonly sources: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly args: readonly string[];
  readonly env: readonly (readonly [name: string, value: string])[];
  /** Seconds; null for the server's default. */
  readonly timeout: number | null;
  /** Null: the program reads an empty standard input. */
  readonly stdin: StdinSource | null;
}

export interface StdinSource extends AsyncIterable<Uint8Array> {
  /** The program has read all that was sent, and waits for more. */
  wanted?(): void;
}

type Send = (bytes: Uint8Array) => void;

/** Puts RUN and the sources on the line. A program's standard input is sent by `StdinUpload`, once it is accepted. */
export function sendProgram(
  program: Program,
  request: number,
  channel: number,
  stdin: number | null,
  send: Send,
): void {
  const sources: ClientBody<'run'>['sources'] = program.sources.map(({ path, bytes }) => [path, bytes.length]);
  const { entry, timeout } = program;
  const env = program.env.map(([name, value]): [string, string] => [name, value]);
  send(encodeClient('run', { request, entry, sources, args: [...program.args], env, channel, stdin, timeout }));
  const bytes = concatBytes(program.sources.map((source) => source.bytes));
  let at = 0;
  do {
    const part = bytes.subarray(at, at + LIMITS.framePayload);
    send(encodeData(channel, at, part, at + part.length === bytes.length));
    at += part.length;
  } while (at < bytes.length);
}

/** The standard input of one program over one line. When the line is lost, so is the rest: the program sees its end. */
export class StdinUpload {
  readonly #channel: number;
  readonly #send: Send;
  readonly #source: StdinSource;
  #through: number = LIMITS.stdinCredit;
  #offset = 0;
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(channel: number, source: StdinSource, send: Send) {
    this.#channel = channel;
    this.#source = source;
    this.#send = send;
  }

  /** The server granted credit up to this offset. */
  grant(through: number): void {
    this.#through = Math.max(this.#through, through);
    this.#wake();
    if (!this.#isClosed && through - LIMITS.stdinCredit === this.#offset) this.#source.wanted?.();
  }

  /** The line is lost or the program has ended. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Sends all of the source, never more than granted, then the end. */
  async pump(): Promise<void> {
    for await (const chunk of this.#source) {
      for (let at = 0; at < chunk.length && !this.#isClosed; ) {
        const room = Math.min(this.#through - this.#offset, LIMITS.framePayload);
        const part = chunk.subarray(at, at + room);
        if (part.length === 0)
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        else this.#put(part, false);
        at += part.length;
      }
      if (this.#isClosed) return;
    }
    if (!this.#isClosed) this.#put(new Uint8Array(), true);
  }

  #put(bytes: Uint8Array, isLast: boolean): void {
    this.#send(encodeData(this.#channel, this.#offset, bytes, isLast));
    this.#offset += bytes.length;
  }
}
