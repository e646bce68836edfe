/** An object in R2 that grows by parts over several requests, and over restarts in between. */

import { bucketFailed } from './failures.ts';
import { asked, type LargeFiles, randomKey } from './large-files.ts';
import type { Orphans } from './orphans.ts';

export interface Multipart {
  readonly key: string;
  /** R2's name for the upload. */
  readonly upload: string;
}

export class LargeParts {
  readonly #bucket: R2Bucket;
  readonly #orphans: Orphans;
  readonly #large: LargeFiles;

  constructor(bucket: R2Bucket, orphans: Orphans, large: LargeFiles) {
    this.#bucket = bucket;
    this.#orphans = orphans;
    this.#large = large;
  }

  /** Begins an object, which nobody collects until `abandon` or until it is let go as a `LargeFile`. Throws `FileError`. */
  async begin(path: string): Promise<Multipart> {
    const key = randomKey();
    this.#orphans.reserve(key);
    try {
      const { uploadId } = await asked(this.#bucket.createMultipartUpload(key), () => bucketFailed(path, 'stored'));
      return { key, upload: uploadId };
    } catch (error) {
      this.#large.letGo({ key });
      throw error;
    }
  }

  /** Goes on with an object that an earlier process began. */
  hold({ key }: Multipart): void {
    this.#orphans.hold(key);
  }

  /** Stores a part, the first being 0; the same one again replaces it. All but the last have `partSize` bytes. Returns its ETag. */
  async put(path: string, { key, upload }: Multipart, part: number, bytes: Uint8Array): Promise<string> {
    const stored = this.#bucket.resumeMultipartUpload(key, upload).uploadPart(part + 1, bytes);
    return (await asked(stored, () => bucketFailed(path, 'stored'))).etag;
  }

  /** Makes one object of all parts. Harmless if that has happened. Throws `FileError`. */
  async complete(path: string, { key, upload }: Multipart, etags: readonly string[], size: number): Promise<void> {
    const parts = etags.map((etag, part) => ({ partNumber: part + 1, etag }));
    try {
      await this.#bucket.resumeMultipartUpload(key, upload).complete(parts);
    } catch (error) {
      // The process may have ended between this and what tells of it.
      const found = await this.#bucket.head(key).catch(() => null);
      if (found?.size === size) return;
      console.error(error);
      throw bucketFailed(path, 'stored');
    }
  }

  /** Drops what there is of it. */
  async abandon({ key, upload }: Multipart): Promise<void> {
    // What cannot be given up now, or is an object by now: R2 gives up by itself in a week, or it is collected.
    await this.#bucket
      .resumeMultipartUpload(key, upload)
      .abort()
      .catch(() => undefined);
    this.#large.letGo({ key });
  }
}
