/** The Python kernel: the contract of kernel.ts on one CPython instance. */

import { FileError, type FileSystem } from '../../files/file-system.ts';
import type {
  BackgroundTurn,
  Completion,
  EvaluateRequest,
  Evaluation,
  Inspection,
  Kernel,
  KernelHost,
  KernelIo,
  RenderedError,
  ScriptRequest,
  StoredHeap,
  Variable,
} from '../kernel.ts';
import { variableOf } from '../kernel.ts';
import { bootInterpreter, type Parts, type PythonServices } from './boot.ts';
import { fromCodePoints, toCodePoints } from './code-points.ts';
import type { CompleteResult, DriverFunctions, ExecuteResult } from './driver.ts';
import { InterpreterTrap, ProcessExit, toTrap } from './interpreter.ts';
import { MAX_PYTHON_HEAP_BYTES, PYTHON_RESERVE_BYTES } from './limits.ts';
import { mimeBundle } from './mime.ts';
import type { Beside } from './stored-heap.ts';
import type { Limits } from './turn.ts';

/** What the kernel calls: functions of the REPL, and of the host's side in Python. */
type Entry = keyof DriverFunctions | 'background_due' | 'give_up_requests' | 'reseed' | 'run_background';

const SEED_BYTES = 32;

/** Nothing could be done with the heap any more, not even freed. */
class MemoryFull extends InterpreterTrap {
  override get line(): string {
    return `Python's memory is full: a session has ${MAX_PYTHON_HEAP_BYTES / 1024 / 1024} MiB.`;
  }
}

export class PythonKernel implements Kernel {
  readonly engine: string;
  readonly #host: KernelHost;
  readonly #parts: Parts;
  /** By Python's monotonic clock, in milliseconds. */
  #dueAt: number | null = null;
  #isBroken = false;
  /** What a restored heap had open: there are no files before the first turn. */
  #unopened: Beside | null;
  /** What else did not come back, in words. Told in the first turn. */
  readonly #lost: string[] = [];

  static async boot(
    engine: string,
    services: PythonServices,
    host: KernelHost,
    stored: StoredHeap | undefined,
  ): Promise<Kernel> {
    const parts = await bootInterpreter(services, host, stored, () => {
      parts.turn.wake();
      if (!parts.turn.io) host.onBackgroundDue();
    });
    return new PythonKernel(engine, host, parts);
  }

  private constructor(engine: string, host: KernelHost, parts: Parts) {
    this.engine = engine;
    this.#host = host;
    this.#parts = parts;
    this.#unopened = parts.heap.beside;
    this.#ask('reseed', String.fromCharCode(...host.randomBytes(SEED_BYTES)));
    if (this.#unopened) this.#lost.push(...this.#lostWith(this.#unopened));
    this.#noteDue();
  }

  get memoryBytes(): number {
    return this.#parts.interpreter.memory.buffer.byteLength + this.#parts.heap.bytes;
  }

  async evaluate(request: EvaluateRequest, io: KernelIo): Promise<Evaluation> {
    this.#refuseWhileBusy();
    const { interpreter, output } = this.#parts;
    output.input = request.input;
    interpreter.printsToTerminal = request.echo;
    try {
      const text = await this.#inTurn(io, { fuel: request.fuel }, 'execute', request.code, request.input, request.echo);
      const evaluation = this.#evaluation(JSON.parse(String(text)), io, request.input);
      this.#noteDue();
      return evaluation;
    } catch (error) {
      return this.#trapped(error);
    } finally {
      this.#parts.turn.end();
    }
  }

  async runScript({ entry, args, env, fuel, stdin }: ScriptRequest, io: KernelIo): Promise<Evaluation> {
    this.#refuseWhileBusy();
    const source = readScript(io.files, entry);
    if (typeof source !== 'string') return { status: 'error', error: source };
    this.#parts.interpreter.printsToTerminal = false;
    try {
      if (Object.keys(env).length > 0) {
        const text = JSON.stringify(JSON.stringify(env));
        const code = `import json, os\nos.environ.update(json.loads(${text}))`;
        await this.#inTurn(io, { fuel }, 'execute', code, 0, false);
      }
      const text = await this.#inTurn(io, { fuel, stdin }, 'run_program', source, entry, JSON.stringify(args));
      return this.#evaluation(JSON.parse(String(text)), io, 0);
    } catch (error) {
      return this.#exited(error) ?? this.#trapped(error);
    } finally {
      this.#parts.turn.end();
    }
  }

  async runBackground(request: { readonly fuel: number }, io: KernelIo): Promise<BackgroundTurn> {
    this.#refuseWhileBusy();
    try {
      // Others come first, and the clock goes on, however often this is due.
      await scheduler.wait(0);
      const isInterrupted = await this.#inTurn(io, request, 'run_background');
      const reason = this.#parts.turn.stopped ?? 'user';
      this.#noteDue();
      if (isInterrupted !== true) return { status: 'ok', ran: 1 };
      return { status: 'interrupted', input: this.#parts.output.input, reason, clean: true };
    } catch (error) {
      return this.#trapped(error);
    } finally {
      this.#parts.turn.end();
    }
  }

  nextBackgroundAt(): number | null {
    if (this.#parts.fetches.hasEvents) return this.#host.now();
    return this.#dueAt === null ? null : this.#host.now() + Math.max(0, this.#dueAt - this.#parts.clock.now());
  }

  get hasWork(): boolean {
    return this.nextBackgroundAt() !== null || this.#parts.fetches.running > 0;
  }

  interrupt(): void {
    if (this.#parts.turn.io) this.#parts.turn.interrupt();
  }

  complete(code: string, cursor: number): Completion {
    this.#refuseWhileBusy();
    const answer = this.#ask('complete', code, toCodePoints(code, cursor));
    const { from, to, candidates }: CompleteResult =
      typeof answer === 'string' ? JSON.parse(answer) : { from: 0, to: 0, candidates: [] };
    if (candidates.length === 0) return { from: cursor, to: cursor, candidates: [] };
    return { from: fromCodePoints(code, from), to: fromCodePoints(code, to), candidates };
  }

  inspect(code: string, cursor: number): Inspection | null {
    this.#refuseWhileBusy();
    const text = this.#ask('inspect', code, toCodePoints(code, cursor));
    return typeof text === 'string' ? { text } : null;
  }

  variables(): Variable[] {
    this.#refuseWhileBusy();
    const answer = this.#ask('variables');
    return typeof answer === 'string' ? JSON.parse(answer) : [];
  }

  readVariable(name: string): string {
    this.#refuseWhileBusy();
    return variableOf(this.#ask('get_value', name));
  }

  snapshot(): Uint8Array | null {
    this.#refuseWhileBusy();
    const { interpreter, heap } = this.#parts;
    interpreter.clearDeadStack();
    return heap.snapshot(this.#beside());
  }

  keyframe(): Uint8Array {
    this.#refuseWhileBusy();
    return this.#parts.heap.keyframe();
  }

  #beside(): Beside {
    const { interpreter, clock, fetches, files } = this.#parts;
    return {
      tables: interpreter.tables,
      linking: interpreter.linking,
      monotonic: clock.now(),
      directory: this.#unopened?.directory ?? interpreter.module.FS.cwd(),
      files: this.#unopened?.files ?? files.describe(),
      lastFetch: fetches.last,
    };
  }

  /** Calls an entry on a stack of its own, until it has answered or can no longer be stopped. */
  async #inTurn(io: KernelIo, limits: Limits, entry: Entry, ...parameters: unknown[]): Promise<unknown> {
    const { turn, interpreter, output, files } = this.#parts;
    const abandoned = turn.begin(io, limits);
    files.invalidate();
    this.#reopen();
    const result = await Promise.race([interpreter.callSuspending(this.#entry(entry), ...parameters), abandoned]);
    output.finish();
    this.#flushFiles();
    if (!interpreter.hasRoom(PYTHON_RESERVE_BYTES)) throw new MemoryFull();
    return result;
  }

  #reopen(): void {
    const beside = this.#unopened;
    if (!beside) return;
    this.#unopened = null;
    const { interpreter, files, output } = this.#parts;
    const lost = [...this.#lost, ...files.reopen(beside.files)];
    try {
      interpreter.module.FS.chdir(beside.directory);
    } catch {
      lost.push(`the working directory ${beside.directory}, which is gone`);
    }
    if (lost.length === 0) return;
    const told = this.#ask('restored', JSON.stringify(lost));
    if (typeof told === 'string') output.writeText(2, `${told}\n`);
  }

  /** What a restored heap had of the world outside: objects of JavaScript, answers of the network. */
  #lostWith({ tables }: Beside): string[] {
    const objects = this.#parts.interpreter.countLost(tables);
    const requests = Number(this.#ask('give_up_requests'));
    const counts = { 'JavaScript objects': objects, 'requests to the network': requests };
    return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${what} (${count})`]));
  }

  /** What the session has no room for is lost; the input hears of it. */
  #flushFiles(): void {
    try {
      this.#parts.files.flush();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#parts.output.writeText(2, `Not everything was written: ${error.message}\n`);
    }
  }

  #evaluation(result: ExecuteResult, io: KernelIo, input: number): Evaluation {
    const { turn, output } = this.#parts;
    switch (result.status) {
      case 'ok': {
        if (result.mime) io.display(mimeBundle(result.mime), input);
        const { text, string } = result;
        return {
          status: 'ok',
          value: { text: text ?? '', isVoid: text === null, ...(string === undefined ? {} : { string }) },
        };
      }
      case 'error':
        return { status: 'error', error: { name: result.name, message: result.message, text: result.text } };
      case 'exit':
        if (result.text !== '') output.writeText(2, result.text);
        return { status: 'exit', code: result.code & 0xff };
      case 'interrupted':
        if (!turn.stopped) {
          return { status: 'error', error: { name: 'KeyboardInterrupt', message: '', text: result.text } };
        }
        return { status: 'interrupted', reason: turn.stopped, clean: true };
    }
  }

  /** Puts a short question, which cannot wait. Null if there is no answer. Within a turn it uses its fuel. */
  #ask(entry: Entry, ...parameters: unknown[]): unknown {
    const { turn } = this.#parts;
    if (!turn.io) {
      turn.beginPlain();
      this.#parts.files.invalidate();
    }
    try {
      return this.#parts.interpreter.call(this.#entry(entry), ...parameters);
    } catch (error) {
      if (error instanceof InterpreterTrap) throw error;
      return null;
    }
  }

  #entry(name: Entry): number {
    const address = this.#parts.entries[name];
    if (address === undefined) throw new Error(`Python has no entry point ${name}`);
    return address;
  }

  #noteDue(): void {
    this.#parts.turn.beginPlain();
    const seconds = this.#parts.interpreter.call(this.#entry('background_due'));
    this.#dueAt = typeof seconds === 'number' ? this.#parts.clock.now() + seconds * 1000 : null;
  }

  /** A script that ends its process keeps what it has written, all but what Python itself still buffers. */
  #exited(error: unknown): Evaluation | null {
    const trap = toTrap(error);
    if (!(trap instanceof ProcessExit)) return null;
    this.#trapped(trap);
    this.#parts.output.finish();
    if (trap.isSignal) this.#parts.output.writeText(2, `${trap.line}\n`);
    this.#flushFiles();
    return { status: 'exit', code: trap.status & 0xff };
  }

  /** The session discards this kernel: nobody waits for its requests any more. */
  #trapped(error: unknown): { readonly status: 'trap'; readonly message: string } {
    this.#isBroken = true;
    this.#parts.fetches.cancelAll();
    return { status: 'trap', message: toTrap(error).line };
  }

  #refuseWhileBusy(): void {
    if (this.#parts.turn.io) throw new Error('the kernel is busy: its instance must not be entered twice');
    if (this.#isBroken) throw new Error('the interpreter has crashed');
  }
}

/** The text of a script, or why there is none. */
function readScript(files: FileSystem, path: string): string | RenderedError {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(files.read(path));
  } catch (error) {
    const message = error instanceof FileError ? `There is no file ${path} to run.` : `${path} is not UTF-8 text.`;
    return { name: 'OSError', message, text: message };
  }
}
