/** Records come out as they went in, however the stream is cut. */

import { expect, it } from 'vitest';
import { concatBytes } from '../../protocol/frame.ts';
import { decodeRecords, RecordEncoder } from './record-stream.ts';

const VALUES = [{ is: 'end' }, { bytes: new Uint8Array(1000).fill(7) }, '', [1, 2, 3], { bytes: new Uint8Array() }];

function stream(): Uint8Array {
  const encoder = new RecordEncoder<unknown>();
  return concatBytes(VALUES.map((value) => encoder.encode(value)));
}

async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

it.each([1, 3, 4, 5, 999, 100_000])('in pieces of %i bytes', async (length) => {
  const values: unknown[] = [];
  for await (const value of decodeRecords(cut(stream(), length))) values.push(value);
  expect(values).toEqual(VALUES);
});

it.each([1, 5, 1008])('a stream that lacks its last %i bytes is refused', async (missing) => {
  const whole = stream();
  const decode = async (): Promise<void> => {
    for await (const _ of decodeRecords(cut(whole.subarray(0, whole.length - missing), 64)));
  };
  await expect(decode()).rejects.toThrow('ended early');
});
