/** Where the bytes of an upload come from: a file, which can be read again, or a pipe, of which the last piece is kept. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { EXIT, ExitError } from '../exit.ts';
import { describeFileError } from './local-files.ts';

/** In one request: platforms refuse more than 100 MB. The server stores 5 MiB at a time. */
const PIECE = 20 * 1024 * 1024;

export interface UploadSource {
  /** What is known of the whole beforehand. */
  readonly announced: { readonly size: number; readonly sha256: string } | null;
  /** A piece from `offset` on, which is not before the last piece; empty at the end. Throws `ExitError`. */
  from(offset: number): Promise<Uint8Array>;
  /** Whether nothing follows on what was read so far, up to `offset`. */
  endsAt(offset: number): boolean;
  /** Of the whole, once all was read. Lower-case hexadecimal. */
  sha256(): string;
  close(): Promise<void>;
}

/** Throws `ExitError` for what cannot be read. */
export async function openSource(path: string): Promise<UploadSource> {
  try {
    const file = await open(path);
    const stat = await file.stat();
    if (stat.isDirectory()) throw new ExitError(EXIT.failure, `${path} is a directory`);
    // Of what is no plain file, such as a pipe or what the kernel makes up, the size says nothing.
    if (!stat.isFile() || stat.size === 0) return new PipeSource(namingErrors(file.createReadStream(), path));
    return new FileSource(path, file, { size: stat.size, sha256: await digestOf(path) });
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(bytes);
  return hash.digest('hex');
}

class FileSource implements UploadSource {
  readonly announced: { readonly size: number; readonly sha256: string };
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #piece = Buffer.alloc(PIECE);

  constructor(path: string, file: FileHandle, announced: { size: number; sha256: string }) {
    this.#path = path;
    this.#file = file;
    this.announced = announced;
  }

  async from(offset: number): Promise<Uint8Array> {
    const length = Math.min(PIECE, this.announced.size - offset);
    if (length <= 0) return new Uint8Array();
    const read = this.#file.read(this.#piece, 0, length, offset);
    const { bytesRead } = await read.catch((error: unknown) => Promise.reject(unreadable(this.#path, error)));
    if (bytesRead === 0) throw new ExitError(EXIT.failure, `${this.#path} was changed while it was sent: put it again`);
    return this.#piece.subarray(0, bytesRead);
  }

  endsAt(offset: number): boolean {
    return offset === this.announced.size;
  }

  sha256(): string {
    return this.announced.sha256;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export class PipeSource implements UploadSource {
  readonly announced = null;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #hash = createHash('sha256');
  /** The last piece, and where it begins. */
  #piece: Uint8Array = new Uint8Array();
  #start = 0;
  #hasEnded = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async from(offset: number): Promise<Uint8Array> {
    if (offset < this.#start) throw new ExitError(EXIT.failure, 'the server lost what it had taken: put it again');
    const end = this.#start + this.#piece.length;
    if (offset < end || this.#hasEnded) return this.#piece.subarray(offset - this.#start);
    this.#start = end;
    this.#piece = await this.#next();
    return this.#piece;
  }

  endsAt(): boolean {
    return this.#hasEnded;
  }

  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** At least `PIECE` bytes, or all that are left. */
  async #next(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let size = 0; size < PIECE; ) {
      const { done, value } = await this.#chunks.next();
      if (done) {
        this.#hasEnded = true;
        break;
      }
      this.#hash.update(value);
      parts.push(value);
      size += value.length;
    }
    return Buffer.concat(parts);
  }
}

async function* namingErrors(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): ExitError {
  if (error instanceof ExitError) return error;
  return new ExitError(EXIT.failure, `cannot read ${path}: ${describeFileError(error)}`);
}
