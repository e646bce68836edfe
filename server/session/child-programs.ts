/**
 * Programs that the inputs of one kernel start: what they print is their input's output, and what they write becomes part
 * of what the turn writes that hears of their end.
 */

import type { OutputEvent } from '../../protocol/events.ts';
import { ChildOverlay } from '../files/child-overlay.ts';
import type { LargeFiles } from '../files/large-files.ts';
import {
  type EndedProgram,
  GivenUpError,
  type ProgramStart,
  type ProgramStarter,
  type StartedProgram,
} from '../kernels/kernel.ts';
import type { ProgramExit } from '../programs/program.ts';
import type { Clock } from './clock.ts';
import type { LazyOverlay } from './lazy-overlay.ts';
import { OutputGatherer } from './output.ts';
import type { Presence } from './presence.ts';
import { ProgramFiles } from './program-files.ts';
import type { Programs } from './programs.ts';
import type { SessionStore } from './store.ts';

export interface ChildContext {
  readonly store: SessionStore;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly large: LargeFiles;
  readonly programs: Programs;
}

/** The turn that starts programs, or hears of their end. */
export interface ParentTurn {
  readonly overlay: LazyOverlay;
  readonly output: OutputGatherer;
  /** The client that reads the output; empty for background work. */
  readonly client: string;
  /** Called before anything goes to the log. */
  begun(): void;
}

interface Child {
  readonly input: number;
  /** Nobody waits for it any more. */
  isGivenUp: boolean;
}

export class ChildPrograms {
  readonly #context: ChildContext;
  readonly #running = new Map<number, Child>();

  constructor(context: ChildContext) {
    this.#context = context;
  }

  within(turn: ParentTurn): ProgramStarter {
    return {
      start: (program) => this.#start(program, turn),
      keep: (written) => {
        written.mergeInto(turn.overlay.open());
        written.discard();
      },
    };
  }

  /** The input is being stopped: its programs are killed, and nobody hears of it. */
  giveUp(input: number): void {
    for (const [id, child] of this.#running) if (child.input === input) this.#giveUp(id, child);
  }

  /** There is no kernel any more that could hear of them. */
  giveUpAll(): void {
    for (const [id, child] of this.#running) this.#giveUp(id, child);
  }

  #giveUp(id: number, child: Child): void {
    child.isGivenUp = true;
    this.#context.programs.kill(id);
  }

  #start(program: ProgramStart, turn: ParentTurn): StartedProgram {
    const { store, clock, presence, large, programs } = this.#context;
    const { entry, sources, args, wanted, input } = program;
    turn.begun();
    turn.output.flush();
    const written = new ChildOverlay(store.files, turn.overlay.opened);
    const publish = (body: OutputEvent): void => {
      turn.begun();
      presence.publish({ name: 'output', body });
    };
    const spec = { entry, sources, args, wanted, env: {}, timeoutSeconds: null };
    try {
      const files = new ProgramFiles(store.files, null, large, written.overlay);
      const { id, ended } = programs.startChild(spec, {
        input,
        client: turn.client,
        files,
        output: (kill) => new OutputGatherer('input', input, clock, publish, kill),
      });
      const child: Child = { input, isGivenUp: false };
      this.#running.set(id, child);
      return {
        ended: ended.then((exit) => {
          this.#running.delete(id);
          files.take();
          files.discard();
          if (exit.kind === 'exit') return endOf(exit, written);
          written.discard();
          throw child.isGivenUp ? new GivenUpError() : new Error(messageOf(exit, `Program ${id} (${entry})`));
        }),
        kill: () => void programs.kill(id),
      };
    } catch (error) {
      written.discard();
      throw error;
    }
  }
}

function endOf({ code, result }: Extract<ProgramExit, { kind: 'exit' }>, written: ChildOverlay): EndedProgram {
  return { code, result: result ?? null, written };
}

function messageOf(exit: Exclude<ProgramExit, { kind: 'exit' }>, program: string): string {
  switch (exit.kind) {
    case 'killed':
      return `${program} was killed; nothing that it wrote is kept.`;
    case 'timeout':
      return `${program} was stopped at its time limit; nothing that it wrote is kept.`;
    case 'failed':
      return exit.message;
  }
}
