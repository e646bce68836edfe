/**
 * How a runner answers a session: a byte stream of records, each `u8 type`, `u32 length` (little-endian), payload.
 *
 * | type | payload |
 * |---|---|
 * | 1 stdout, 2 stderr | 1 byte to `maxPayload` bytes, as the program wrote them |
 * | 3 exit | i32, the exit status |
 * | 4 failed | UTF-8, one message for the user |
 * | 5 begun | empty: from here on the program's own code may have run |
 * | 6 ask | u32, a number that its answer will repeat, and the MessagePack of an `Ask` (asks.ts) |
 * | 7 change | the MessagePack of a `Change` (asks.ts) to the session's files |
 * | 8 commit | empty: the changes so far are whole and may be seen by others |
 * | 9 request | the MessagePack of an `EgressAttempt`: what the program asked of the network |
 * | 10 result | 1 byte to `maxPayload` bytes of the UTF-8 of a `ProgramResult` (program.ts): these records together are one |
 *
 * A stream is `begun`, any number of records and then exactly one `exit` or `failed`; `failed` and, while the program is
 * built, `ask` may come before `begun`. A stream that ends without `exit` or `failed` was cut off. Only the runner writes
 * records: what a program prints is always payload.
 */

import { decode, encode } from '@msgpack/msgpack';
import * as v from 'valibot';
import type { EgressAttempt } from '../egress/egress.ts';
import { type Ask, askShape, type Change, changeShape } from './asks.ts';
import { ByteQueue } from './byte-queue.ts';

export const maxPayload = 1024 * 1024;
const maxChange = maxPayload - 16 * 1024;

/** Changes that are handed over at once; each has to fit a record with its bytes. */
export const changesShape = v.pipe(
  v.array(changeShape),
  v.maxLength(100_000),
  v.everyItem((change) => change.path.length <= 4096 && (!('bytes' in change) || change.bytes.length <= maxChange)),
);

const word = v.pipe(v.string(), v.maxLength(1000));
const whole = v.pipe(v.number(), v.safeInteger());
const attemptShape = v.object({ method: word, host: word, port: whole, outcome: v.union([whole, word]) });

export type ProgramRecord =
  | { readonly type: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'begun' }
  | { readonly type: 'ask'; readonly number: number; readonly ask: Ask }
  | { readonly type: 'change'; readonly change: Change }
  | { readonly type: 'commit' }
  | { readonly type: 'request'; readonly attempt: EgressAttempt }
  | { readonly type: 'result'; readonly bytes: Uint8Array };

/** The stream is not one that a runner of this version writes. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

const headerLength = 5;
const typeNumbers = {
  stdout: 1,
  stderr: 2,
  exit: 3,
  failed: 4,
  begun: 5,
  ask: 6,
  change: 7,
  commit: 8,
  request: 9,
  result: 10,
} as const;

export function encodeRecord(record: ProgramRecord): Uint8Array {
  const payload = payloadOf(record);
  if (payload.length > maxPayload) throw new RecordError(`A record of ${payload.length} bytes is over ${maxPayload}.`);
  const encoded = new Uint8Array(headerLength + payload.length);
  encoded[0] = typeNumbers[record.type];
  new DataView(encoded.buffer).setUint32(1, payload.length, true);
  encoded.set(payload, headerLength);
  return encoded;
}

function payloadOf(record: ProgramRecord): Uint8Array {
  switch (record.type) {
    case 'stdout':
    case 'stderr':
    case 'result':
      return record.bytes;
    case 'exit': {
      const code = new Uint8Array(4);
      new DataView(code.buffer).setInt32(0, record.code, true);
      return code;
    }
    case 'failed':
      return new TextEncoder().encode(record.message);
    case 'begun':
    case 'commit':
      return new Uint8Array(0);
    case 'ask': {
      const ask = encode(record.ask);
      const payload = new Uint8Array(4 + ask.length);
      new DataView(payload.buffer).setUint32(0, record.number, true);
      payload.set(ask, 4);
      return payload;
    }
    case 'change':
      return encode(record.change);
    case 'request':
      return encode(record.attempt);
  }
}

/** Turns chunks, however the transport cut them, back into records. Throws `RecordError`; it is unusable then. */
export class RecordDecoder {
  readonly #queue = new ByteQueue();
  #finished = false;

  /** True once `exit` or `failed` was decoded. */
  get finished(): boolean {
    return this.#finished;
  }

  push(chunk: Uint8Array): ProgramRecord[] {
    this.#queue.push(chunk);
    const records: ProgramRecord[] = [];
    while (this.#queue.size >= headerLength) {
      const header = this.#queue.peek(headerLength);
      const view = new DataView(header.buffer, header.byteOffset, headerLength);
      const length = view.getUint32(1, true);
      if (length > maxPayload) throw new RecordError(`A record announces ${length} bytes; ${maxPayload} is the limit.`);
      if (this.#queue.size < headerLength + length) break;
      const type = view.getUint8(0);
      records.push(this.#decode(type, this.#queue.take(headerLength + length).subarray(headerLength)));
    }
    if (this.#finished && this.#queue.size > 0) throw new RecordError('Bytes follow the last record.');
    return records;
  }

  #decode(type: number, payload: Uint8Array): ProgramRecord {
    if (this.#finished) throw new RecordError('A record follows the last one.');
    switch (type) {
      case typeNumbers.stdout:
        return { type: 'stdout', bytes: notEmpty(payload) };
      case typeNumbers.stderr:
        return { type: 'stderr', bytes: notEmpty(payload) };
      case typeNumbers.result:
        return { type: 'result', bytes: notEmpty(payload) };
      case typeNumbers.exit:
        if (payload.length !== 4) throw new RecordError(`An exit record has ${payload.length} bytes instead of 4.`);
        this.#finished = true;
        return { type: 'exit', code: new DataView(payload.buffer, payload.byteOffset, 4).getInt32(0, true) };
      case typeNumbers.failed:
        this.#finished = true;
        return { type: 'failed', message: new TextDecoder().decode(payload) };
      case typeNumbers.begun:
      case typeNumbers.commit: {
        const name = type === typeNumbers.begun ? 'begun' : 'commit';
        if (payload.length !== 0) throw new RecordError(`A ${name} record has ${payload.length} bytes instead of 0.`);
        return { type: name };
      }
      case typeNumbers.ask: {
        if (payload.length < 4) throw new RecordError('An ask record has no number.');
        const number = new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true);
        return { type: 'ask', number, ask: parse('ask', askShape, payload.subarray(4)) };
      }
      case typeNumbers.change:
        return { type: 'change', change: parse('change', changeShape, payload) };
      case typeNumbers.request:
        return { type: 'request', attempt: parse('request', attemptShape, payload) };
      default:
        throw new RecordError(`Records of type ${type} are unknown.`);
    }
  }
}

function notEmpty(payload: Uint8Array): Uint8Array {
  if (payload.length === 0) throw new RecordError('A record of bytes is empty.');
  return payload;
}

function parse<T extends v.GenericSchema>(name: string, shape: T, payload: Uint8Array): v.InferOutput<T> {
  try {
    return v.parse(shape, decode(payload));
  } catch (error) {
    throw new RecordError(`A record of type ${name} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
