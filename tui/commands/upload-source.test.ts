/** What an upload reads: again from where the server has it, and whole. */

import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSource, PipeSource, type UploadSource } from './upload-source.ts';

const MiB = 1024 * 1024;
const PIECE = 20 * MiB;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'upload-source-'));
});
afterAll(() => rm(directory, { recursive: true }));

function pattern(length: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: length / 4 }, (_, index) => index * 2654435761).buffer);
}

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 64_000) yield bytes.subarray(at, at + 64_000);
}

async function readAll(source: UploadSource): Promise<Buffer> {
  const parts: Buffer[] = [];
  let offset = 0;
  for (let piece = await source.from(0); piece.length > 0; piece = await source.from(offset)) {
    // The server has only half of it, at first.
    const half = Math.ceil(piece.length / 2);
    parts.push(Buffer.from(piece.subarray(0, half)));
    const rest = await source.from(offset + half);
    if (half < piece.length)
      expect(Buffer.compare(rest.subarray(0, piece.length - half), piece.subarray(half))).toBe(0);
    offset += half;
  }
  expect(source.endsAt(offset)).toBe(true);
  return Buffer.concat(parts);
}

it('a file is read in pieces from any offset, and known beforehand', async () => {
  const bytes = pattern(PIECE + 4);
  const path = join(directory, 'file');
  await writeFile(path, bytes);
  const source = await openSource(path);
  expect(source.announced).toEqual({ size: bytes.length, sha256: sha256(bytes) });
  expect((await source.from(0)).length).toBe(PIECE);
  expect(Buffer.from(await source.from(PIECE)).equals(bytes.subarray(PIECE))).toBe(true);
  expect([source.endsAt(PIECE), source.endsAt(PIECE + 4)]).toEqual([false, true]);
  await source.close();
});

it('a file that shrinks meanwhile is told of', async () => {
  const path = join(directory, 'shrinking');
  await writeFile(path, 'hello');
  const source = await openSource(path);
  await truncate(path, 2);
  expect(Buffer.from(await source.from(0)).toString()).toBe('he');
  await expect(source.from(2)).rejects.toThrow(`${path} was changed while it was sent: put it again`);
  await source.close();
});

it.each([0, 4, 64_000, PIECE + 4])(
  'a pipe of %d bytes gives its last piece again, from where it is wanted',
  async (size) => {
    const bytes = pattern(size);
    const source = new PipeSource(inChunks(bytes));
    expect((await readAll(source)).equals(bytes)).toBe(true);
    expect([source.announced, source.sha256()]).toEqual([null, sha256(bytes)]);
    if (size > PIECE) await expect(source.from(0)).rejects.toThrow('the server lost what it had taken');
  },
);

it('what is no plain file is read as a pipe', async () => {
  const source = await openSource('/dev/null');
  expect([source.announced, (await source.from(0)).length, source.endsAt(0)]).toEqual([null, 0, true]);
});
