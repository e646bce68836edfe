/** The host calls about the contents of large files: exchanges, as requests to the network are. */

import { checkRange } from '../../files/failures.ts';
import { FileError } from '../../files/file-system.ts';
import { maxSqliteFileBytes } from '../../files/limits.ts';
import type { KernelIo } from '../kernel.ts';
import type { Answer, Fetches } from './fetches.ts';

/** What the guest may have handed over and is not stored yet: all of it is in memory. */
export const MAX_PENDING_BYTES = 32 * 1024 * 1024;

export class LargeFileCalls {
  readonly #fetches: Fetches;
  readonly #turn: () => KernelIo;
  #pendingBytes = 0;

  /** `turn`: what the running turn may reach. Throws between turns. */
  constructor(fetches: Fetches, turn: () => KernelIo) {
    this.#fetches = fetches;
    this.#turn = turn;
  }

  /** Answers with the bytes. */
  read(id: number, path: string): void {
    const { files, largeFiles } = this.#turn();
    this.#fetches.open(id, () =>
      failing(async () => {
        const size = files.stat(path)?.size ?? 0;
        return answer(path, new Response(await largeFiles.read(path), { headers: { 'content-length': `${size}` } }));
      }),
    );
  }

  /** Makes a file of the first `keep` bytes of the one at `path`, and `bytes` behind them. Answers without a body. */
  write(id: number, path: string, keep: number, bytes: Uint8Array): void {
    const { largeFiles } = this.#turn();
    if (this.#pendingBytes + bytes.length > MAX_PENDING_BYTES) {
      throw new FileError(
        'ENOSPC',
        path,
        'Too much is being written to large files at once: await each before the next.',
      );
    }
    checkRange(path, keep, bytes.length);
    this.#fetches.open(id, () =>
      failing(async () => {
        this.#pendingBytes += bytes.length;
        const done = new Response(null, { status: 204 });
        const source = contents(keep === 0 ? null : await largeFiles.read(path, 0, keep), keep, bytes, path);
        if (keep + bytes.length <= maxSqliteFileBytes) {
          const all = await gathered(source, keep + bytes.length);
          return { ...answer(path, done), before: () => failing(() => this.#turn().files.write(path, all)) };
        }
        const stored = await largeFiles.store(path, source);
        return { ...answer(path, done), before: () => failing(() => this.#turn().largeFiles.place(path, stored)) };
      }).finally(() => {
        this.#pendingBytes -= bytes.length;
      }),
    );
  }
}

const answer = (path: string, response: Response): Answer => ({ response, url: `file:///home/user/${path}` });

async function* contents(
  kept: ReadableStream<Uint8Array> | null,
  keep: number,
  bytes: Uint8Array,
  path: string,
): AsyncGenerator<Uint8Array, undefined> {
  let size = 0;
  for await (const chunk of kept ?? []) {
    size += chunk.length;
    yield chunk;
  }
  if (size < keep) throw new FileError('EINVAL', path, `"${path}" has fewer bytes than are to be kept.`);
  if (bytes.length > 0) yield bytes;
  return undefined;
}

async function gathered(source: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const all = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of source) {
    all.set(chunk, filled);
    filled += chunk.length;
  }
  return all;
}

/** Failures of files reach the guest as `CODE\nmessage`. */
function failing<T>(action: () => T): T {
  const rethrow = (error: unknown): never => {
    throw error instanceof FileError ? new Error(`${error.code}\n${error.message}`) : error;
  };
  try {
    const result = action();
    return result instanceof Promise ? (result.catch(rethrow) as T) : result;
  } catch (error) {
    return rethrow(error);
  }
}
