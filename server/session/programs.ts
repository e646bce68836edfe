/** The programs of a session: accepted once, started, watched, and their end put into the log. */

import { ProtocolError } from '../../protocol/errors.ts';
import type { ProgramOutcome } from '../../protocol/events.ts';
import type { LargeFiles } from '../files/large-files.ts';
import type { ProgramExit, ProgramRun, ProgramRunner, ProgramSpec } from '../programs/program.ts';
import type { Clock } from './clock.ts';
import type { EgressLog } from './egress-log.ts';
import { OutputGatherer } from './output.ts';
import type { Presence } from './presence.ts';
import { ProgramFiles } from './program-files.ts';
import type { Request } from './requests.ts';
import { readMeta, writeMeta } from './schema.ts';
import type { SessionStore } from './store.ts';

/** Programs that may run at once in one session: a Durable Object may have ten dynamic Workers with requests under way. */
export const MAX_RUNNING = 8;

/** What a client asks to run. */
export type ProgramRequest = Omit<ProgramSpec, 'id' | 'network'>;

export interface ProgramContext {
  readonly store: SessionStore;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly runner: ProgramRunner;
  readonly egress: EgressLog;
  readonly large: LargeFiles;
  changed(): void;
  fatal(error: unknown): void;
}

export class Programs {
  readonly #context: ProgramContext;
  readonly #running = new Map<number, ProgramRun>();

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  get running(): number[] {
    return [...this.#running.keys()];
  }

  /**
   * Accepts and starts a program; returns its number once that is in the log.
   * Throws `ProtocolError` BUSY when too many run.
   */
  start(request: Request, terminal: string, spec: ProgramRequest, stdin: ReadableStream<Uint8Array>): number {
    const { store, presence, clock, runner, egress } = this.#context;
    if (this.#running.size >= MAX_RUNNING) {
      throw new ProtocolError('BUSY', `${MAX_RUNNING} programs run in this session. Wait for one to end, or kill one.`);
    }
    const startedAt = clock.now();
    const at = Math.floor(startedAt);
    const { id, entry } = store.database.transaction(() => {
      const id = store.requests.acceptProgram(request, spec.entry, at);
      const body = { at, program: id, terminal, entry: spec.entry, args: [...spec.args] };
      return { id, entry: store.log.append({ name: 'program', body }) };
    });
    store.log.pin(entry.seq);
    presence.offer(entry);
    this.#tellOnce(runner.notice(spec), id, at);
    const output = new OutputGatherer(
      'program',
      id,
      clock,
      (body) => presence.publish({ name: 'output', body }),
      () => this.kill(id),
    );
    const files = new ProgramFiles(
      store.files,
      (overlay) => {
        const at = Math.floor(clock.now());
        const committed = store.commit({ cause: 'program', causeNumber: id, at, overlay });
        for (const each of committed?.entries ?? []) presence.offer(each);
        this.#context.changed();
      },
      this.#context.large,
    );
    const run = runner.start(
      { ...spec, id, network: store.network.list },
      {
        write: (stream, bytes) => output.write(stream, bytes),
        requested: (attempt) => egress.record({ kind: 'program', number: id }, attempt),
        backpressure: () => presence.backpressure(request.client),
        stdin,
        session: files,
      },
    );
    this.#running.set(id, run);
    this.#context.changed();
    run.exit
      .then((exit) => {
        output.flush();
        this.#running.delete(id);
        store.log.unpin(entry.seq);
        this.#end(id, outcomeOf(exit, output.isOverLimit, files), clock.now() - startedAt, files);
        this.#context.changed();
      })
      .catch((error: unknown) => this.#context.fatal(error));
    return id;
  }

  #tellOnce(text: string | null, program: number, at: number): void {
    const { store, presence } = this.#context;
    if (text === null || readMeta(store.database, 'toldOfPrograms') !== null) return;
    writeMeta(store.database, 'toldOfPrograms', 'yes');
    presence.publish({ name: 'notice', body: { at, level: 'warning', text, cause: ['program', program] } });
  }

  /** True if it was running. */
  kill(number: number): boolean {
    const run = this.#running.get(number);
    run?.kill();
    return run !== undefined;
  }

  killAll(): void {
    for (const run of this.#running.values()) run.kill();
  }

  /** Of a program that ended by itself, what it wrote is kept. */
  #end(program: number, outcome: ProgramOutcome, milliseconds: number, files: ProgramFiles): void {
    const { store, presence, clock } = this.#context;
    const at = Math.floor(clock.now());
    const overlay = outcome.kind === 'exit' ? files.take() : null;
    files.discard();
    const body = { at, program, milliseconds, outcome };
    for (const entry of store.endProgram(program, at, overlay, { name: 'exit', body })) presence.offer(entry);
  }
}

function outcomeOf(exit: ProgramExit, isOverOutputLimit: boolean, { failure }: ProgramFiles): ProgramOutcome {
  if (isOverOutputLimit && exit.kind === 'killed') {
    return { kind: 'failed', message: 'The output limit of one program (1 GiB) is reached: it was killed.' };
  }
  if (exit.kind === 'exit' && failure !== null) {
    return { kind: 'failed', message: `What the program wrote could not be kept. ${failure.message}` };
  }
  return exit.kind === 'failed' ? { kind: 'failed', message: exit.message } : exit;
}
