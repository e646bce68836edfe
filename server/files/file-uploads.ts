/**
 * Files on their way into the session over several requests, each going on where the one before broke off, also over a
 * restart: what has come is stored as it comes. Up to 8 MiB it waits in SQLite, more of it in R2 as parts of an object.
 *
 * They belong to no revision until they are finished, count against the limits of the session from the beginning, and
 * are dropped when nothing came for a day.
 */

import { ProtocolError } from '../../protocol/errors.ts';
import type { FileStore } from './file-store.ts';
import { FileError } from './file-system.ts';
import { Filling } from './filling.ts';
import { type LargeFiles, partSize, toHex } from './large-files.ts';
import type { LargeParts } from './large-parts.ts';
import { maxLargeFileBytes, maxSqliteFileBytes, maxUploads, uploadMilliseconds } from './limits.ts';
import type { Overlay } from './overlay.ts';
import { splitPath } from './paths.ts';
import type { LargeFile } from './rows.ts';
import { RunningDigest } from './running-digest.ts';
import { type Turn, Turns } from './turns.ts';
import { UploadRoom } from './upload-room.ts';
import type { UploadRow, UploadRows } from './upload-rows.ts';

/** Commits what `change` writes as one revision; nothing is kept if either throws. */
export type CommitUpload = (change: (overlay: Overlay) => void) => Promise<unknown>;

export interface Finished {
  readonly path: string;
  readonly revision: number;
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

interface Options {
  readonly rows: UploadRows;
  readonly store: FileStore;
  readonly large: LargeFiles;
  readonly parts: LargeParts;
  readonly now: () => number;
  /** `expire` is to be called at `at`, in milliseconds since the epoch, at the latest. */
  readonly expireAt: (at: number) => void;
}

export class FileUploads {
  readonly #options: Options;
  readonly #rows: UploadRows;
  readonly #room: UploadRoom;
  /** Of each upload that this process has seen from its beginning. */
  readonly #digests = new Map<string, RunningDigest>();
  readonly #turns = new Turns();

  /** Goes on with what an earlier process left. One per database. */
  constructor(options: Options) {
    this.#options = options;
    this.#rows = options.rows;
    this.#room = new UploadRoom(options.store);
    for (const { id, path, size, received, multipart } of this.#rows.open()) {
      this.#room.restore(id, path, size ?? received);
      if (multipart) options.parts.hold(multipart);
    }
  }

  /**
   * Begins an upload of `size` bytes with this SHA-256 to `path`; null for what is not known. Gives the one that has begun
   * with the same of all three, if there is one. Throws `FileError` if the file could not be there, or has no room.
   */
  begin(path: string, size: number | null, sha256: string | null): UploadRow {
    if (size !== null && size > maxLargeFileBytes) throw tooLarge(path);
    const open = this.#rows.open();
    const same = open.find((upload) => upload.path === path && upload.size === size && upload.sha256 === sha256);
    if (same && size !== null && sha256 !== null) {
      this.#rows.touch(same.id);
      return same;
    }
    if (open.length >= maxUploads) {
      const message = `${maxUploads} uploads to this session are not finished. Finish one; what nobody goes on with is dropped after a day.`;
      throw new ProtocolError('RATE', message);
    }
    this.#checkPlace(path);
    const id = crypto.randomUUID();
    this.#room.reserve(id, path, size ?? 0);
    this.#rows.insert(id, path, size, sha256);
    this.#digests.set(id, new RunningDigest());
    this.#options.expireAt(this.#options.now() + uploadMilliseconds);
    return this.get(id);
  }

  /** Throws `ProtocolError` NOT_FOUND. */
  get(id: string): UploadRow {
    const upload = this.#rows.get(id);
    if (upload) return upload;
    throw new ProtocolError('NOT_FOUND', 'There is no such upload (any more). Send the file again.');
  }

  /** How far the upload has come, for whoever goes on with it. A request that still sends to it is ended. */
  async settled(id: string): Promise<UploadRow> {
    return this.#turns.take(id, async () => this.get(id));
  }

  /**
   * Takes what `body` gives as the bytes from `offset` on, which must be where the upload is. What came before `body`
   * broke stays. Throws `ProtocolError` and `FileError`.
   */
  async append(id: string, offset: number, body: ReadableStreamDefaultReader<Uint8Array> | null): Promise<UploadRow> {
    return this.#turns.take(id, async (turn) => {
      const upload = this.get(id);
      const { received, revision } = upload;
      if (revision !== null) throw new ProtocolError('CONFLICT', 'The upload is finished.');
      if (offset !== received) {
        throw new ProtocolError('CONFLICT', `The upload goes on at byte ${received}, not at ${offset}.`);
      }
      await this.#moveParts(id);
      if (body) await this.#receive(upload, body, turn);
      return this.get(id);
    });
  }

  /**
   * Makes the file of an upload that is complete, in one revision, if its SHA-256 is `sha256` and the one that was
   * announced before; a mismatch drops the upload. Finishing it once more gives the same answer.
   */
  async finish(id: string, sha256: string | null, commit: CommitUpload): Promise<Finished> {
    return this.#turns.take(id, async () => {
      const upload = this.get(id);
      if (upload.revision !== null) return finished(upload);
      const { size, received } = upload;
      if (size !== null && size !== received) {
        throw new ProtocolError('CONFLICT', `The upload has ${received} of ${size} bytes. Send the rest first.`);
      }
      const contents = await this.#gather(upload);
      const found = contents instanceof Uint8Array ? await digestOf(contents) : contents.sha256;
      const wrong = [sha256, upload.sha256].find((expected) => expected !== null && expected !== found);
      if (wrong !== undefined) {
        await this.#drop(upload);
        const message = `The SHA-256 of what arrived is ${found}, not ${wrong}; nothing was changed. Send it again.`;
        throw new ProtocolError('CHECKSUM', message);
      }
      try {
        await commit((overlay) => this.#place(overlay, upload, contents, found));
      } catch (error) {
        await this.#drop(upload);
        throw error;
      }
      this.#digests.delete(id);
      return finished(this.get(id));
    });
  }

  /** Drops an upload and what came of it; of a finished one, what is known of it. */
  async drop(id: string): Promise<void> {
    await this.#turns.take(id, () => this.#drop(this.get(id)));
  }

  /** Drops what nothing came for in a day; when to call it again, null if there is nothing left. */
  async expire(): Promise<number | null> {
    const dropIfThere = async (id: string) => {
      const upload = this.#rows.get(id);
      if (upload) await this.#drop(upload);
    };
    const stale = this.#rows.untouchedSince(this.#options.now() - uploadMilliseconds);
    for (const { id } of stale) await this.#turns.take(id, () => dropIfThere(id));
    const oldest = this.#rows.oldestTouch;
    return oldest === null ? null : oldest + uploadMilliseconds;
  }

  /** The session is being removed. */
  async dropAll(): Promise<void> {
    for (const { id } of this.#rows.open()) await this.drop(id);
  }

  async #receive(upload: UploadRow, body: ReadableStreamDefaultReader<Uint8Array>, turn: Turn): Promise<void> {
    turn.onOver(() => void body.cancel());
    let next = await body.read();
    if (next.done) return;
    if (isSealed(upload)) throw new ProtocolError('CONFLICT', 'The end of this upload was told: nothing can follow.');
    const filling = new Filling(this.#rows, upload);
    try {
      for (; !next.done; next = await body.read()) {
        this.#admit(upload, filling.received + next.value.length);
        for (let rest = next.value; rest.length > 0; ) {
          rest = filling.take(rest);
          if (filling.whole) await this.#store(filling, filling.whole, upload.id);
        }
        await this.#digests.get(upload.id)?.add(next.value);
      }
    } finally {
      filling.keep();
    }
    if (turn.isOver) throw new ProtocolError('CONFLICT', 'Another request goes on with this upload.');
  }

  /** Stores a whole part: in R2 right away, if it is the next one there. */
  async #store(filling: Filling, bytes: Uint8Array, id: string): Promise<void> {
    const upload = this.get(id);
    const { part, received } = filling;
    if (part === upload.parts && isLarge(upload, received)) {
      await this.#putPart(upload, bytes, received);
    } else {
      filling.keep();
      await this.#moveParts(id);
    }
    filling.next();
  }

  /** Throws unless the upload may have so many bytes. */
  #admit({ id, path, size }: UploadRow, received: number): void {
    if (received > maxLargeFileBytes) throw tooLarge(path);
    if (size === null) this.#room.grow(id, path, received);
    else if (received > size) {
      throw new ProtocolError('BAD_REQUEST', `The upload is of ${size} bytes, as was announced; more came.`);
    }
  }

  /** Moves whole parts of what is certain to be too large for SQLite to R2; `isWhole`: the last one, too. */
  async #moveParts(id: string, isWhole = false): Promise<void> {
    for (;;) {
      const upload = this.get(id);
      const { received, parts } = upload;
      const start = parts * partSize;
      const end = Math.min(received, start + partSize);
      if (!isLarge(upload, received) || end <= start || (end < start + partSize && !isWhole)) return;
      await this.#putPart(upload, this.#rows.kept(id, start, end), end);
    }
  }

  /** Stores the next part in R2, which ends at `end`. */
  async #putPart({ id, path, parts, multipart }: UploadRow, bytes: Uint8Array, end: number): Promise<void> {
    const object = multipart ?? (await this.#options.parts.begin(path));
    if (!multipart) this.#rows.setMultipart(id, object);
    this.#rows.moved(id, parts, await this.#options.parts.put(path, object, parts, bytes), end);
  }

  async #gather({ id, received }: UploadRow): Promise<Uint8Array | LargeFile> {
    if (received <= maxSqliteFileBytes) return this.#rows.kept(id, 0, received);
    const { large, parts } = this.#options;
    await this.#moveParts(id, true);
    const { path, received: size, multipart } = this.get(id);
    if (!multipart) throw new Error(`Upload ${id} has no object in R2: the session's store is damaged.`);
    await parts.complete(path, multipart, this.#rows.etags(id), size);
    const object = { key: multipart.key, size, sha256: '' };
    const digest = this.#digests.get(id);
    const isWhole = digest?.length === size;
    const sha256 = isWhole ? digest.end() : digestOf(await large.read(path, object));
    return { ...object, sha256: await sha256 };
  }

  #place(overlay: Overlay, { id, path }: UploadRow, contents: Uint8Array | LargeFile, sha256: string): void {
    // From here on the overlay keeps the room.
    this.#room.release(id);
    makeParents(overlay, path);
    if (contents instanceof Uint8Array) overlay.files.write(path, contents);
    else this.#options.large.place(overlay, path, contents);
    overlay.alongside((revision) => this.#rows.complete(id, revision, sha256));
  }

  async #drop({ id }: UploadRow): Promise<void> {
    const { multipart } = this.get(id);
    if (multipart) await this.#options.parts.abandon(multipart);
    this.#rows.delete(id);
    this.#digests.delete(id);
    this.#room.release(id);
  }

  /** Throws `FileError` if no file may be at `path`. */
  #checkPlace(path: string): void {
    const overlay = this.#options.store.open();
    try {
      makeParents(overlay, path);
      overlay.files.write(path, new Uint8Array());
    } finally {
      overlay.discard();
    }
  }
}

/** Whether it is certain to be too large for SQLite, now that so much of it has come. */
function isLarge({ size }: UploadRow, received: number): boolean {
  return (size ?? received) > maxSqliteFileBytes;
}

/** Its last part is in R2, which may be shorter than the others: nothing can follow. */
function isSealed({ parts, received }: UploadRow): boolean {
  return parts * partSize > received;
}

function makeParents({ files }: Overlay, path: string): void {
  const { parent } = splitPath(path);
  if (parent !== '') files.makeDirectory(parent, { recursive: true });
}

function finished({ path, revision, size, sha256 }: UploadRow): Finished {
  if (revision === null || size === null || sha256 === null) throw new Error('An upload that was committed is not.');
  return { path, revision, size, sha256 };
}

function tooLarge(path: string): FileError {
  return new FileError('EFBIG', path, `"${path}" is too large; the limit is ${maxLargeFileBytes} bytes.`);
}

async function digestOf(contents: Uint8Array | ReadableStream<Uint8Array>): Promise<string> {
  if (contents instanceof Uint8Array) return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', contents)));
  const digest = new crypto.DigestStream('SHA-256');
  await contents.pipeTo(digest);
  return toHex(new Uint8Array(await digest.digest));
}
