/** One uploaded file on its way into an overlay: into SQLite while it is small, to R2 as soon as it turns out larger. */

import { ProtocolError } from '../../protocol/errors.ts';
import { FileError } from '../files/file-system.ts';
import { type LargeFiles, toHex } from '../files/large-files.ts';
import { chunkSize, maxSqliteFileBytes } from '../files/limits.ts';
import type { Overlay } from '../files/overlay.ts';

/** What is read of a refused upload; a sender of more is cut off. */
const MAX_DRAINED_BYTES = 32 * 1024 * 1024;

export interface Received {
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Streams `body` to `path`. `expected` is the SHA-256 that it must have, in lower-case hexadecimal, if the sender said
 * so; a mismatch is `CHECKSUM`. After a failure the overlay is for discarding.
 */
export async function receiveFile(
  overlay: Overlay,
  path: string,
  body: ReadableStream<Uint8Array> | null,
  large: LargeFiles,
  expected: string | null,
): Promise<Received> {
  const source: AsyncIterableIterator<Uint8Array> = body === null ? noBytes() : body.values();
  const received = await receiveSmall(overlay, path, source, large)
    .catch(async (error: unknown) => {
      await drain(() => source.next());
      throw error;
    })
    .finally(() => source.return?.());
  if (expected !== null && expected !== received.sha256) {
    const message = `The SHA-256 of what arrived is ${received.sha256}, not ${expected}; nothing was changed. Send it again.`;
    throw new ProtocolError('CHECKSUM', message);
  }
  return received;
}

/** Reads on for nothing: a sender whose connection is cut while it sends may never see why it was refused. */
export async function drain(read: () => Promise<{ done?: boolean; value?: Uint8Array | undefined }>): Promise<void> {
  try {
    for (let drained = 0; drained < MAX_DRAINED_BYTES; ) {
      const next = await read();
      if (next.done || next.value === undefined) return;
      drained += next.value.length;
    }
  } catch {
    // The sender went away by itself.
  }
}

async function receiveSmall(
  overlay: Overlay,
  path: string,
  source: AsyncIterableIterator<Uint8Array>,
  large: LargeFiles,
): Promise<Received> {
  const { files } = overlay;
  const digest = new crypto.DigestStream('SHA-256');
  const hash = digest.getWriter();
  files.write(path, new Uint8Array());
  let size = 0;
  for (let next = await source.next(); !next.done; next = await source.next()) {
    const bytes = next.value;
    if (size + bytes.length > maxSqliteFileBytes) {
      await hash.close();
      const { size: total, sha256 } = await large.write(overlay, path, rejoined(overlay, path, bytes, source));
      return { size: total, sha256 };
    }
    files.writeAt(path, size, bytes);
    size += bytes.length;
    await hash.write(bytes);
  }
  await hash.close();
  return { size, sha256: toHex(new Uint8Array(await digest.digest)) };
}

/** What was written so far, the bytes that no longer fit, and the rest. */
async function* rejoined(
  { files }: Overlay,
  path: string,
  bytes: Uint8Array,
  rest: AsyncIterableIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const size = files.stat(path)?.size ?? 0;
  for (let offset = 0; offset < size; offset += chunkSize) yield files.read(path, offset, chunkSize);
  yield bytes;
  yield* rest;
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

/** The SHA-256 a request announces in `x-content-sha256` (hexadecimal) or `digest: sha-256=` (base64); null without. */
export function announcedSha256(headers: Headers): string | null {
  const hex = headers.get('x-content-sha256')?.toLowerCase();
  const base64 = /(?:^|,)\s*sha-256=([^,\s]+)/i.exec(headers.get('digest') ?? '')?.[1];
  const announced = hex ?? (base64 === undefined ? null : hexOfBase64(base64));
  if (announced !== null && !/^[0-9a-f]{64}$/.test(announced)) {
    throw new FileError('EINVAL', '', 'The announced SHA-256 is not 32 bytes in hexadecimal (or base64 in "digest").');
  }
  return announced;
}

function hexOfBase64(base64: string): string {
  try {
    return toHex(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
}
