/**
 * How a runner answers a session: a byte stream of records, each `u8 type`, `u32 length` (little-endian), payload.
 *
 * | type | payload |
 * |---|---|
 * | 1 stdout, 2 stderr | 1 byte to `maxPayload` bytes, as the program wrote them |
 * | 3 exit | i32, the exit status |
 * | 4 failed | UTF-8, one message for the user |
 * | 5 begun | empty: from here on the program's own code may have run |
 *
 * A stream is `begun`, any number of output records and then exactly one `exit` or `failed`, of which `failed` may come
 * without the others; a stream that ends without either was cut off. Only the runner writes records: what a program prints is always payload.
 */

export const maxPayload = 1024 * 1024;

export type ProgramRecord =
  | { readonly type: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'begun' };

/** The stream is not one that a runner of this version writes. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

const headerLength = 5;
const typeNumbers = { stdout: 1, stderr: 2, exit: 3, failed: 4, begun: 5 } as const;

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
      return record.bytes;
    case 'exit': {
      const code = new Uint8Array(4);
      new DataView(code.buffer).setInt32(0, record.code, true);
      return code;
    }
    case 'failed':
      return new TextEncoder().encode(record.message);
    case 'begun':
      return new Uint8Array(0);
  }
}

/** Turns chunks, however the transport cut them, back into records. Throws `RecordError`; it is unusable then. */
export class RecordDecoder {
  #pending: Uint8Array = new Uint8Array(0);
  #finished = false;

  /** True once `exit` or `failed` was decoded. */
  get finished(): boolean {
    return this.#finished;
  }

  push(chunk: Uint8Array): ProgramRecord[] {
    const bytes = this.#pending.length === 0 ? chunk : concat(this.#pending, chunk);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const records: ProgramRecord[] = [];
    let offset = 0;
    while (bytes.length - offset >= headerLength) {
      const length = view.getUint32(offset + 1, true);
      if (length > maxPayload) throw new RecordError(`A record announces ${length} bytes; ${maxPayload} is the limit.`);
      const end = offset + headerLength + length;
      if (end > bytes.length) break;
      records.push(this.#decode(view.getUint8(offset), bytes.subarray(offset + headerLength, end)));
      offset = end;
    }
    this.#pending = bytes.slice(offset);
    if (this.#finished && this.#pending.length > 0) throw new RecordError('Bytes follow the last record.');
    return records;
  }

  #decode(type: number, payload: Uint8Array): ProgramRecord {
    if (this.#finished) throw new RecordError('A record follows the last one.');
    switch (type) {
      case typeNumbers.stdout:
      case typeNumbers.stderr:
        if (payload.length === 0) throw new RecordError('An output record is empty.');
        return { type: type === typeNumbers.stdout ? 'stdout' : 'stderr', bytes: payload };
      case typeNumbers.exit:
        if (payload.length !== 4) throw new RecordError(`An exit record has ${payload.length} bytes instead of 4.`);
        this.#finished = true;
        return { type: 'exit', code: new DataView(payload.buffer, payload.byteOffset, 4).getInt32(0, true) };
      case typeNumbers.failed:
        this.#finished = true;
        return { type: 'failed', message: new TextDecoder().decode(payload) };
      case typeNumbers.begun:
        if (payload.length !== 0) throw new RecordError(`A begun record has ${payload.length} bytes instead of 0.`);
        return { type: 'begun' };
      default:
        throw new RecordError(`Records of type ${type} are unknown.`);
    }
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
