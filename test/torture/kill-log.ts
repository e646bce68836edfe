/**
 * The log of a kill trial, played through: which counts each revision must hold, if every input that was told to be done
 * counted once, none that was aborted did, and going through history moved everything together.
 */

import { expect } from 'vitest';
import { type Counts, counted, LOOKING, nameOf, shown, type TrialInput } from './kill-inputs.ts';
import type { Told } from './storm-client.ts';

type Entry =
  | ['input', { input: number } & TrialInput]
  | ['done', { input: number; revision: number | null; outcome: { status: string; string?: string | null } }]
  | ['restored', { revision: number; target: number }]
  | ['files' | 'output' | 'notice', object];

export class KillLog {
  /** The counts of each revision; revision 0 is the empty beginning. */
  readonly #counts: Counts[] = [{ js: 0, py: 0 }];
  readonly #running = new Map<number, TrialInput>();
  readonly #names = new Set<string>();
  readonly #moves = new Map<number, number>();
  #read = 0;
  /** Inputs that counted, by language. */
  readonly committed = { js: 0, py: 0 };
  aborted = 0;

  /** The newest revision. */
  get head(): number {
    return this.#counts.length - 1;
  }

  /** How many moves through history there were. */
  get moves(): number {
    return this.#moves.size;
  }

  /** Plays what is new of all that was told. */
  advance(told: readonly Told[]): void {
    for (const { seq, event } of told.slice(this.#read)) {
      expect(seq).toBe(this.#read + 1);
      this.#read = seq;
      this.#play(JSON.parse(event));
    }
    expect([...this.#running.keys()], 'inputs without an end').toEqual([]);
  }

  /** The answer to a move: it must be in the log as it was given. */
  expectMove({ revision, target }: { revision: number; target: number }): void {
    expect(this.#moves.get(revision)).toBe(target);
  }

  #play([name, body]: Entry): void {
    if (name === 'input') this.#accept(body);
    else if (name === 'done') this.#end(body);
    else if (name === 'restored') {
      this.#moves.set(body.revision, body.target);
      this.#commit(body.revision, this.#countsAt(body.target));
    }
  }

  #accept({ input, language, code }: { input: number } & TrialInput): void {
    const name = nameOf(code);
    if (name !== undefined) {
      expect(this.#names.has(name), `${name} was accepted twice`).toBe(false);
      this.#names.add(name);
    }
    this.#running.set(input, { language, code });
  }

  #end({
    input,
    revision,
    outcome,
  }: {
    input: number;
    revision: number | null;
    outcome: { status: string; string?: string | null };
  }): void {
    const ended = this.#running.get(input);
    if (ended === undefined) throw new Error(`Input ${input} ended twice, or never began.`);
    this.#running.delete(input);
    if (revision === null) {
      expect(outcome.status).toBe('aborted');
      this.aborted += 1;
      return;
    }
    const { language, code } = ended;
    const before = this.#countsAt(this.head);
    if (code === LOOKING[language].code) {
      expect(outcome).toMatchObject({ status: 'ok', string: shown(language, before) });
      this.#commit(revision, before);
      return;
    }
    const after = { ...before, [language]: before[language] + 1 };
    expect(outcome).toMatchObject({ status: 'ok', string: counted(language, after[language]) });
    this.#commit(revision, after);
    this.committed[language] += 1;
  }

  #countsAt(revision: number): Counts {
    const counts = this.#counts[revision];
    if (counts === undefined) throw new Error(`There is no revision ${revision}.`);
    return counts;
  }

  #commit(revision: number, counts: Counts): void {
    expect(revision).toBe(this.head + 1);
    this.#counts.push(counts);
  }
}
