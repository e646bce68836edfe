/**
 * Modules of the network for programs, fetched by the server: packages from the operator's CDN for ES modules,
 * everything else from where its URL says. What was fetched once stays in the session: a package keeps the version
 * that it had when it was first used, and is there without a network.
 */

import { concatBytes } from '../../protocol/frame.ts';
import type { Database } from '../database.ts';
import type { EgressAttempt } from '../egress/egress.ts';
import type { NetworkList } from '../egress/network-list.ts';
import type { RemoteModule } from './asks.ts';

export interface RemoteModulesOptions {
  readonly database: Database;
  readonly now: () => number;
  /** Where packages come from, without a slash at the end. */
  readonly cdn: string;
  /** To the CDN, wherever it is: the operator chose it. */
  readonly fetchFromCdn: (url: string, network: ModuleNetwork) => Promise<Response>;
  /** To anywhere else; refuses what programs may not reach. */
  readonly fetchPublic: (url: string, network: ModuleNetwork) => Promise<Response>;
}

/** On whose behalf a module is fetched. */
export interface ModuleNetwork {
  /** Which hosts the session may call. */
  readonly list: NetworkList;
  readonly requested: (attempt: EgressAttempt) => void;
}

export const moduleLimits = {
  /** Bytes of one module. */
  module: 8 * 1024 * 1024,
  /** Bytes of all modules that a session keeps; those not used for longest go first. */
  cache: 64 * 1024 * 1024,
} as const;

/** Rows of the store have at most 2 MB. */
const partBytes = 1024 * 1024;

interface Row {
  readonly found_at: string;
  readonly content_type: string;
}

export class RemoteModules {
  readonly #options: RemoteModulesOptions;
  #hasTables = false;

  constructor(options: RemoteModulesOptions) {
    this.#options = options;
  }

  /** `npm:NAME[@VERSION][/PATH]` or a URL. Rejects with an `Error` for the user when it cannot be had. */
  async get(wanted: string, network: ModuleNetwork): Promise<RemoteModule> {
    this.#prepare();
    const kept = this.#read(wanted);
    if (kept !== null) return kept;
    const module = await this.#fetch(wanted, network);
    this.#keep(wanted, module);
    return module;
  }

  async #fetch(wanted: string, network: ModuleNetwork): Promise<RemoteModule> {
    const { cdn, fetchFromCdn, fetchPublic } = this.#options;
    const name = /^npm:\/?(.+)/.exec(wanted)?.[1];
    const url = name === undefined ? wanted : `${cdn}/${name}`;
    const isFromCdn = new URL(url).origin === new URL(cdn).origin;
    const what = name === undefined ? url : `the package '${name}'`;
    let response: Response;
    try {
      response = await (isFromCdn ? fetchFromCdn(url, network) : fetchPublic(url, network));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const from =
        isFromCdn && !reason.startsWith('Network access refused') ? `: ${new URL(cdn).origin} cannot be reached` : '';
      throw new Error(`Cannot fetch ${what}${from} (${reason}). Modules that this session used before work offline.`);
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`Cannot find ${what}: ${new URL(url).origin} answered ${response.status}`);
    }
    const bytes = await readLimited(response, what);
    return { url: response.url || url, contentType: response.headers.get('content-type') ?? '', bytes };
  }

  /** The tables are made when they are first needed: what is in them can be fetched again. */
  #prepare(): void {
    if (this.#hasTables) return;
    const { database } = this.#options;
    database.run(
      `CREATE TABLE IF NOT EXISTS remote_module (
         url TEXT PRIMARY KEY, found_at TEXT NOT NULL, content_type TEXT NOT NULL, size INTEGER NOT NULL,
         used_at INTEGER NOT NULL) STRICT`,
    );
    database.run(
      `CREATE TABLE IF NOT EXISTS remote_module_part (
         url TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (url, part)) STRICT, WITHOUT ROWID`,
    );
    this.#hasTables = true;
  }

  #read(url: string): RemoteModule | null {
    const { database, now } = this.#options;
    const [row] = database.all<Row>(`SELECT found_at, content_type FROM remote_module WHERE url = ?`, url);
    if (row === undefined) return null;
    database.run(`UPDATE remote_module SET used_at = ? WHERE url = ?`, Math.floor(now()), url);
    const parts = database.all<{ bytes: Uint8Array }>(
      `SELECT bytes FROM remote_module_part WHERE url = ? ORDER BY part`,
      url,
    );
    return { url: row.found_at, contentType: row.content_type, bytes: concatBytes(parts.map(({ bytes }) => bytes)) };
  }

  #keep(url: string, { url: foundAt, contentType, bytes }: RemoteModule): void {
    const { database, now } = this.#options;
    database.transaction(() => {
      this.#remove(url);
      database.run(
        `INSERT INTO remote_module (url, found_at, content_type, size, used_at) VALUES (?, ?, ?, ?, ?)`,
        ...[url, foundAt, contentType, bytes.length, Math.floor(now())],
      );
      for (let part = 0; part * partBytes < bytes.length; part++) {
        const piece = bytes.slice(part * partBytes, (part + 1) * partBytes);
        database.run(`INSERT INTO remote_module_part (url, part, bytes) VALUES (?, ?, ?)`, url, part, piece);
      }
      this.#shrink();
    });
  }

  #shrink(): void {
    const { database } = this.#options;
    const rows = database.all<{ url: string; size: number }>(
      `SELECT url, size FROM remote_module ORDER BY used_at DESC, url`,
    );
    let size = 0;
    for (const row of rows) {
      size += row.size;
      if (size > moduleLimits.cache) this.#remove(row.url);
    }
  }

  #remove(url: string): void {
    this.#options.database.run(`DELETE FROM remote_module WHERE url = ?`, url);
    this.#options.database.run(`DELETE FROM remote_module_part WHERE url = ?`, url);
  }
}

async function readLimited(response: Response, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size > moduleLimits.module) {
      throw new Error(`Cannot use ${what}: a module may have ${moduleLimits.module / 1024 / 1024} MiB`);
    }
  }
  return concatBytes(parts);
}
