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
import type { StoredFiles } from './preview-files.ts';
import { PreviewLog } from './preview-log.ts';

/** What whoever answers a request must know. */
export interface PreviewFacts {
  readonly hash: string;
  readonly isPublic: boolean;
  readonly key: Uint8Array;
  /** The version of the files that its code reads; null if it reads none. */
  readonly files: string | null;
  /** The id of its session's object; null if another version of this Worker began to serve it. */
  readonly session: string | null;
}

/** Whose it is, and who may see it. */
export interface PreviewOwner {
  readonly isPublic: boolean;
  readonly key: Uint8Array;
  /** The id of the session's object. */
  readonly session: string;
}

const tables = [
  `CREATE TABLE IF NOT EXISTS facts (
     hash TEXT NOT NULL, is_public INTEGER NOT NULL, key BLOB NOT NULL, network TEXT NOT NULL) STRICT`,
  'CREATE TABLE IF NOT EXISTS session (object TEXT NOT NULL) STRICT',
  'CREATE TABLE IF NOT EXISTS code (part INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT',
  'CREATE TABLE IF NOT EXISTS files (part INTEGER PRIMARY KEY, bytes BLOB NOT NULL, version TEXT NOT NULL) STRICT',
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
    if (this.#isMade()) this.#makeTables();
  }

  /** Null if nothing is served here. */
  facts(): PreviewFacts | null {
    if (!this.#isMade()) return null;
    const rows = this.#database.all<Omit<PreviewFacts, 'isPublic'> & { isPublic: number }>(
      `SELECT hash, is_public AS isPublic, key, (SELECT version FROM files WHERE part = 0) AS files,
         (SELECT object FROM session) AS session FROM facts`,
    );
    return rows[0] === undefined ? null : { ...rows[0], isPublic: rows[0].isPublic === 1 };
  }

  /** Throws if other code than that of `hash` is served by now. */
  content(hash: string): Omit<PreviewContent, 'files'> {
    if (this.facts()?.hash !== hash) throw new Error('The preview has changed meanwhile. Load it again.');
    const [row] = this.#database.all<{ network: string }>('SELECT network FROM facts');
    return { code: this.#joined('code'), network: JSON.parse(row?.network ?? '') as NetworkList };
  }

  /** What its code reads through `node:fs`; null if it does not. */
  files(): StoredFiles | null {
    const version = this.facts()?.files ?? null;
    return version === null ? null : { version, bytes: this.#joined('files') };
  }

  /** Its code reads these from now on. Nothing happens if none is served that reads files. */
  replaceFiles({ version, bytes }: StoredFiles): void {
    const before = this.facts()?.files ?? null;
    if (before === null || before === version) return;
    this.#database.transaction(() => this.#storeFiles({ version, bytes }));
  }

  /** Serves this from now on. Objects of the old code end; what they stored is there for those of the new. */
  deploy({ hash, code, network, files }: BuiltPreview, { isPublic, key, session }: PreviewOwner): void {
    const before = this.facts();
    this.#database.transaction(() => {
      this.#makeTables();
      this.#database.run('DELETE FROM facts');
      this.#database.run('DELETE FROM session');
      this.#database.run('INSERT INTO session VALUES (?)', session);
      const list = JSON.stringify(network);
      this.#database.run('INSERT INTO facts VALUES (?, ?, ?, ?)', hash, isPublic ? 1 : 0, key, list);
      if (before?.files !== files?.version) this.#storeFiles(files);
      if (before?.hash === hash) return;
      this.#database.run('DELETE FROM code');
      for (const [part, bytes] of partsOf(code)) this.#database.run('INSERT INTO code VALUES (?, ?)', part, bytes);
    });
    if (before?.hash !== hash) this.#endObjects('The code of the preview has changed.');
  }

  /** Serves nothing any more. */
  withdraw(withData: boolean): void {
    if (!this.#isMade()) return;
    this.#endObjects('The preview has ended.');
    if (withData) for (const name of this.#objects()) this.ctx.facets.delete(name);
    this.#database.transaction(() => {
      for (const table of ['facts', 'session', 'code', 'files', 'spent']) this.#database.run(`DELETE FROM ${table}`);
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
      const content = async () => ({ ...this.content(facts.hash), files: this.files() });
      const worker = loadPreview(loader, this.ctx, this.#id(), facts.hash, content);
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

  #storeFiles(files: StoredFiles | null): void {
    this.#database.run('DELETE FROM files');
    if (files === null) return;
    for (const [part, bytes] of partsOf(files.bytes)) {
      this.#database.run('INSERT INTO files VALUES (?, ?, ?)', part, bytes, files.version);
    }
  }

  #joined(table: 'code' | 'files'): Uint8Array {
    const parts = this.#database.all<{ bytes: Uint8Array }>(`SELECT bytes FROM ${table} ORDER BY part`);
    const joined = new Uint8Array(parts.reduce((size, { bytes }) => size + bytes.length, 0));
    let at = 0;
    for (const { bytes } of parts) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    return joined;
  }

  /** Those of an object that another version made may lack some. */
  #makeTables(): void {
    for (const table of tables) this.#database.run(table);
  }

  #isMade(): boolean {
    return this.#database.all("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'facts'").length > 0;
  }
}

function* partsOf(bytes: Uint8Array): Generator<[number, Uint8Array]> {
  for (let part = 0; part * partBytes < bytes.length; part++) {
    yield [part, bytes.subarray(part * partBytes, (part + 1) * partBytes)];
  }
}
