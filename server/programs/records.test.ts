/** What a runner tells of a program, as bytes and back. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecord, maxPayload, type ProgramRecord, RecordDecoder, RecordError } from './records.ts';

const output = fc.record({
  type: fc.constantFrom('stdout' as const, 'stderr' as const, 'result' as const),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
});
const request: ProgramRecord = {
  type: 'request',
  attempt: { method: 'GET', host: 'example.com', port: 443, outcome: 200 },
};
const path = fc.string({ unit: 'grapheme' });
const asked = fc.record({
  type: fc.constant('ask' as const),
  number: fc.nat(2 ** 32 - 1),
  ask: fc.oneof(
    fc.record({ kind: fc.constantFrom('stdin' as const, 'snapshot' as const) }),
    fc.record({ kind: fc.constant('file' as const), paths: fc.array(path) }),
    fc.record({ kind: fc.constant('module' as const), url: path }),
  ),
});
const changed = fc.record({
  type: fc.constant('change' as const),
  change: fc.oneof(
    fc.record({ op: fc.constantFrom('directory' as const, 'remove' as const), path }),
    fc.record({ op: fc.constant('write' as const), path, bytes: fc.uint8Array() }),
    fc.record({ op: fc.constant('writeAt' as const), path, offset: fc.maxSafeNat(), bytes: fc.uint8Array() }),
  ),
});
const between = fc.oneof(output, asked, changed, fc.constant({ type: 'commit' as const }));
const last = fc.oneof(
  fc.record({ type: fc.constant('exit' as const), code: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) }),
  fc.record({ type: fc.constant('failed' as const), message: fc.string({ unit: 'grapheme' }) }),
);

function join(records: readonly ProgramRecord[]): Uint8Array {
  return new Uint8Array(records.flatMap((record) => [...encodeRecord(record)]));
}

/** Bytes as lists: what is decoded has other kinds of them. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

describe('records', () => {
  it('have these bytes', () => {
    const bytes = join([
      { type: 'stdout', bytes: new Uint8Array([104, 105]) },
      { type: 'stderr', bytes: new Uint8Array([33]) },
      { type: 'exit', code: -2 },
    ]);
    expect([...bytes]).toEqual([1, 2, 0, 0, 0, 104, 105, 2, 1, 0, 0, 0, 33, 3, 4, 0, 0, 0, 254, 255, 255, 255]);
    expect([...encodeRecord({ type: 'begun' })]).toEqual([5, 0, 0, 0, 0]);
    expect([...encodeRecord({ type: 'failed', message: 'é' })]).toEqual([4, 2, 0, 0, 0, 0xc3, 0xa9]);
  });

  it('decode to what was encoded, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(between), last, fc.array(fc.nat(2000)), (outputs, end, cuts) => {
        const records: ProgramRecord[] = [{ type: 'begun' }, ...outputs, request, end];
        const bytes = join(records);
        const edges = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const decoder = new RecordDecoder();
        const decoded: ProgramRecord[] = [];
        let from = 0;
        for (const edge of edges) {
          decoded.push(...decoder.push(bytes.slice(from, edge)));
          from = edge;
        }
        expect(plain(decoded)).toEqual(plain(records));
        expect(decoder.finished).toBe(true);
      }),
    );
  });

  it('end in nothing but our error for random bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const decoder = new RecordDecoder();
        try {
          for (const chunk of chunks) decoder.push(chunk);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError);
        }
      }),
    );
  });

  it('carry the largest payload and no byte more', () => {
    const largest = encodeRecord({ type: 'stdout', bytes: new Uint8Array(maxPayload) });
    expect(new RecordDecoder().push(largest)).toHaveLength(1);
    expect(() => encodeRecord({ type: 'stdout', bytes: new Uint8Array(maxPayload + 1) })).toThrow(RecordError);
    const header = largest.slice(0, 5);
    new DataView(header.buffer).setUint32(1, maxPayload + 1, true);
    expect(() => new RecordDecoder().push(header)).toThrow(/1048577 bytes/);
  });

  it('end with the exit status', () => {
    const exit = encodeRecord({ type: 'exit', code: 0 });
    const decoder = new RecordDecoder();
    decoder.push(exit);
    expect(() => decoder.push(exit)).toThrow(/follows the last one/);
    expect(() => new RecordDecoder().push(new Uint8Array([...exit, 1]))).toThrow(/follow the last/);
    expect(() => new RecordDecoder().push(new Uint8Array([3, 1, 0, 0, 0, 7]))).toThrow(/1 bytes instead of 4/);
    expect(() => new RecordDecoder().push(new Uint8Array([1, 0, 0, 0, 0]))).toThrow(/empty/);
    expect(() => new RecordDecoder().push(new Uint8Array([5, 1, 0, 0, 0, 7]))).toThrow(/1 bytes instead of 0/);
    expect(() => new RecordDecoder().push(new Uint8Array([11, 0, 0, 0, 0]))).toThrow(/type 11/);
    expect(() => new RecordDecoder().push(new Uint8Array([6, 3, 0, 0, 0, 0, 0, 0]))).toThrow(/no number/);
    expect(() => new RecordDecoder().push(new Uint8Array([7, 1, 0, 0, 0, 0x80]))).toThrow(/type change/);
    expect(() => new RecordDecoder().push(new Uint8Array([9, 1, 0, 0, 0, 0x90]))).toThrow(
      /type request cannot be read/,
    );
  });
});
