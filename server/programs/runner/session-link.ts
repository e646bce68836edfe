/** The runner's side of the connection to the session whose program it runs: asks, their answers, and records. */

import { decode } from '@msgpack/msgpack';
import * as v from 'valibot';
import { AnswerDecoder } from '../answers.ts';
import {
  type Ask,
  type Change,
  type RemoteModule,
  remoteModuleShape,
  type SessionFile,
  type Snapshot,
  sessionFileShape,
  snapshotShape,
} from '../asks.ts';
import { encodeRecord } from '../records.ts';
import { type RunRequest, readRunRequest } from './request.ts';

interface Waiting {
  resolve(bytes: Uint8Array | null): void;
  reject(error: Error): void;
}

/** The session could not give what was asked for; `message` is for the user. */
export class AskError extends Error {
  override readonly name = 'AskError';
}

export class SessionLink {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #ended: Promise<void> = Promise.resolve();

  /** `body` comes from the session, `writable` goes to it. */
  constructor(body: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>) {
    this.#reader = body.getReader();
    this.#writer = writable.getWriter();
  }

  /** What is to be run; called once, before anything is asked. */
  async open(): Promise<RunRequest> {
    const { request, rest } = await readRunRequest(this.#reader);
    this.#ended = this.#receive(rest);
    return request;
  }

  /** Resolves when the session has ended its side. Never rejects. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** The first of these session files that there is; null if there is none. */
  async file(paths: readonly string[]): Promise<SessionFile | null> {
    const answer = await this.#ask({ kind: 'file', paths: [...paths] });
    return answer && v.parse(sessionFileShape, decode(answer));
  }

  /** These bytes of a session file, fewer at its end; null if there is no such file. */
  part(path: string, offset: number, length: number): Promise<Uint8Array | null> {
    return this.#ask({ kind: 'part', path, offset, length });
  }

  async snapshot(): Promise<Snapshot> {
    return v.parse(snapshotShape, decode((await this.#ask({ kind: 'snapshot' })) ?? new Uint8Array()));
  }

  /** Throws `AskError` when it cannot be had. */
  async module(url: string): Promise<RemoteModule> {
    const answer = await this.#ask({ kind: 'module', url });
    if (answer === null) throw new AskError(`There is no module at ${url}.`);
    return v.parse(remoteModuleShape, decode(answer));
  }

  /** The next bytes of the program's standard input; null at its end. */
  input(): Promise<Uint8Array | null> {
    return this.#ask({ kind: 'stdin' });
  }

  change(change: Change): Promise<void> {
    return this.send({ type: 'change', change });
  }

  commit(): Promise<void> {
    return this.send({ type: 'commit' });
  }

  /** Resolves when the record is on its way: how far ahead of the session the runner may be is the transport's affair. */
  send(record: Parameters<typeof encodeRecord>[0]): Promise<void> {
    return this.#writer.write(encodeRecord(record));
  }

  /** Nothing more is sent. */
  close(): Promise<void> {
    return this.#writer.close();
  }

  async #ask(ask: Ask): Promise<Uint8Array | null> {
    const number = ++this.#number;
    const answer = new Promise<Uint8Array | null>((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
    await this.send({ type: 'ask', number, ask });
    return answer;
  }

  async #receive(rest: Uint8Array): Promise<void> {
    const decoder = new AnswerDecoder();
    try {
      for (let chunk: Uint8Array | undefined = rest; chunk !== undefined; chunk = (await this.#reader.read()).value) {
        for (const answer of decoder.push(chunk)) {
          const waiting = this.#waiting.get(answer.number);
          this.#waiting.delete(answer.number);
          if (answer.kind === 'failure') waiting?.reject(new AskError(answer.message));
          else waiting?.resolve(answer.kind === 'value' ? answer.bytes : null);
        }
      }
    } catch {
      // The session is gone; so will be this run.
    }
    for (const { reject } of this.#waiting.values()) reject(new AskError('The session has ended the run.'));
    this.#waiting.clear();
  }
}
