/**
 * The session's one alarm, shared by jobs: each has a name and a time at which it is next due. Due times are stored, so
 * that a job is done even if the process that asked for it is gone.
 */

import type { Database } from '../database.ts';

export type JobName = 'collectOrphans' | 'endForsaken' | 'expireUploads' | 'prune';

/** The platform's alarm: fires once at or after the given time, in milliseconds since the epoch. */
export interface Alarm {
  set(at: number): void;
}

/** Does the job and says when it is next due; null when there is nothing left to do. */
export type Job = () => Promise<number | null>;

export class Schedule {
  readonly #database: Database;
  readonly #alarm: Alarm;
  readonly #jobs: Readonly<Record<JobName, Job>>;

  constructor(database: Database, alarm: Alarm, jobs: Readonly<Record<JobName, Job>>) {
    this.#database = database;
    this.#alarm = alarm;
    this.#jobs = jobs;
  }

  /** Asks for the job at `at` at the latest. */
  request(name: JobName, at: number): void {
    this.#database.run(
      `INSERT INTO job (name, due) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET due = MIN(due, excluded.due)`,
      name,
      at,
    );
    this.#arm();
  }

  /** The alarm fired. A job that throws stays due, and the platform fires again. */
  async run(now: number): Promise<void> {
    const due = this.#database.all<{ name: JobName }>(`SELECT name FROM job WHERE due <= ?`, now);
    for (const { name } of due) {
      const next = await this.#jobs[name]();
      if (next === null) this.#database.run(`DELETE FROM job WHERE name = ?`, name);
      else this.#database.run(`UPDATE job SET due = ? WHERE name = ?`, next, name);
    }
    this.#arm();
  }

  #arm(): void {
    const [row] = this.#database.all<{ due: number | null }>(`SELECT MIN(due) AS due FROM job`);
    if (row !== undefined && row.due !== null) this.#alarm.set(row.due);
  }
}
