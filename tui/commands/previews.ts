/** The previews of the invocation's session, over the server's REST surface. */

import type * as v from 'valibot';
import { readJson, request } from '../access/rest.ts';
import { type Server, selectServer } from '../access/server.ts';
import type { Options } from '../arguments/options.ts';
import {
  encodeReplacement,
  encodeWish,
  type PreviewEntry,
  type PreviewView,
  type PreviewWish,
  previewSchema,
  previewsPath,
  previewsSchema,
} from '../client/previews.ts';
import type { Io } from '../io.ts';
import { terminalName } from '../terminal-name.ts';

/** Everything throws `ExitError`. */
export class SessionPreviews implements PreviewView {
  readonly #server: Server;
  readonly #path: string;

  constructor({ url, session }: Options, io: Io) {
    this.#server = selectServer(url, io.env);
    this.#path = previewsPath(session);
  }

  async list(): Promise<readonly PreviewEntry[]> {
    return (await this.#read('', previewsSchema)).previews;
  }

  serve(path: string): Promise<PreviewEntry> {
    return this.start({ entry: path, sources: null, place: 'session', isPublic: false, client: null });
  }

  start(wish: Omit<PreviewWish, 'terminal'>): Promise<PreviewEntry> {
    return this.#read('', previewSchema, encodeWish({ ...wish, terminal: terminalName() }));
  }

  async replace(program: number, code: { entry: string; sources: NonNullable<PreviewWish['sources']> }): Promise<void> {
    await request(this.#server, `${this.#path}/${program}`, { method: 'PUT', body: encodeReplacement(code) });
  }

  async #read<Schema extends v.GenericSchema>(
    rest: string,
    schema: Schema,
    body?: Uint8Array,
  ): Promise<v.InferOutput<Schema>> {
    const options = body === undefined ? {} : { method: 'POST' as const, body };
    return readJson(await request(this.#server, `${this.#path}${rest}`, options), schema);
  }
}
