/**
 * Sends a file into a session so that a line that breaks costs little: each piece goes on from where the server has it.
 * What is known beforehand goes on in another process as well, by sending the same file to the same place again.
 */

import { Patience } from '../access/patience.ts';
import type { Invocation } from '../arguments/parse.ts';
import type { Io } from '../io.ts';
import type { Progress } from '../plain/progress.ts';
import { SessionFiles } from './session-files.ts';
import { SessionUploads } from './session-uploads.ts';
import type { UploadSource } from './upload-source.ts';

/** What is smaller is sent in one request, and from its beginning when the line breaks. */
const SMALL = 1024 * 1024;

/** Resolves once the file is committed; `progress` is told of it meanwhile. Throws `ExitError`. */
export async function upload(
  invocation: Invocation,
  io: Io,
  path: string,
  source: UploadSource,
  progress: Pick<Progress, 'at'>,
): Promise<void> {
  const first = await source.from(0);
  const isSmall = first.length <= SMALL && source.endsAt(first.length);
  if (isSmall) await sendSmall(new SessionFiles(invocation, io), path, source, first);
  else await sendInPieces(new SessionUploads(invocation, io), path, source, progress);
}

function sendSmall(files: SessionFiles, path: string, source: UploadSource, body: Uint8Array): Promise<void> {
  const headers = { 'x-content-sha256': source.sha256() };
  return patiently(new Patience(), () => files.change(path, { method: 'PUT', body, headers }));
}

async function sendInPieces(
  uploads: SessionUploads,
  path: string,
  source: UploadSource,
  progress: Pick<Progress, 'at'>,
): Promise<void> {
  const patience = new Patience();
  let { id, offset } = await patiently(patience, () => uploads.begin(path, source.announced));
  for (let bytes = await source.from(offset); bytes.length > 0; bytes = await source.from(offset)) {
    progress.at(offset);
    const before = offset;
    try {
      offset = await uploads.append(id, offset, bytes);
    } catch (error) {
      await patience.again(error);
      offset = await patiently(patience, () => uploads.offset(id));
    }
    if (offset > before) patience.progressed();
  }
  await patiently(patience, () => uploads.finish(id, offset, source.sha256()));
}

/** Tries again what may be done again. */
async function patiently<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await patience.again(error);
    }
  }
}
