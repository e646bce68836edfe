/**
 * Records on a stream of bytes: each is its length (u32, little endian) and a MessagePack value. A record is decoded once
 * all of it is there, however small the pieces are in which the stream comes.
 */

import { Decoder, Encoder } from '@msgpack/msgpack';
import { concatBytes } from '../../protocol/frame.ts';

const PREFIX_BYTES = 4;

export class RecordEncoder<Value> {
  readonly #encoder = new Encoder();

  encode(value: Value): Uint8Array {
    const body = this.#encoder.encodeSharedRef(value);
    const record = new Uint8Array(PREFIX_BYTES + body.length);
    new DataView(record.buffer).setUint32(0, body.length, true);
    record.set(body, PREFIX_BYTES);
    return record;
  }
}

/** Throws when the stream ends within a record. */
export async function* decodeRecords(source: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void> {
  const decoder = new Decoder();
  let parts: Uint8Array[] = [];
  let held = 0;
  /** Bytes that must be there before anything can be done. */
  let needed = PREFIX_BYTES;
  let isInRecord = false;
  for await (const bytes of source) {
    parts.push(bytes);
    held += bytes.length;
    if (held < needed) continue;
    let buffer = concatBytes(parts);
    while (buffer.length >= needed) {
      const taken = buffer.subarray(0, needed);
      buffer = buffer.subarray(needed);
      if (isInRecord) yield decoder.decode(taken);
      needed = isInRecord ? PREFIX_BYTES : new DataView(taken.buffer, taken.byteOffset).getUint32(0, true);
      isInRecord = !isInRecord;
    }
    parts = [buffer];
    held = buffer.length;
  }
  if (held > 0 || isInRecord) throw new Error('The stream ended early.');
}
