/** The session's files as the code of a preview reads them, on their way from the session to its isolate. */

import { decode, encode } from '@msgpack/msgpack';
import type { Snapshot } from '../programs/asks.ts';
import { hashOf } from './hash.ts';

/** What is stored; `version` names the content. */
export interface StoredFiles {
  readonly version: string;
  readonly bytes: Uint8Array;
}

/** What the guest is given (guest/preview-volume.guest.js). */
export interface GivenFiles {
  readonly version: string;
  readonly revision: number;
  /** Path, kind, size, time of modification and where in `contents` its bytes begin, null if they are not there. */
  readonly rows: readonly (readonly [string, 'file' | 'directory', number, number, number | null])[];
  readonly contents: Uint8Array;
}

export async function storeFiles({ revision, files }: Snapshot): Promise<StoredFiles> {
  const contents = new Uint8Array(files.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0));
  let at = 0;
  const rows: GivenFiles['rows'][number][] = files.map(({ path, kind, size, modifiedAt, bytes }) => {
    const start = bytes === null ? null : at;
    if (bytes !== null) contents.set(bytes, at);
    at += bytes?.length ?? 0;
    return [path, kind, size, modifiedAt, start];
  });
  const stored = encode([rows, contents, revision]);
  return { version: await hashOf(stored), bytes: stored };
}

export function givenFiles({ version, bytes }: StoredFiles): GivenFiles {
  const [rows, contents, revision] = decode(bytes) as [GivenFiles['rows'], Uint8Array, number];
  return { version, revision, rows, contents };
}
