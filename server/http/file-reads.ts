/** GET and HEAD of a session's files: contents, ranges of them, and directory listings. */

import { ProtocolError } from '../../protocol/errors.ts';
import type { FileStat } from '../files/file-system.ts';
import { type LargeFiles, toHex } from '../files/large-files.ts';
import { maxEntries } from '../files/limits.ts';
import { joinPath } from '../files/paths.ts';
import type { FileView } from '../files/view.ts';
import { type ByteRange, parseRange } from './file-range.ts';

const pieceBytes = 256 * 1024;
const defaultPage = 1000;

export async function readFile(request: Request, path: string, files: FileView, large: LargeFiles): Promise<Response> {
  const stat = files.stat(path);
  if (!stat) throw new ProtocolError('NOT_FOUND', `There is no file or directory "${path}".`);
  if (stat.kind === 'directory') return listing(request, path, files);
  const version = files.version(path);
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    // Guests write these files: a browser must not take them for a page of this origin.
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
    etag: `"${version}"`,
    'last-modified': new Date(stat.modifiedAt).toUTCString(),
  });
  const range = parseRange(request.headers.get('range'), stat.size);
  if (range === 'unsatisfiable') return unsatisfiable(stat.size);
  const { start, end } = range ?? { start: 0, end: stat.size };
  headers.set('content-length', String(end - start));
  if (range) headers.set('content-range', `bytes ${start}-${end - 1}/${stat.size}`);
  else headers.set('x-content-sha256', await digestOf(path, stat, files));
  const body = request.method === 'HEAD' ? null : await contents(path, stat, { start, end }, files, large);
  return new Response(body, { status: range ? 206 : 200, headers });
}

async function contents(
  path: string,
  { storedIn }: FileStat,
  { start, end }: ByteRange,
  files: FileView,
  large: LargeFiles,
): Promise<ReadableStream<Uint8Array> | null> {
  if (end === start) return null;
  const object = storedIn === 'r2' ? files.largeFile(path) : null;
  if (object) return large.read(path, object, start, end - start);
  let offset = start;
  const pieces = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = files.read(path, offset, Math.min(pieceBytes, end - offset));
      offset += piece.length;
      controller.enqueue(piece);
      if (offset === end) controller.close();
    },
  });
  return pieces.pipeThrough(new FixedLengthStream(end - start));
}

/** Lower-case hexadecimal. */
async function digestOf(path: string, { storedIn }: FileStat, files: FileView): Promise<string> {
  const object = storedIn === 'r2' ? files.largeFile(path) : null;
  if (object) return object.sha256;
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', files.read(path))));
}

/** `?recursive=1`, and in pages: `?limit=` entries after the path `?after=`; `next` is the `after` of the next page. */
function listing(request: Request, directory: string, files: FileView): Response {
  const query = new URL(request.url).searchParams;
  const after = query.get('after') ?? '';
  const limit = Number(query.get('limit') ?? defaultPage);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxEntries) {
    throw new ProtocolError('BAD_REQUEST', `"limit" must be a whole number from 1 to ${maxEntries}.`);
  }
  const all = [...walk(files, directory, query.get('recursive') === '1')];
  const rest = all.sort((a, b) => (a.path < b.path ? -1 : 1)).filter((entry) => entry.path > after);
  const entries = rest.slice(0, limit);
  const next = rest.length > limit ? entries.at(-1)?.path : undefined;
  const headers = { 'x-content-type-options': 'nosniff' };
  if (request.method === 'HEAD')
    return new Response(null, { headers: { ...headers, 'content-type': 'application/json' } });
  return Response.json({ path: directory, entries, ...(next === undefined ? {} : { next }) }, { headers });
}

function* walk(files: FileView, directory: string, recursive: boolean): Generator<FileStat & { path: string }> {
  for (const { name, ...stat } of files.list(directory)) {
    const path = joinPath(directory, name);
    yield { path, ...stat };
    if (recursive && stat.kind === 'directory') yield* walk(files, path, true);
  }
}

function unsatisfiable(size: number): Response {
  const error = new ProtocolError('BAD_REQUEST', `The range lies outside the file, which has ${size} bytes.`);
  return Response.json({ error: error.toWire() }, { status: 416, headers: { 'content-range': `bytes */${size}` } });
}
