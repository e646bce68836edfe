/** A user's directory of sessions: one Durable Object per user, never on the path of an input. */

import { DurableObject } from 'cloudflare:workers';
import type { Env } from './env.ts';

export interface SessionEntry {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export class Account extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS session (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    );
  }

  /** A session was opened for the first time. Registering it again changes nothing. */
  register(name: string): void {
    this.ctx.storage.sql.exec(`INSERT OR IGNORE INTO session (name, created_at) VALUES (?, ?)`, name, Date.now());
  }

  has(name: string): boolean {
    return this.ctx.storage.sql.exec(`SELECT 1 FROM session WHERE name = ?`, name).toArray().length > 0;
  }

  /** All sessions, by name. */
  list(): SessionEntry[] {
    const rows = this.ctx.storage.sql.exec<{ name: string; created_at: number }>(
      `SELECT name, created_at FROM session ORDER BY name`,
    );
    return [...rows].map(({ name, created_at }) => ({ name, createdAt: created_at }));
  }

  remove(name: string): void {
    this.ctx.storage.sql.exec(`DELETE FROM session WHERE name = ?`, name);
  }
}
