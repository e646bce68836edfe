/**
 * The base snapshot: the memory of a QuickJS instance in which the prelude has started and no guest code has run.
 * Every heap is a chain of deltas against it.
 *
 * File format: the length of the header (u32, little endian), the header (JSON), the memory (raw deflate).
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Snapshot } from 'quickjs-wasi';

export interface BaseImage {
  /** The instance; everything below its stack pointer is zero. Shared by all kernels: never written to. */
  readonly snapshot: Snapshot;
  /** Guest values that the host calls, by name: tokens of `QuickJS.exportHandle`. No guest code can reach these boxes. */
  readonly handles: Readonly<Record<string, number>>;
  /** The address of the numbers that the host and the prelude share. They never move. */
  readonly shared: number;
}

interface Header {
  readonly memoryBytes: number;
  readonly snapshot: Omit<Snapshot, 'memory'>;
  readonly handles: Readonly<Record<string, number>>;
  readonly shared: number;
}

const LENGTH_BYTES = 4;

export function encodeBaseImage(image: BaseImage): Uint8Array {
  const { memory, ...rest } = image.snapshot;
  const header: Header = {
    memoryBytes: memory.byteLength,
    snapshot: rest,
    handles: image.handles,
    shared: image.shared,
  };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const packed = deflateRawSync(memory, { level: 9 });
  const out = new Uint8Array(LENGTH_BYTES + headerBytes.byteLength + packed.byteLength);
  new DataView(out.buffer).setUint32(0, headerBytes.byteLength, true);
  out.set(headerBytes, LENGTH_BYTES);
  out.set(packed, LENGTH_BYTES + headerBytes.byteLength);
  return out;
}

/** `bytes` come from the build: they are trusted. */
export function decodeBaseImage(bytes: Uint8Array): BaseImage {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  const headerEnd = LENGTH_BYTES + headerLength;
  const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, headerEnd)));
  // workerd counts the room it has made against the limit, not the bytes: an exact limit fails for some sizes.
  const memory = inflateRawSync(bytes.subarray(headerEnd), { maxOutputLength: 2 * header.memoryBytes });
  if (memory.byteLength !== header.memoryBytes) throw new Error('the base snapshot is truncated');
  const { handles, shared } = header;
  return { snapshot: { ...header.snapshot, memory: new Uint8Array(memory) }, handles, shared };
}
