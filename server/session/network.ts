/** The network of a session: the list that narrows it, and the log of what its inputs and programs asked for. */

import type { Database } from '../database.ts';
import type { EgressAttempt } from '../egress/egress.ts';
import { type NetworkList, OPEN_LIST } from '../egress/network-list.ts';
import { readMeta, writeMeta } from './schema.ts';

/** Who made a request. Number 0: a timer or continuation, while no input ran. */
export interface EgressCause {
  readonly kind: 'input' | 'program' | 'background';
  readonly number: number;
}

export interface EgressEntry extends EgressAttempt {
  /** Milliseconds since the epoch at which its outcome was known. */
  readonly at: number;
  readonly cause: EgressCause;
}

interface Row {
  readonly at: number;
  readonly cause: EgressCause['kind'];
  readonly cause_number: number;
  readonly method: string;
  readonly host: string;
  readonly port: number;
  readonly status: number | null;
  readonly refusal: string | null;
  readonly [column: string]: string | number | null;
}

/** Entries that are kept: the newest. */
export const EGRESS_LOG_ENTRIES = 1000;

export class NetworkStore {
  readonly #database: Database;
  #list: NetworkList;
  #last: number;

  constructor(database: Database) {
    this.#database = database;
    const stored = readMeta(database, 'network');
    this.#list = stored === null ? OPEN_LIST : (JSON.parse(stored) as NetworkList);
    const [row] = database.all<{ id: number | null }>('SELECT MAX(id) AS id FROM egress');
    this.#last = row?.id ?? 0;
  }

  get list(): NetworkList {
    return this.#list;
  }

  /** What inputs ask for is judged by it from now on; a program keeps the list that it began with. */
  setList({ allow, deny }: NetworkList): void {
    writeMeta(this.#database, 'network', JSON.stringify({ allow, deny }));
    this.#list = { allow, deny };
  }

  /** Adds to the log, in one transaction. */
  append(entries: readonly EgressEntry[]): void {
    this.#database.transaction(() => {
      for (const { at, cause, method, host, port, outcome } of entries) {
        const [status, refusal] = typeof outcome === 'number' ? [outcome, null] : [null, outcome];
        this.#database.run(
          `INSERT INTO egress (id, at, cause, cause_number, method, host, port, status, refusal)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          ...[++this.#last, at, cause.kind, cause.number, method, host, port, status, refusal],
        );
      }
      this.#database.run('DELETE FROM egress WHERE id <= ?', this.#last - EGRESS_LOG_ENTRIES);
    });
  }

  /** The newest `limit` entries, oldest first. */
  log(limit: number): EgressEntry[] {
    const count = Math.min(limit, EGRESS_LOG_ENTRIES);
    const rows = this.#database.all<Row>('SELECT * FROM egress ORDER BY id DESC LIMIT ?', count);
    return rows.reverse().map(({ at, cause, cause_number: number, method, host, port, status, refusal }) => ({
      at,
      cause: { kind: cause, number },
      method,
      host,
      port,
      outcome: status ?? refusal ?? '',
    }));
  }
}
