/** A session's uploads over REST: the requests that bring one file, piece by piece. */

import * as v from 'valibot';
import { notUnderstood, readJson, request } from '../access/rest.ts';
import { selectServer } from '../access/server.ts';
import type { Invocation } from '../arguments/parse.ts';
import type { Io } from '../io.ts';

const begun = v.object({ upload: v.pipe(v.string(), v.nonEmpty()) });
const finished = v.object({ path: v.string(), revision: v.number() });

/** All throw `ExitError`, with a `cause` if the server did not answer. Offsets are in bytes. */
export class SessionUploads {
  readonly #request: (below: string, options: Parameters<typeof request>[2]) => Promise<Response>;

  constructor({ options }: Invocation, io: Io) {
    const server = selectServer(options.url, io.env);
    const base = `/v1/sessions/${encodeURIComponent(options.session)}/uploads`;
    this.#request = (below, rest) => request(server, base + below, rest);
  }

  /** Begins an upload to `path`, or goes on with one that was begun with the same. Resolves with how far it has come. */
  async begin(
    path: string,
    announced: { size: number; sha256: string } | null,
  ): Promise<{ id: string; offset: number }> {
    const headers =
      announced === null ? {} : { 'upload-length': String(announced.size), 'x-content-sha256': announced.sha256 };
    const response = await this.#request('', { method: 'POST', query: { path }, headers });
    const offset = offsetOf(response);
    const { upload: id } = await readJson(response, begun);
    return { id, offset };
  }

  /** How far it has come. */
  async offset(id: string): Promise<number> {
    return offsetOf(await this.#request(`/${encodeURIComponent(id)}`, {}));
  }

  /** Sends the bytes from `offset` on. Resolves with how far it has come. */
  async append(id: string, offset: number, body: Uint8Array): Promise<number> {
    const headers = { 'upload-offset': String(offset), 'upload-complete': '?0' };
    return offsetOf(await this.#request(`/${encodeURIComponent(id)}`, { method: 'PATCH', headers, body }));
  }

  /** Makes the file of what was sent. May be done again. */
  async finish(id: string, offset: number, sha256: string): Promise<void> {
    const headers = { 'upload-offset': String(offset), 'upload-complete': '?1', 'x-content-sha256': sha256 };
    await readJson(await this.#request(`/${encodeURIComponent(id)}`, { method: 'PATCH', headers }), finished);
  }
}

function offsetOf({ headers }: Response): number {
  const text = headers.get('upload-offset') ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  throw notUnderstood();
}
