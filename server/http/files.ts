/**
 * The REST surface of a session's files, below `/v1/sessions/<session>/files/`. Every change is one revision.
 *
 * GET, HEAD  contents (`Range`, `ETag`), or a directory as JSON
 * PUT        the whole file as body; makes its directories unless `?parents=0`. In several requests: uploads.ts
 * DELETE     `?recursive=1` for a directory with contents
 * POST       `{"op": "mkdir"}`, `{"op": "rename", "to": …}` or `{"op": "copy", "to": …}`
 *
 * PUT, DELETE and POST honour `If-Match`.
 */

import * as v from 'valibot';
import { ProtocolError } from '../../protocol/errors.ts';
import type { FileStore } from '../files/file-store.ts';
import type { FileUploads } from '../files/file-uploads.ts';
import type { LargeFiles } from '../files/large-files.ts';
import type { Overlay } from '../files/overlay.ts';
import { parsePath, splitPath } from '../files/paths.ts';
import { failureResponse } from './errors.ts';
import { readFile } from './file-reads.ts';
import { announcedSha256, receiveFile } from './file-upload.ts';
import { checkIfMatch } from './if-match.ts';

export interface FileRoutesHost {
  readonly store: FileStore;
  readonly large: LargeFiles;
  readonly uploads: FileUploads;
  /** False for a reader. */
  readonly mayWrite: boolean;
  /** Commits what `change` writes as one revision; nothing is kept if it throws. `revision` is null if nothing changed. */
  commitFiles<T>(change: (overlay: Overlay) => T | Promise<T>): Promise<{ result: T; revision: number | null }>;
}

const operation = v.variant('op', [
  v.strictObject({ op: v.literal('mkdir') }),
  v.strictObject({ op: v.literal('rename'), to: v.string() }),
  v.strictObject({ op: v.literal('copy'), to: v.string() }),
]);
/** Of JSON, of known length. */
export const maxOperationBytes = 16 * 1024;
/** `/v1/sessions/<session>/files/` splits into this many segments, the empty first one included. */
const segmentsAbove = 5;

/** Answers a request for `/v1/sessions/<session>/files/<path>`. Never throws. */
export async function fileRoutes(request: Request, host: FileRoutesHost): Promise<Response> {
  try {
    const path = pathOf(request);
    if (request.method === 'GET' || request.method === 'HEAD') {
      // A numbered revision stays as it is while it is streamed.
      return await readFile(request, path, host.store.view(host.store.head).files, host.large);
    }
    const change = changes[request.method];
    if (!change) throw new ProtocolError('METHOD_NOT_ALLOWED', `Files have no method ${request.method}.`);
    if (!host.mayWrite) throw new ProtocolError('READ_ONLY', 'This token may read files only.');
    const checkVersion = () => checkIfMatch(request, path, host.store.view('head').files);
    checkVersion();
    const { result, revision } = await host.commitFiles(async (overlay) => {
      const result = await change(request, path, overlay, host.large);
      // Somebody may have written while the body arrived.
      checkVersion();
      return result;
    });
    return Response.json({ path, revision, ...result });
  } catch (error) {
    return failureResponse(error);
  }
}

type Change = (request: Request, path: string, overlay: Overlay, large: LargeFiles) => Promise<object>;

const changes: Readonly<Record<string, Change>> = {
  async PUT(request, path, overlay, large) {
    const expected = announcedSha256(request.headers);
    if (new URL(request.url).searchParams.get('parents') !== '0') makeParents(overlay, path);
    return receiveFile(overlay, path, request.body, large, expected);
  },

  async DELETE(request, path, overlay) {
    overlay.files.remove(path, { recursive: new URL(request.url).searchParams.get('recursive') === '1' });
    return {};
  },

  async POST(request, path, overlay) {
    const wanted = await readOperation(request);
    if (wanted.op === 'mkdir') {
      overlay.files.makeDirectory(path, { recursive: true });
      return {};
    }
    const to = parsePath(wanted.to);
    if (wanted.op === 'rename') overlay.files.rename(path, to);
    else overlay.files.copy(path, to);
    return { to };
  },
};

async function readOperation(request: Request): Promise<v.InferOutput<typeof operation>> {
  const length = request.headers.get('content-length');
  if (length === null || Number(length) > maxOperationBytes) {
    throw new ProtocolError(
      'TOO_LARGE',
      `An operation is at most ${maxOperationBytes} bytes of JSON, of known length.`,
    );
  }
  const parsed = v.safeParse(operation, await request.json().catch(() => null));
  if (parsed.success) return parsed.output;
  throw new ProtocolError('BAD_REQUEST', 'Send {"op": "mkdir"}, {"op": "rename", "to": …} or {"op": "copy", "to": …}.');
}

function makeParents({ files }: Overlay, path: string): void {
  const { parent } = splitPath(path);
  if (parent !== '') files.makeDirectory(parent, { recursive: true });
}

function pathOf(request: Request): string {
  const encoded = new URL(request.url).pathname.split('/').slice(segmentsAbove).join('/');
  try {
    return parsePath(decodeURIComponent(encoded));
  } catch (error) {
    if (error instanceof URIError) throw new ProtocolError('BAD_REQUEST', 'The path is not properly percent-encoded.');
    throw error;
  }
}
