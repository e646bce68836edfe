/** Which runner a program goes to: Python, and JavaScript where there is no Worker Loader, run in a kernel of their own. */

import type { KernelFactory } from '../kernels/kernel.ts';
import { KernelRunner, type KernelRunnerOptions } from './kernel-runner.ts';
import type { ProgramIo, ProgramRun, ProgramRunner, ProgramSpec } from './program.ts';

const SLOW =
  'This server has no LOADER binding, so programs run in an interpreter: slower, and with the modules of the prompt only.';

const NO_PYTHON = 'This server has no Python, so it cannot run a .py file.';

export interface RunnersOptions extends Omit<KernelRunnerOptions, 'factory' | 'notice'> {
  readonly kernels: readonly KernelFactory[];
  /** Runs JavaScript in isolates; null without a Worker Loader. */
  readonly isolates: ProgramRunner | null;
}

export class ProgramRunners implements ProgramRunner {
  readonly #javascript: ProgramRunner;
  readonly #python: ProgramRunner | null;

  /** Throws when there is no JavaScript kernel. */
  constructor({ kernels, isolates, ...options }: RunnersOptions) {
    const [javascript, python] = (['javascript', 'python'] as const).map((name) =>
      kernels.find((factory) => factory.name === name),
    );
    if (javascript === undefined) throw new Error('there is no JavaScript kernel');
    this.#javascript = isolates ?? new KernelRunner({ ...options, factory: javascript, notice: SLOW });
    this.#python = python === undefined ? null : new KernelRunner({ ...options, factory: python });
  }

  notice(spec: Pick<ProgramSpec, 'entry'>): string | null {
    return this.#for(spec)?.notice(spec) ?? null;
  }

  start(spec: ProgramSpec, io: ProgramIo): ProgramRun {
    const runner = this.#for(spec);
    if (runner !== null) return runner.start(spec, io);
    return { exit: Promise.resolve({ kind: 'failed', message: NO_PYTHON }), kill: () => undefined };
  }

  #for({ entry }: Pick<ProgramSpec, 'entry'>): ProgramRunner | null {
    return entry.endsWith('.py') ? this.#python : this.#javascript;
  }
}
