/**
 * The log of a kill trial, played through: which count each revision must hold, if every input that was told to be done
 * counted once, none that was aborted did, and going through history moved everything together.
 */

import { expect } from 'vitest';
import type { Told } from './storm-client.ts';

type Entry =
  | ['input', { input: number; code: string }]
  | ['done', { input: number; revision: number | null; outcome: { status: string; string?: string | null } }]
  | ['restored', { revision: number; target: number }]
  | ['files' | 'output' | 'notice', object];

/** Counts in a variable, in a file and under a key, with time between them for a kill. Gives the count. */
export function counting(name: string, turns: number): string {
  return `/*${name}*/ globalThis.n = (globalThis.n ?? 0) + 1;
for (let i = 0; i < ${turns}; i++);
require('fs').writeFileSync('n', String(n).repeat(5000));
for (let i = 0; i < ${turns}; i++);
await kv.set('n', n); String(n)`;
}

/** Gives the three counts. */
export const LOOKING = `{ const { existsSync, readFileSync } = require('fs');
[globalThis.n ?? 0, existsSync('n') ? readFileSync('n', 'utf8') : '0', await kv.get('n') ?? 0].join(); }`;

export class KillLog {
  /** The count of each revision; revision 0 is the empty beginning. */
  readonly #counts = [0];
  readonly #codes = new Map<number, string>();
  readonly #names = new Set<string>();
  readonly #moves = new Map<number, number>();
  #read = 0;
  committed = 0;
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
    expect([...this.#codes.keys()], 'inputs without an end').toEqual([]);
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
      this.#commit(body.revision, this.#counts[body.target] ?? Number.NaN);
    }
  }

  #accept({ input, code }: { input: number; code: string }): void {
    const name = /^\/\*(.*)\*\//.exec(code)?.[1];
    if (name !== undefined) {
      expect(this.#names.has(name), `${name} was accepted twice`).toBe(false);
      this.#names.add(name);
    }
    this.#codes.set(input, code);
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
    const code = this.#codes.get(input);
    expect(code, `input ${input} ended twice, or never began`).toBeDefined();
    this.#codes.delete(input);
    if (revision === null) {
      expect(outcome.status).toBe('aborted');
      this.aborted += 1;
      return;
    }
    const before = this.#counts[this.head] ?? 0;
    const isLooking = code === LOOKING;
    const count = isLooking ? before : before + 1;
    const file = count === 0 ? '0' : String(count).repeat(5000);
    expect(outcome).toMatchObject({ status: 'ok', string: isLooking ? `${count},${file},${count}` : String(count) });
    this.#commit(revision, count);
    this.committed += 1;
  }

  #commit(revision: number, count: number): void {
    expect(revision).toBe(this.head + 1);
    this.#counts.push(count);
  }
}
