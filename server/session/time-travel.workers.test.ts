/** Random sessions that go through their history, are pruned and end at any moment, compared with the plainest model. */

import { abortAllDurableObjects, env, runInDurableObject } from 'cloudflare:test';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ProtocolError } from '../../protocol/errors.ts';
import type { EventBody } from '../../protocol/events.ts';
import { type HostedSession, hostSession } from '../testing/hosted-session.ts';
import { Retention } from './retention.ts';
import type { Moved } from './time-travel.ts';
import {
  type Change,
  COUNT,
  type Command,
  changed,
  codeOf,
  command,
  contents,
  VARIABLES,
  without,
} from './time-travel-commands.test-support.ts';
import { HistoryModel, type State } from './time-travel-model.test-support.ts';

const RUNS = 15;
const COMMANDS = { maxLength: 60, size: 'max' as const };

/** Rows that no kept revision needs, by table. */
const LEAKS: Readonly<Record<string, string>> = {
  heap: `WITH RECURSIVE needed (id) AS (
      SELECT javascript FROM revision UNION SELECT base FROM heap JOIN needed USING (id))
    SELECT COUNT(*) AS rows FROM heap WHERE id NOT IN (SELECT id FROM needed WHERE id IS NOT NULL)`,
  heap_part: `SELECT COUNT(*) AS rows FROM heap_part WHERE heap NOT IN (SELECT id FROM heap)`,
  blob: `SELECT COUNT(*) AS rows FROM blob WHERE id NOT IN (SELECT blob FROM file_chunk)
    AND id NOT IN (SELECT blob FROM kv_entry)`,
  ...Object.fromEntries(
    ['file_entry', 'file_chunk', 'kv_entry'].map((table) => [
      table,
      `SELECT COUNT(*) AS rows FROM ${table} WHERE NOT EXISTS (
        SELECT 1 FROM revision WHERE number >= born AND (died IS NULL OR number < died))`,
    ]),
  ),
};

class Trial {
  readonly #model = new HistoryModel();
  #hosted: HostedSession | null = null;
  /** The log, once there is one. */
  #epoch: string | null = null;
  /** The input that ran when the object ended. */
  #inFlight: number | null = null;
  #isPruned = false;

  /** Opens the session, does what is asked, and leaves it with an input under way. */
  async play(state: DurableObjectState, commands: readonly Command[]): Promise<void> {
    await this.#open(state);
    for (const each of commands) {
      if (each.op === 'reopen') await this.#open(state);
      else await this.#run(each);
      this.#compare();
    }
    await this.#look();
    this.#inFlight = await this.#leave();
  }

  get #host(): HostedSession {
    if (this.#hosted === null) throw new Error('The session is not open.');
    this.#hosted.check();
    return this.#hosted;
  }

  async #open(state: DurableObjectState): Promise<void> {
    this.#hosted = await hostSession(state, { epoch: this.#epoch });
    const { terminal } = this.#hosted;
    this.#epoch = (await terminal.server('welcome')).epoch;
    if (this.#inFlight !== null) {
      expect(await terminal.done(this.#inFlight)).toMatchObject({ revision: null, outcome: { status: 'aborted' } });
    }
    this.#inFlight = null;
    this.#compare();
    await this.#look();
  }

  async #run(each: Exclude<Command, { op: 'reopen' }>): Promise<void> {
    const { session } = this.#host;
    const model = this.#model;
    const { state } = model;
    switch (each.op) {
      case 'change':
        await this.#change(each);
        break;
      case 'count':
        expect((await this.#submit(COUNT)).outcome).toMatchObject({ status: 'ok', string: String(state.closure + 1) });
        model.commit('input', { ...state, closure: state.closure + 1 }, true);
        break;
      case 'remove':
        await this.#submit(`require('fs').rmSync('${each.file}', { force: true }); await kv.delete('${each.key}')`);
        model.commit(
          'input',
          { ...state, files: without(state.files, each.file), keys: without(state.keys, each.key) },
          true,
        );
        break;
      case 'upload': {
        const text = contents(each.value, each.isLarge);
        await session.commitFiles(({ files }) => {
          files.makeDirectory('d', { recursive: true });
          files.write(each.file, new TextEncoder().encode(text));
        });
        model.commit('files', { ...state, files: { ...state.files, [each.file]: text } }, true);
        break;
      }
      case 'look':
        await this.#look();
        break;
      case 'mistype':
        expect((await this.#submit('a = 1 +')).outcome).toMatchObject({ status: 'error', name: 'SyntaxError' });
        model.commit('input', state, false);
        break;
      case 'checkpoint':
        if (model.head === 0) break;
        await session.travel.rest();
        if ((model.checkpoints.get(each.name) ?? model.head) !== model.head) {
          expect(() => session.travel.checkpoint(each.name, false)).toThrow('With --force');
        }
        expect(session.travel.checkpoint(each.name, true)).toBe(model.head);
        expect(session.travel.checkpoint(each.name, false)).toBe(model.head);
        model.checkpoint(each.name);
        break;
      case 'prune':
        new Retention(session.store, {
          revisions: each.recent,
          bytes: Number.POSITIVE_INFINITY,
          largeBytes: Number.POSITIVE_INFINITY,
        }).prune();
        this.#isPruned ||= model.head > each.recent;
        model.prune(each.recent);
        this.#expectNoLeaks();
        break;
      case 'kill':
        throw new Error('Killing is not for the session to do.');
      default:
        await session.travel.rest();
        this.#move(each);
        await this.#look();
    }
  }

  async #change(each: Change): Promise<void> {
    const { terminal } = this.#host;
    const { state } = this.#model;
    const ended = this.#submit(codeOf(each));
    if (each.ending === 'interrupt') {
      await this.#hasChanged();
      terminal.interrupt();
    }
    const { outcome } = await ended;
    const isKept = outcome.status !== 'interrupted' || outcome.kept;
    expect(outcome.status).toBe({ value: 'ok', error: 'error', interrupt: 'interrupted' }[each.ending]);
    if (isKept) this.#model.commit('input', changed(state, each), true);
  }

  /** Undo, redo and all that: done by both, or by neither. */
  #move(each: Extract<Command, { op: 'undo' | 'redo' | 'goTo' | 'restore' }>): void {
    const { travel } = this.#host.session;
    const model = this.#model;
    const here = model.head;
    let moved: Moved | null;
    switch (each.op) {
      case 'undo': {
        const target = model.undoTarget();
        moved = orNull(() => travel.undo());
        if (moved === null) expect(target === null || this.#isPruned).toBe(true);
        else expect(moved.target).toBe(target);
        break;
      }
      case 'redo':
        moved = orNull(() => travel.redo());
        if (moved === null) expect(!model.canRedo || this.#isPruned).toBe(true);
        else expect(model.isRedo(moved.target)).toBe(true);
        break;
      case 'goTo': {
        const target = each.pick % (here + 1);
        moved = orNull(() => travel.goTo(target));
        expect(moved?.target ?? null).toBe(model.isKept(target) ? target : null);
        break;
      }
      case 'restore':
        moved = orNull(() => travel.restoreCheckpoint(each.name));
        expect(moved?.target).toBe(model.checkpoints.get(each.name));
        break;
    }
    if (moved === null) return;
    expect(moved.revision).toBe(here + 1);
    model.restore(moved.target);
  }

  /** Reads the variables by an input that undo takes no notice of. */
  async #look(): Promise<void> {
    const { variables } = this.#model.state;
    const { outcome } = await this.#submit(`\`\${[${VARIABLES.map((name) => `globalThis.${name}`).join(', ')}]}\``);
    expect(outcome).toMatchObject({ status: 'ok', string: VARIABLES.map((name) => variables[name] ?? '').join(',') });
    this.#model.commit('input', this.#model.state, false);
  }

  async #submit(code: string): Promise<EventBody<'done'>> {
    const done = await this.#host.terminal.run(code);
    this.#host.check();
    return done;
  }

  #hasChanged(): Promise<void> {
    const { terminal } = this.#host;
    const before = terminal.received.length;
    return terminal
      .find((item) => {
        const isNew = terminal.received.indexOf(item) >= before;
        return isNew && item.kind === 'event' && item.event.name === 'output' ? null : undefined;
      })
      .then(() => undefined);
  }

  /** Starts an input that changes everything and never ends. Returns its number. */
  async #leave(): Promise<number> {
    const { terminal } = this.#host;
    const everything = { variable: 'a', file: 'f', key: 'k', value: 1000, isLarge: true } as const;
    const begun = this.#hasChanged();
    const request = terminal.submit(codeOf({ op: 'change', ...everything, ending: 'interrupt' }));
    const { number } = await terminal.server('accepted', (accepted) => accepted.request === request);
    await begun;
    return number;
  }

  /** What is stored, seen without touching it. */
  #compare(): void {
    const { session } = this.#host;
    const { state, head, kept } = this.#model;
    expect(this.#stored('head')).toEqual({ files: state.files, keys: state.keys });
    const { entries, oldest } = session.travel.history(1000);
    expect(entries.map(({ revision, cause, isStep, restored }) => [revision, cause, isStep, restored])).toEqual(
      kept.map(({ number, cause, isStep, restored }) => [number, cause, isStep, restored]),
    );
    expect(oldest).toBe(kept.at(-1)?.number ?? null);
    expect(session.store.revisions.head?.number ?? 0).toBe(head);
    for (const { number, state: then } of kept) {
      expect(this.#stored(number), `revision ${number}`).toEqual({ files: then.files, keys: then.keys });
    }
    expect(session.store.revisions.checkpoints()).toEqual(
      [...this.#model.checkpoints].sort().map(([name, revision]) => ({ name, revision })),
    );
  }

  #stored(point: number | 'head'): Pick<State, 'files' | 'keys'> {
    const { files, kv } = this.#host.session.store.files.view(point);
    const text = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? undefined);
    const paths = (directory: string): string[] =>
      files.list(directory).flatMap(({ name, kind }) => {
        const path = directory === '' ? name : `${directory}/${name}`;
        return kind === 'directory' ? paths(path) : [path];
      });
    return {
      files: Object.fromEntries(paths('').map((path) => [path, text(files.read(path))])),
      // What an input sets stands behind a byte that says of which kind it is.
      keys: Object.fromEntries(kv.list('').map((key) => [key, text(kv.get(key)).slice(1)])),
    };
  }

  #expectNoLeaks(): void {
    const { database } = this.#host.session.store;
    for (const [table, sql] of Object.entries(LEAKS)) {
      expect(database.all(sql), table).toEqual([{ rows: 0 }]);
    }
  }
}

/** Null where the session says that there is no such revision. */
function orNull(move: () => Moved): Moved | null {
  try {
    return move();
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** The commands between one kill and the next. */
function lives(commands: readonly Command[]): Command[][] {
  const all: Command[][] = [[]];
  for (const each of commands) {
    if (each.op === 'kill') all.push([]);
    else all.at(-1)?.push(each);
  }
  return all;
}

it(`a session is its model, through ${RUNS} random histories`, { timeout: 300_000 }, () =>
  fc.assert(
    fc.asyncProperty(fc.array(command, COMMANDS), async (commands) => {
      const id = env.STORAGE.newUniqueId();
      const trial = new Trial();
      for (const life of lives(commands)) {
        await runInDurableObject(env.STORAGE.get(id), (_, state) => trial.play(state, life));
        await abortAllDurableObjects();
      }
    }),
    { numRuns: RUNS },
  ),
);
