/** The programs of a session: accepted once, started, watched, and their end put into the log. */

import { ProtocolError } from '../../protocol/errors.ts';
import type { OutputEvent, ProgramOutcome } from '../../protocol/events.ts';
import type { LargeFiles } from '../files/large-files.ts';
import type { Overlay } from '../files/overlay.ts';
import type { ProgramExit, ProgramRun, ProgramRunner, ProgramSpec } from '../programs/program.ts';
import type { Clock } from './clock.ts';
import type { EgressLog } from './egress-log.ts';
import type { LogEntry } from './log.ts';
import { OutputGatherer } from './output.ts';
import type { Presence } from './presence.ts';
import { ProgramFiles } from './program-files.ts';
import type { Request } from './requests.ts';
import { readMeta, writeMeta } from './schema.ts';
import { emptyStdin } from './stdin.ts';
import type { SessionStore } from './store.ts';

/** Programs that may run at once in one session: a Durable Object may have ten dynamic Workers with requests under way. */
export const MAX_RUNNING = 8;

/**
 * What an input starts is told in the log once it has run for so long: an input may start thousands, one after the other,
 * and what matters of those, their output and their result, is the input's.
 */
const CHILD_TOLD_MILLISECONDS = 500;

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

interface Launch {
  /** Who starts it, as the log tells it. */
  readonly by: string;
  /** The client that reads its output. */
  readonly client: string;
  /** It is told in the log, with its end, only if it runs for so long. */
  readonly toldAfter: number;
  readonly stdin: ReadableStream<Uint8Array>;
  /** Stores that it was accepted; returns its number. */
  accept(at: number): number;
  /** These are given its number. */
  output(program: number): OutputGatherer;
  files(program: number): ProgramFiles;
}

interface Ended {
  readonly exit: ProgramExit;
  readonly outcome: ProgramOutcome;
  /** Puts the end into the log, and into a revision what is in the overlay. To be called once. */
  end(overlay: Overlay | null): void;
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
    const { store, presence, clock, large } = this.#context;
    const publish = (body: OutputEvent): void => presence.publish({ name: 'output', body });
    let files: ProgramFiles | null = null;
    const { id, ended } = this.#launch(spec, {
      by: terminal,
      accept: (at) => store.requests.acceptProgram(request, spec.entry, at),
      output: (number) => new OutputGatherer('program', number, clock, publish, () => this.kill(number)),
      files: (number) => {
        files = new ProgramFiles(store.files, (overlay) => this.#commit(number, overlay), large);
        return files;
      },
      client: request.client,
      toldAfter: 0,
      stdin,
    });
    // Of a program that ended by itself, what it wrote is kept.
    ended
      .then(({ outcome, end }) => {
        end(outcome.kind === 'exit' ? (files?.take() ?? null) : null);
        files?.discard();
      })
      .catch((error: unknown) => this.#context.fatal(error));
    return id;
  }

  /**
   * Starts a program for an input; what it wrote is for the caller to keep. `output` gathers what it prints, and `kill`s it
   * if that is too much. Throws `ProtocolError` BUSY when too many run.
   */
  startChild(
    spec: ProgramRequest,
    child: {
      readonly input: number;
      readonly client: string;
      readonly files: ProgramFiles;
      output(kill: () => void): OutputGatherer;
    },
  ): { readonly id: number; readonly ended: Promise<ProgramExit> } {
    const { store, fatal } = this.#context;
    const { id, ended } = this.#launch(spec, {
      by: `input ${child.input}`,
      accept: (at) => store.requests.acceptChild(spec.entry, at),
      output: (number) => child.output(() => this.kill(number)),
      files: () => child.files,
      client: child.client,
      toldAfter: CHILD_TOLD_MILLISECONDS,
      stdin: emptyStdin(),
    });
    const exit = ended.then(({ outcome, end, exit }) => {
      end(null);
      return outcome.kind === 'exit' ? exit : outcome;
    });
    exit.catch(fatal);
    return { id, ended: exit };
  }

  /** Throws `ProtocolError` BUSY. */
  #launch(spec: ProgramRequest, launch: Launch): { readonly id: number; readonly ended: Promise<Ended> } {
    const { store, presence, clock, runner, egress } = this.#context;
    if (this.#running.size >= MAX_RUNNING) {
      throw new ProtocolError('BUSY', `${MAX_RUNNING} programs run in this session. Wait for one to end, or kill one.`);
    }
    const startedAt = clock.now();
    const at = Math.floor(startedAt);
    const { id, told } = store.database.transaction(() => {
      const id = launch.accept(at);
      return { id, told: launch.toldAfter === 0 ? this.#told(spec, { id, at, by: launch.by }) : null };
    });
    let start = told;
    if (start !== null) presence.offer(start);
    const tellLater = (): void => {
      try {
        start = this.#told(spec, { id, at, by: launch.by });
        presence.offer(start);
      } catch (error) {
        this.#context.fatal(error);
      }
    };
    const stayQuiet = start === null ? clock.after(launch.toldAfter, tellLater) : () => undefined;
    this.#tellOnce(runner.notice(spec), id, at);
    const output = launch.output(id);
    const files = launch.files(id);
    const run = runner.start(
      { ...spec, id, network: store.network.list },
      {
        write: (stream, bytes) => output.write(stream, bytes),
        requested: (attempt) => egress.record({ kind: 'program', number: id }, attempt),
        backpressure: () => presence.backpressure(launch.client),
        stdin: launch.stdin,
        session: files,
      },
    );
    this.#running.set(id, run);
    this.#context.changed();
    const ended = run.exit.then((exit) => {
      output.flush();
      this.#running.delete(id);
      stayQuiet();
      if (start !== null) store.log.unpin(start.seq);
      const outcome = outcomeOf(exit, output.isOverLimit, files);
      const end = (overlay: Overlay | null): void => {
        const now = clock.now();
        const at = Math.floor(now);
        const body = { at, program: id, milliseconds: now - startedAt, outcome };
        const event = start === null ? null : ({ name: 'exit', body } as const);
        for (const each of store.endProgram(id, at, overlay, event)) presence.offer(each);
        this.#context.changed();
      };
      return { exit, outcome, end };
    });
    return { id, ended };
  }

  /** Puts its start into the log, where it stays as long as it runs. The event is for the caller to offer. */
  #told({ entry, args }: ProgramRequest, { id, at, by }: { id: number; at: number; by: string }): LogEntry {
    const { log } = this.#context.store;
    const told = log.append({ name: 'program', body: { at, program: id, terminal: by, entry, args: [...args] } });
    log.pin(told.seq);
    return told;
  }

  /** Makes what a running program wrote a revision. */
  #commit(program: number, overlay: Overlay): void {
    const { store, presence, clock } = this.#context;
    const at = Math.floor(clock.now());
    const committed = store.commit({ cause: 'program', causeNumber: program, at, overlay });
    for (const each of committed?.entries ?? []) presence.offer(each);
    this.#context.changed();
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
