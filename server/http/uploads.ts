/**
 * Uploads of files over several requests, each going on where the one before broke off. The headers are those of the
 * IETF's resumable uploads. `x-content-sha256` and `If-Match` mean what they do for a file that comes in one request.
 *
 * POST    uploads?path=<path> begins one, of `Upload-Length` bytes if that is known; `Location` is where they go
 * HEAD    uploads/<id>: `Upload-Offset` says how far it has come; GET tells failures in words
 * PATCH   uploads/<id>: the body goes on at `Upload-Offset`; with `Upload-Complete: ?1` it is the last, and makes the file
 * DELETE  uploads/<id> gives it up
 */

import { ProtocolError } from '../../protocol/errors.ts';
import { uploadMilliseconds } from '../files/limits.ts';
import { parsePath } from '../files/paths.ts';
import type { UploadRow } from '../files/upload-rows.ts';
import { failureResponse } from './errors.ts';
import { announcedSha256, drain } from './file-upload.ts';
import type { FileRoutesHost } from './files.ts';
import { checkIfMatch } from './if-match.ts';

/** Answers a request for `/v1/sessions/<session>/uploads`, or for `…/uploads/<id>`. Never throws. */
export async function uploadRoutes(request: Request, id: string | null, host: FileRoutesHost): Promise<Response> {
  try {
    if (!host.mayWrite) throw new ProtocolError('READ_ONLY', 'This token may read files only.');
    return id === null ? begin(request, host) : await about(request, id, host);
  } catch (error) {
    return failureResponse(error);
  }
}

function begin(request: Request, { uploads }: FileRoutesHost): Response {
  if (request.method !== 'POST') throw new ProtocolError('METHOD_NOT_ALLOWED', 'Uploads begin with POST.');
  const { headers } = request;
  const { pathname, searchParams } = new URL(request.url);
  const path = parsePath(searchParams.get('path') ?? '');
  const upload = uploads.begin(path, countOf(headers, 'upload-length'), announcedSha256(headers));
  const location = `${pathname}/${upload.id}`;
  return Response.json({ path, upload: upload.id }, { status: 201, headers: { ...progressOf(upload), location } });
}

async function about(request: Request, id: string, host: FileRoutesHost): Promise<Response> {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return new Response(null, { headers: progressOf(await host.uploads.settled(id)) });
    case 'PATCH':
      return goOn(request, id, host);
    case 'DELETE':
      await host.uploads.drop(id);
      return new Response(null, { status: 204 });
    default:
      throw new ProtocolError('METHOD_NOT_ALLOWED', `Uploads have no method ${request.method}.`);
  }
}

async function goOn(request: Request, id: string, host: FileRoutesHost): Promise<Response> {
  const { uploads, store } = host;
  const { headers } = request;
  const offset = countOf(headers, 'upload-offset');
  if (offset === null) throw new ProtocolError('BAD_REQUEST', 'Send "Upload-Offset": where the body goes on.');
  const sha256 = announcedSha256(headers);
  const isLast = headers.get('upload-complete') === '?1';
  // An end that is told again: its answer got lost.
  const isTold = isLast && uploads.get(id).revision !== null;
  if (!isTold) {
    const upload = await received(request, (body) => uploads.append(id, offset, body));
    if (!isLast) return new Response(null, { status: 204, headers: progressOf(upload) });
  }
  const finished = await uploads.finish(id, sha256, (change) =>
    host.commitFiles((overlay) => {
      checkIfMatch(request, uploads.get(id).path, store.view('head').files);
      change(overlay);
    }),
  );
  return Response.json(finished, { headers: progressOf(uploads.get(id)) });
}

/** Gives `take` the body; after a refusal, reads on for nothing, as whoever sends may not listen before. */
async function received<T>(
  { body }: Request,
  take: (body: ReadableStreamDefaultReader<Uint8Array> | null) => Promise<T>,
): Promise<T> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | null = body?.getReader() ?? null;
  try {
    return await take(reader);
  } catch (error) {
    if (reader) await drain(() => reader.read());
    throw error;
  }
}

function progressOf({ received, revision }: UploadRow): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'upload-complete': revision === null ? '?0' : '?1',
    'upload-limit': `max-age=${uploadMilliseconds / 1000}`,
    'upload-offset': String(received),
  };
}

/** A count of bytes in a header; null without. */
function countOf(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  if (text === null) return null;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new ProtocolError('BAD_REQUEST', `"${name}" must be a whole number of bytes.`);
}
