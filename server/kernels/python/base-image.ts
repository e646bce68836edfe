/**
 * The base snapshot as the build wrote it: `base.json`, its header, and `base.bin`, its memory (raw deflate). Every heap
 * is a chain of deltas against it.
 */

import type { ReferenceTables } from './glue.ts';
import type { Opcodes } from './warm-up.ts';

export interface BaseHeader {
  readonly memoryBytes: number;
  readonly tables: ReferenceTables;
  /** Addresses of the Python functions that the kernel calls, by name. */
  readonly entries: Readonly<Record<string, number>>;
  /** Numbers of the interpreter's instructions. */
  readonly opcodes: Opcodes;
}

/** Unpacks the memory of the snapshot as it comes, so that it never stands in memory twice. */
export async function unpackBase(packed: ReadableStream<Uint8Array>, memory: Uint8Array): Promise<void> {
  let at = 0;
  for await (const chunk of packed.pipeThrough(new DecompressionStream('deflate-raw'))) {
    memory.set(chunk, at);
    at += chunk.byteLength;
  }
  if (at !== memory.byteLength) throw new Error('the base snapshot is truncated');
}
