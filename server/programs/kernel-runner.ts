/** Programs in a kernel of their own, booted for each and dropped after it: the session's live one is not touched. */

import type { EgressAttempt } from '../egress/egress.ts';
import type { NetworkList } from '../egress/network-list.ts';
import { fuelFor } from '../kernels/fuel.ts';
import type { Evaluation, Kernel, KernelFactory, KernelHost, KernelIo, RenderedError } from '../kernels/kernel.ts';
import type { MemoryBudget, Tenant } from '../memory.ts';
import type { Clock } from '../session/clock.ts';
import { maxKernelRuns } from './limits.ts';
import type { ProgramExit, ProgramIo, ProgramResult, ProgramRun, ProgramRunner, ProgramSpec } from './program.ts';
import type { RemoteModules } from './remote-modules.ts';
import { SourceFiles } from './source-files.ts';

export interface KernelRunnerOptions {
  readonly factory: KernelFactory;
  readonly host: Pick<KernelHost, 'now' | 'randomBytes'> & {
    /** See `SessionHost.fetch`. */
    fetch(request: Request, list: NetworkList, report: (attempt: EgressAttempt) => void): Promise<Response>;
  };
  readonly clock: Clock;
  /** Shared with other sessions. */
  readonly memory: MemoryBudget;
  /** What programs import from the network. */
  readonly modules: RemoteModules;
  /** See `ProgramRunner.notice`. */
  readonly notice?: string;
}

const noPreviews =
  'This server cannot serve previews: its Worker has no LOADER binding. The paid plan of Cloudflare has it.';

const noMemory = 'Other work takes all the memory that this server has for kernels. Run the program again in a while.';

const noVariables = 'A program has no variables of the session: those are for inputs.';

/** Of a Python script that ends itself as Ctrl-C would. */
const interruptedStatus = 130;

const COLOURS = /\u001b\[[0-9;]*m/g;

const DEFAULT_TIMEOUT_SECONDS = 300;
/** How long a kernel that was told to stop may take to do so before nobody waits for it any more. */
const STOP_MILLISECONDS = 1000;
/** As of programs in isolates: those that end sooner are committed as a whole. */
const FIRST_COMMIT_MILLISECONDS = 5000;
const COMMIT_MILLISECONDS = 1000;

export class KernelRunner implements ProgramRunner {
  readonly #options: KernelRunnerOptions;
  #running = 0;

  constructor(options: KernelRunnerOptions) {
    this.#options = options;
  }

  notice(): string | null {
    return this.#options.notice ?? null;
  }

  start(spec: ProgramSpec, io: ProgramIo): ProgramRun {
    if (spec.preview !== undefined) return ended(failed(noPreviews));
    if (this.#running >= maxKernelRuns) {
      const message = `${maxKernelRuns} such programs run in this session. Wait for one to end, or kill one.`;
      return ended(failed(message));
    }
    this.#running += 1;
    const run = new KernelRun(this.#options, spec, io);
    return {
      exit: run.exit.finally(() => {
        this.#running -= 1;
      }),
      kill: () => run.stop({ kind: 'killed' }),
    };
  }
}

class KernelRun {
  readonly exit: Promise<ProgramExit>;
  readonly #options: KernelRunnerOptions;
  readonly #spec: ProgramSpec;
  readonly #io: ProgramIo;
  /** Held here: the budget itself keeps nobody. */
  readonly #tenant: Tenant;
  readonly #stdin: AbortController = new AbortController();
  #kernel: Kernel | null = null;
  #isOver = false;
  /** How it was stopped from outside. */
  #stopped: ProgramExit | null = null;
  #giveUp: (exit: ProgramExit) => void = () => undefined;
  #committedAt: number;

  constructor(options: KernelRunnerOptions, spec: ProgramSpec, io: ProgramIo) {
    this.#options = options;
    this.#spec = spec;
    this.#io = io;
    const { clock, factory } = options;
    const bytes = (): number => (this.#isOver ? 0 : (this.#kernel?.memoryBytes ?? factory.bootBytes));
    this.#tenant = {
      id: Symbol(spec.entry),
      get bytes() {
        return bytes();
      },
      leave: () => this.#isOver,
    };
    this.#committedAt = clock.now() + FIRST_COMMIT_MILLISECONDS - COMMIT_MILLISECONDS;
    const givenUp = new Promise<ProgramExit>((resolve) => {
      this.#giveUp = resolve;
    });
    const cancelTimeout = clock.after(this.#seconds * 1000, () => this.stop({ kind: 'timeout' }));
    this.exit = Promise.race([this.#run(), givenUp]).finally(() => {
      cancelTimeout();
      this.#stopped ??= { kind: 'killed' };
      this.#stdin.abort();
    });
  }

  get #seconds(): number {
    return this.#spec.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  }

  stop(exit: ProgramExit): void {
    if (this.#stopped !== null) return;
    this.#stopped = exit;
    this.#stdin.abort();
    this.#kernel?.interrupt();
    this.#options.clock.after(STOP_MILLISECONDS, () => this.#giveUp(exit));
  }

  /** Never rejects. */
  async #run(): Promise<ProgramExit> {
    const { factory, memory } = this.#options;
    if (!memory.makeRoom(factory.bootBytes)) return failed(noMemory);
    try {
      const kernel = await this.#boot();
      if (this.#stopped !== null) return this.#stopped;
      this.#kernel = kernel;
      const { entry, args, env, network, wanted } = this.#spec;
      const { stdin } = this.#io;
      const evaluation = await kernel.runScript(
        {
          entry,
          args,
          env,
          fuel: fuelFor(this.#seconds),
          stdin,
          ...(wanted === undefined ? {} : { wanted }),
          module: (url) => this.#options.modules.get(url, { list: network, requested: this.#requested }),
        },
        this.#kernelIo(),
      );
      return this.#stopped ?? this.#exitOf(evaluation);
    } catch (error) {
      return failed(`The program could not be run: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#isOver = true;
      this.#kernel = null;
    }
  }

  #boot(): Promise<Kernel> {
    const { factory, host, memory } = this.#options;
    const { direct } = this.#io.session;
    if (direct === null) throw new Error('it has no files');
    memory.use(this.#tenant);
    return factory.boot({
      now: () => host.now(),
      randomBytes: (length) => host.randomBytes(length),
      fetch: (request) => host.fetch(request, this.#spec.network, this.#requested),
      get files() {
        return direct().files;
      },
      onBackgroundDue: () => undefined,
    });
  }

  readonly #requested = (attempt: EgressAttempt): void => this.#io.requested(attempt);

  #kernelIo(): KernelIo {
    const { direct } = this.#io.session;
    if (direct === null) throw new Error('it has no files');
    const encoder = new TextEncoder();
    const files = new SourceFiles(this.#spec.sources, () => direct().files);
    const ended = new Promise<null>((resolve) => {
      this.#stdin.signal.addEventListener('abort', () => resolve(null));
    });
    return {
      write: (stream, text) => {
        if (this.#stopped === null) this.#io.write(stream, encoder.encode(text));
      },
      display: (bundle) => {
        const text = bundle.find(([type]) => type === 'text/plain')?.[1];
        if (typeof text === 'string' && this.#stopped === null) this.#io.write('stdout', encoder.encode(`${text}\n`));
      },
      readLine: () => Promise.resolve(null),
      backpressure: () => {
        if (this.#stopped !== null) return undefined;
        this.#commitIfDue();
        const wait = this.#io.backpressure();
        return wait && Promise.race([wait, ended.then(() => undefined)]);
      },
      files,
      get largeFiles() {
        return direct().largeFiles;
      },
      get kv() {
        return direct().kv;
      },
      readOther: () => Promise.reject(new Error(noVariables)),
      programs: null,
    };
  }

  /** What a program that runs long has written is not kept until its end. */
  #commitIfDue(): void {
    const now = this.#options.clock.now();
    if (now - this.#committedAt < COMMIT_MILLISECONDS) return;
    this.#committedAt = now;
    this.#io.session.commit();
  }

  #exitOf(evaluation: Evaluation): ProgramExit {
    switch (evaluation.status) {
      case 'ok':
        return { kind: 'exit', code: 0 };
      case 'exit': {
        const { code, result } = evaluation;
        return { kind: 'exit', code, ...(result === undefined ? {} : { result }) };
      }
      case 'error': {
        const text = evaluation.error.text.replace(COLOURS, '').replace(/\n*$/, '\n');
        const code = evaluation.error.name === 'KeyboardInterrupt' ? interruptedStatus : 1;
        if (this.#spec.wanted !== undefined) return { kind: 'exit', code, result: failure(evaluation.error, text) };
        this.#io.write('stderr', new TextEncoder().encode(text));
        return { kind: 'exit', code };
      }
      case 'interrupted':
        return evaluation.reason === 'fuel' ? { kind: 'timeout' } : { kind: 'killed' };
      case 'trap':
        return failed(`The program was stopped: ${evaluation.message} Nothing of it was kept.`);
    }
  }
}

/** JSON of a `ProgramResult`. `text`: as it would be printed. */
function failure({ name, message }: RenderedError, text: string): string {
  const isError = name !== '';
  const stack = isError ? text.replace(/^Uncaught /, '').trimEnd() : '';
  const error = { name: isError ? name : 'Error', message: isError ? message : `Uncaught ${message}`, stack };
  const result: ProgramResult = { error };
  return JSON.stringify(result);
}

function ended(exit: ProgramExit): ProgramRun {
  return { exit: Promise.resolve(exit), kill: () => undefined };
}

function failed(message: string): ProgramExit {
  return { kind: 'failed', message };
}
