/**
 * A fork: a new session with everything of another one's revision. The source is read as a stream of records while it
 * goes on; the new session commits all of it as its first revision, or nothing.
 *
 * The stream is a sequence of records (record-stream.ts) between two objects of the same server, never stored and never shown to
 * clients. Contents follow the record that announces them, in pieces of at most 1 MiB.
 */

import { type ErrorCode, ProtocolError } from '../../protocol/errors.ts';
import { understood } from '../crossing.ts';
import { type NetworkList, OPEN_LIST } from '../egress/network-list.ts';
import { bucketFailed } from '../files/failures.ts';
import { FileError, type FileSystem } from '../files/file-system.ts';
import type { LargeFiles } from '../files/large-files.ts';
import type { FileView } from '../files/view.ts';
import type { KernelName } from '../kernels/kernel.ts';
import type { LogEntry } from './log.ts';
import { decodeRecords, RecordEncoder } from './record-stream.ts';
import type { Recorded } from './replay.ts';
import type { Revision } from './revisions.ts';
import type { ForkedHeap, SessionStore } from './store.ts';

type ForkRecord =
  | {
      readonly is: 'heap';
      readonly kernel: KernelName;
      readonly engine: string;
      readonly isPending: boolean;
      readonly ran: number;
    }
  | { readonly is: 'directory'; readonly path: string }
  | { readonly is: 'file'; readonly path: string; readonly isLarge: boolean }
  /** What the owner lets the session call: a fork gets no further. */
  | ({ readonly is: 'network' } & NetworkList)
  /** One of those that made the variables, oldest first. */
  | ({ readonly is: 'input' } & Recorded['inputs'][number])
  /** There were others before them, which are not recorded any more. */
  | { readonly is: 'unrecorded' }
  | { readonly is: 'key'; readonly key: string; readonly value: Uint8Array }
  /** Of the heap or file before it. A heap has one for each delta, its base first. */
  | { readonly is: 'piece'; readonly bytes: Uint8Array }
  | { readonly is: 'end' }
  /** Instead of what would come next: a stream that throws tells nobody why. */
  | { readonly is: 'failed'; readonly code: ErrorCode; readonly message: string };

const PIECE_BYTES = 1024 * 1024;

/**
 * Everything of a kept revision (0: nothing at all), and the inputs that made its variables. Throws `ProtocolError`
 * NOT_FOUND when it is not kept.
 */
export async function* exportRevision(
  store: SessionStore,
  large: LargeFiles,
  number: number,
  recorded: Recorded,
): AsyncGenerator<Uint8Array, void> {
  const revision = store.revisions.get(number);
  if (revision === null && number !== 0) {
    throw new ProtocolError('NOT_FOUND', `Revision ${number} is not kept (any more). See the history.`);
  }
  const encoder = new RecordEncoder<ForkRecord>();
  try {
    for await (const record of recordsOf(store, large, revision, recorded)) yield encoder.encode(record);
  } catch (error) {
    const known = understood(error);
    if (!(known instanceof ProtocolError)) throw error;
    yield encoder.encode({ is: 'failed', code: known.code, message: known.message });
  }
}

async function* recordsOf(
  store: SessionStore,
  large: LargeFiles,
  revision: Revision | null,
  { inputs, isWhole }: Recorded,
): AsyncGenerator<ForkRecord, void> {
  yield { is: 'network', ...store.network.list };
  for (const input of inputs) yield { is: 'input', ...input };
  if (!isWhole) yield { is: 'unrecorded' };
  for (const [kernel, heap] of Object.entries(revision?.heaps ?? {}) as [KernelName, number | null][]) {
    if (heap === null) continue;
    const { engine, ran, deltas } = store.heaps.loadWhole(heap);
    yield { is: 'heap', kernel, engine, isPending: store.heaps.isPending(heap), ran };
    for (const bytes of deltas) yield { is: 'piece', bytes };
  }
  const { files, kv } = store.files.view(revision?.number ?? 0);
  for (const [path, isDirectory] of walk(files, '')) {
    if (isDirectory) yield { is: 'directory', path };
    else yield* exportFile(files, large, path);
  }
  for (const key of kv.list('')) yield { is: 'key', key, value: kv.get(key) ?? new Uint8Array() };
  yield { is: 'end' };
}

async function* exportFile(files: FileView, large: LargeFiles, path: string): AsyncGenerator<ForkRecord, void> {
  const object = files.largeFile(path);
  yield { is: 'file', path, isLarge: object !== null };
  if (object !== null) {
    try {
      for await (const bytes of await large.read(path, object)) yield { is: 'piece', bytes };
    } catch (error) {
      throw error instanceof FileError ? error : bucketFailed(path, 'read');
    }
    return;
  }
  const size = files.stat(path)?.size ?? 0;
  for (let at = 0; at < size; at += PIECE_BYTES) yield { is: 'piece', bytes: files.read(path, at, PIECE_BYTES) };
}

/** Directories before what is in them. */
function* walk(files: FileSystem, directory: string): Generator<readonly [path: string, isDirectory: boolean], void> {
  for (const { name, kind } of files.list(directory)) {
    const path = directory === '' ? name : `${directory}/${name}`;
    yield [path, kind === 'directory'];
    if (kind === 'directory') yield* walk(files, path);
  }
}

/**
 * Makes `source` the first revision of a session that has none. Nothing is kept if it throws: `ProtocolError` CONFLICT
 * for a session that is in use, or whatever reading the source throws.
 */
export async function importRevision(
  store: SessionStore,
  large: LargeFiles,
  source: AsyncIterable<Uint8Array>,
  at: number,
  notice: string,
): Promise<readonly LogEntry[]> {
  if (store.revisions.head !== null || store.log.extent.head > 0) {
    throw new ProtocolError('CONFLICT', 'That session exists. Choose another name, or remove it first.');
  }
  const overlay = store.files.open();
  const heaps: ForkedHeap[] = [];
  const inputs: Recorded['inputs'][number][] = [];
  let isWhole = true;
  let list = OPEN_LIST;
  try {
    const records = decodeRecords(source) as AsyncGenerator<ForkRecord, void>;
    const reader = new RecordReader(records);
    for (let record = await reader.next(); record.is !== 'end'; record = await reader.next()) {
      if (record.is === 'heap') {
        const { kernel, engine, isPending, ran } = record;
        heaps.push({ kernel, engine, isPending, ran, deltas: await collect(reader.pieces()) });
      } else if (record.is === 'network') list = record;
      else if (record.is === 'input') inputs.push(record);
      else if (record.is === 'unrecorded') isWhole = false;
      else if (record.is === 'directory') overlay.files.makeDirectory(record.path, { recursive: false });
      else if (record.is === 'key') overlay.kv.set(record.key, record.value);
      else if (record.is === 'file' && record.isLarge) await large.write(overlay, record.path, reader.pieces());
      else if (record.is === 'file') await writeFile(overlay.files, record.path, reader.pieces());
    }
    if (store.revisions.head !== null) throw new ProtocolError('CONFLICT', 'That session was opened meanwhile.');
    store.network.setList(list);
    return store.commitFork(overlay, { heaps, inputs, isWhole }, at, notice);
  } catch (error) {
    overlay.discard();
    throw error;
  }
}

async function writeFile(files: FileSystem, path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  files.write(path, new Uint8Array());
  let at = 0;
  for await (const bytes of pieces) {
    files.writeAt(path, at, bytes);
    at += bytes.length;
  }
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const bytes of pieces) all.push(bytes);
  return all;
}

/** Reads records one ahead, so that the pieces of one thing end where the next thing begins. */
class RecordReader {
  readonly #records: AsyncGenerator<ForkRecord, void>;
  #ahead: ForkRecord | null = null;

  constructor(records: AsyncGenerator<ForkRecord, void>) {
    this.#records = records;
  }

  async next(): Promise<ForkRecord> {
    const record = this.#ahead ?? (await this.#read());
    this.#ahead = null;
    return record;
  }

  async *pieces(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      this.#ahead ??= await this.#read();
      if (this.#ahead.is !== 'piece') return;
      const { bytes } = this.#ahead;
      this.#ahead = null;
      yield bytes;
    }
  }

  async #read(): Promise<ForkRecord> {
    const { done, value } = await this.#records.next();
    if (done) throw new Error('The stream of a fork ended early.');
    if (value.is === 'failed') throw new ProtocolError(value.code, value.message);
    return value;
  }
}
