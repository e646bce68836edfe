/**
 * One preview: its code, who may see it, what it printed lately, and the Durable Object classes of its user, each with
 * a database of its own that outlives the code. Requests for the preview come here only for what changes.
 */

import { DurableObject } from 'cloudflare:workers';
import { DurableDatabase } from '../durable-database.ts';
import type { EgressAttempt } from '../egress/egress.ts';
import type { NetworkList } from '../egress/network-list.ts';
import type { BuiltPreview } from './build.ts';
import type { PreviewEnv } from './environment.ts';
import { OBJECT_HEADER } from './guest-traffic.ts';
import { loadPreview, type PreviewContent } from './load.ts';
import { PreviewLog } from './preview-log.ts';

/** What whoever answers a request must know. */
export interface PreviewFacts {
  readonly hash: string;
  readonly isPublic: boolean;
  readonly key: Uint8Array;
}

const tables = [
  `CREATE TABLE IF NOT EXISTS facts (
     hash TEXT NOT NULL, is_public INTEGER NOT NULL, key BLOB NOT NULL, network TEXT NOT NULL) STRICT`,
  'CREATE TABLE IF NOT EXISTS code (part INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT',
  'CREATE TABLE IF NOT EXISTS spent (nonce TEXT PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS object (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID',
];
/** A row may have 2 MB. */
const partBytes = 1_900_000;
const maxObjects = 1000;
const maxNameLength = 512;

export class Preview extends DurableObject<PreviewEnv> {
  readonly #database: DurableDatabase;
  readonly #log = new PreviewLog();

  constructor(ctx: DurableObjectState, env: PreviewEnv) {
    super(ctx, env);
    this.#database = new DurableDatabase(ctx.storage);
  }

  /** Null if nothing is served here. */
  facts(): PreviewFacts | null {
    if (!this.#isMade()) return null;
    const rows = this.#database.all<{ hash: string; isPublic: number; key: Uint8Array }>(
      'SELECT hash, is_public AS isPublic, key FROM facts',
    );
    return rows[0] === undefined ? null : { ...rows[0], isPublic: rows[0].isPublic === 1 };
  }

  /** Throws if other code than that of `hash` is served by now. */
  content(hash: string): PreviewContent {
    if (this.facts()?.hash !== hash) throw new Error('The preview has changed meanwhile. Load it again.');
    const parts = this.#database.all<{ bytes: Uint8Array }>('SELECT bytes FROM code ORDER BY part');
    const joined = new Uint8Array(parts.reduce((size, { bytes }) => size + bytes.length, 0));
    let at = 0;
    for (const { bytes } of parts) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    const [row] = this.#database.all<{ network: string }>('SELECT network FROM facts');
    return { code: joined, network: JSON.parse(row?.network ?? '') as NetworkList };
  }

  /** Serves this from now on. Objects of the old code end; what they stored is there for those of the new. */
  deploy({ hash, code, network }: BuiltPreview, isPublic: boolean, key: Uint8Array): void {
    const before = this.facts();
    this.#database.transaction(() => {
      for (const table of tables) this.#database.run(table);
      this.#database.run('DELETE FROM facts');
      const list = JSON.stringify(network);
      this.#database.run('INSERT INTO facts VALUES (?, ?, ?, ?)', hash, isPublic ? 1 : 0, key, list);
      if (before?.hash === hash) return;
      this.#database.run('DELETE FROM code');
      for (let part = 0; part * partBytes < code.length; part++) {
        const bytes = code.subarray(part * partBytes, (part + 1) * partBytes);
        this.#database.run('INSERT INTO code VALUES (?, ?)', part, bytes);
      }
    });
    if (before?.hash !== hash) this.#endObjects('The code of the preview has changed.');
  }

  /** Serves nothing any more. */
  withdraw(withData: boolean): void {
    if (!this.#isMade()) return;
    this.#endObjects('The preview has ended.');
    if (withData) for (const name of this.#objects()) this.ctx.facets.delete(name);
    this.#database.transaction(() => {
      for (const table of ['facts', 'code', 'spent']) this.#database.run(`DELETE FROM ${table}`);
      if (withData) this.#database.run('DELETE FROM object');
    });
    this.#log.end();
  }

  /** True for the first to present a link, whose nonce it is; times in milliseconds since the epoch. */
  spend(nonce: string, expires: number, now: number): boolean {
    return this.#database.transaction(() => {
      this.#database.run('DELETE FROM spent WHERE expires <= ?', now);
      if (this.#database.all('SELECT 1 FROM spent WHERE nonce = ?', nonce).length > 0) return false;
      this.#database.run('INSERT INTO spent VALUES (?, ?)', nonce, expires);
      return true;
    });
  }

  print(parts: readonly (readonly ['stdout' | 'stderr', Uint8Array])[]): void {
    for (const [type, bytes] of parts) this.#log.add({ type, bytes });
  }

  /** Its code asked this of the network. */
  report(attempt: EgressAttempt): void {
    this.#log.add({ type: 'request', attempt });
  }

  /** What is printed and asked of the network, as records (programs/records.ts). Whoever followed before is sent away. */
  follow(): ReadableStream<Uint8Array> {
    return this.#log.follow();
  }

  /** A request for one of the user's objects: `Class/name` in `OBJECT_HEADER`, the name as part of a URL. */
  override async fetch(request: Request): Promise<Response> {
    const [className = '', name = ''] = (request.headers.get(OBJECT_HEADER) ?? '').split('/');
    const headers = new Headers(request.headers);
    headers.delete(OBJECT_HEADER);
    return this.#object(className, decodeURIComponent(name)).fetch(new Request(request, { headers }));
  }

  /** A method call on one of the user's objects. */
  async call(className: string, name: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const found: unknown = Reflect.get(this.#object(className, name), method);
    if (typeof found !== 'function') throw new TypeError(`${className} has no method ${method}.`);
    return Reflect.apply(found, this.#object(className, name), [...args]);
  }

  #object(className: string, name: string): Fetcher {
    const facts = this.facts();
    const loader = this.env.LOADER;
    if (facts === null || !loader) throw new Error('The preview has ended.');
    const facet = `${className}/${name}`;
    this.#remember(facet);
    return this.ctx.facets.get(facet, () => {
      const worker = loadPreview(loader, this.ctx, this.#id(), facts.hash, async () => this.content(facts.hash));
      return { class: worker.getDurableObjectClass(className) };
    });
  }

  #remember(facet: string): void {
    if (facet.length > maxNameLength)
      throw new RangeError(`The name of an object may have ${maxNameLength} characters.`);
    if (this.#database.all('SELECT 1 FROM object WHERE name = ?', facet).length > 0) return;
    if (this.#objects().length >= maxObjects) throw new RangeError(`A preview may have ${maxObjects} objects.`);
    this.#database.run('INSERT INTO object VALUES (?)', facet);
  }

  #endObjects(reason: string): void {
    for (const name of this.#objects()) this.ctx.facets.abort(name, new Error(reason));
  }

  #objects(): string[] {
    return this.#database.all<{ name: string }>('SELECT name FROM object').map(({ name }) => name);
  }

  #id(): string {
    return this.ctx.id.name ?? '';
  }

  #isMade(): boolean {
    return this.#database.all("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'facts'").length > 0;
  }
}
