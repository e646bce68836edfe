/** Files over 8 MiB: each is an R2 object under an unguessable key of its own, never changed once written. */

import { ProtocolError } from '../../protocol/errors.ts';
import { bucketFailed } from './failures.ts';
import { FileError } from './file-system.ts';
import { maxLargeFileBytes } from './limits.ts';
import type { Orphans } from './orphans.ts';
import type { Overlay } from './overlay.ts';
import type { LargeFile } from './rows.ts';

/** What R2 asks of every part of an upload but the last: the same size, at least 5 MiB. */
export const partSize = 5 * 1024 * 1024;
/** What one call of R2 deletes. */
const maxDeletedAtOnce = 1000;

export class LargeFiles {
  readonly #bucket: R2Bucket;
  readonly #orphans: Orphans;
  readonly #onLetGo: () => void;

  /** `onLetGo`: there may be something to collect. */
  constructor(bucket: R2Bucket, orphans: Orphans, onLetGo: () => void) {
    this.#bucket = bucket;
    this.#orphans = orphans;
    this.#onLetGo = onLetGo;
  }

  /**
   * Streams `source` to R2 and then places it at `path` in the overlay, replacing a file there. Holds one part of 5 MiB in
   * memory. Throws `FileError`; then the overlay is as before.
   */
  async write(overlay: Overlay, path: string, source: AsyncIterable<Uint8Array>): Promise<LargeFile> {
    const large = await this.store(path, source);
    this.place(overlay, path, large);
    return large;
  }

  /** Streams `source` to R2, as the contents of no file yet: `place` or `letGo` must follow. Throws `FileError`. */
  async store(path: string, source: AsyncIterable<Uint8Array>): Promise<LargeFile> {
    const key = randomKey();
    this.#orphans.reserve(key);
    try {
      return await this.#upload(key, path, source);
    } catch (error) {
      this.#orphans.release(key);
      this.#onLetGo();
      throw error;
    }
  }

  /** Makes what `store` gave a file of the overlay. Throws `FileError`; then the contents are let go. */
  place(overlay: Overlay, path: string, large: LargeFile): void {
    try {
      if (!overlay.isOpen) {
        throw new FileError('EINVAL', path, `"${path}" was not written: the upload outlived the input it belongs to.`);
      }
      overlay.files.placeLarge(path, large);
      overlay.onClose(() => this.letGo(large));
    } catch (error) {
      this.letGo(large);
      throw error;
    }
  }

  /** What no committed file has by now is deleted in a while. */
  letGo({ key }: Pick<LargeFile, 'key'>): void {
    this.#orphans.release(key);
    this.#onLetGo();
  }

  /** The bytes from `offset`, `length` of them, or all. */
  async read(
    path: string,
    large: LargeFile,
    offset = 0,
    length = large.size - offset,
  ): Promise<ReadableStream<Uint8Array>> {
    const got = this.#bucket.get(large.key, { range: { offset, length } });
    const object = await asked(got, () => bucketFailed(path, 'read'));
    if (!object) throw new FileError('ENOENT', path, `The contents of "${path}" are missing from the bucket.`);
    return object.body;
  }

  /** Deletes up to `limit` objects that nothing refers to; returns how many. For the session's alarm. Rejects if R2 fails: try again. */
  async collectOrphans(limit: number): Promise<number> {
    const keys = this.#orphans.collectable(Math.min(limit, maxDeletedAtOnce));
    if (keys.length === 0) return 0;
    await this.#bucket.delete(keys);
    this.#orphans.forget(keys);
    return keys.length;
  }

  /** Deletes every object of the session, whatever refers to it: the session is being removed. Throws `ProtocolError`. */
  async deleteAll(): Promise<void> {
    const keys = this.#orphans.everyKey();
    for (let at = 0; at < keys.length; at += maxDeletedAtOnce) {
      await asked(this.#bucket.delete(keys.slice(at, at + maxDeletedAtOnce)), removalFailed);
    }
  }

  async #upload(key: string, path: string, source: AsyncIterable<Uint8Array>): Promise<LargeFile> {
    const failed = () => bucketFailed(path, 'stored');
    const upload = await asked(this.#bucket.createMultipartUpload(key), failed);
    try {
      const digest = new crypto.DigestStream('SHA-256');
      const hash = digest.getWriter();
      const parts: R2UploadedPart[] = [];
      let size = 0;
      for await (const part of partsOf(source)) {
        size += part.length;
        if (size > maxLargeFileBytes) {
          throw new FileError('EFBIG', path, `"${path}" is too large; the limit is ${maxLargeFileBytes} bytes.`);
        }
        await hash.write(part);
        parts.push(await asked(upload.uploadPart(parts.length + 1, part), failed));
      }
      await hash.close();
      await asked(upload.complete(parts), failed);
      return { key, size, sha256: toHex(new Uint8Array(await digest.digest)) };
    } catch (error) {
      // What cannot be given up now, R2 gives up by itself in a week.
      await upload.abort().catch(() => undefined);
      throw error;
    }
  }
}

/** What R2 answers. Its failures are logged, and thrown as what `failure` makes of them. */
export async function asked<T>(answer: Promise<T>, failure: () => Error): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    console.error(error);
    throw failure();
  }
}

function removalFailed(): ProtocolError {
  return new ProtocolError(
    'UNAVAILABLE',
    'The session was not removed: the bucket with its files over 8 MiB failed. Remove it again; if it stays so, see the log of the server.',
  );
}

/** Regroups bytes into parts of `partSize`; only the last may be smaller. */
async function* partsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(partSize);
  let filled = 0;
  for await (const bytes of source) {
    for (let taken = 0; taken < bytes.length; ) {
      const piece = bytes.subarray(taken, taken + partSize - filled);
      part.set(piece, filled);
      taken += piece.length;
      filled += piece.length;
      if (filled < partSize) continue;
      yield part;
      part = new Uint8Array(partSize);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

export function randomKey(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
