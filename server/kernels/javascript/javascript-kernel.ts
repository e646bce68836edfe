/** The JavaScript kernel: the contract of kernel.ts on one QuickJS instance. */

import type { JSValueHandle } from 'quickjs-wasi';
import { BuildError } from '../../programs/build/build-error.ts';
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
  RenderedValue,
  ScriptRequest,
  Variable,
} from '../kernel.ts';
import { VariableError, variableOf } from '../kernel.ts';
import type { BaseImage } from './base-image.ts';
import { Engine, EngineTrap, GuestThrew } from './engine.ts';
import type { EngineModules } from './engine-modules.ts';
import { MEMORY_LIMIT_BYTES } from './engine-options.ts';
import { Fetches } from './fetches.ts';
import { Guest } from './guest.ts';
import { connectHostCalls } from './host-bridge.ts';
import { SessionModules } from './modules.ts';
import { type InputLanguage, InputSyntaxError, parseInput } from './parse-input.ts';
import { Rejections } from './rejections.ts';
import type { ScopeAnswer } from './scope/scope.ts';
import { Script } from './script.ts';
import type { StoredHeapState } from './stored-heap.ts';
import { renderSyntaxError } from './syntax-error.ts';
import { prepareInput } from './transform.ts';
import { EventLoop } from './turn.ts';

const SEED_BYTES = 32;
/** Polls for printing a result; the input's own fuel may be used up. */
const RENDER_FUEL = 2_000;
const RENDER_MILLISECONDS = 2_000;
/** The exit status of a script that waits for what can never come, as node has it. */
const UNSETTLED = 13;

export interface KernelParts {
  readonly id: string;
  readonly modules: EngineModules;
  readonly base: BaseImage;
  readonly heap: StoredHeapState;
  /** See `StoredHeap`. */
  readonly ran: number;
  readonly host: KernelHost;
}

interface TurnState {
  io: KernelIo | null;
  /** Set once it runs: then this kernel does nothing else. */
  script: Script | null;
}

export class JavaScriptKernel implements Kernel {
  readonly engine: string;
  readonly #vm: Engine;
  readonly #guest: Guest;
  readonly #loop: EventLoop;
  readonly #fetches: Fetches;
  readonly #rejections: Rejections;
  readonly #heap: StoredHeapState;
  readonly #host: KernelHost;
  readonly #turn: TurnState;

  /** Restores the heap and starts the guest in it. */
  static async boot(parts: KernelParts): Promise<JavaScriptKernel> {
    const turn: TurnState = { io: null, script: null };
    const rejections = new Rejections();
    const { host } = parts;
    // The loader asks the guest for names, and the guest's functions need the engine: it is set before any can run.
    let guest: Guest | undefined;
    const modules = new SessionModules({
      files: () => {
        if (!turn.io) throw new Error('files can only be imported while an input or a timer runs');
        return turn.io.files;
      },
      moduleName: (path, digest) => String(guest?.callNow('moduleName', path, digest)),
    });
    const engine = await Engine.restore(
      { ...parts.base.snapshot, memory: parts.heap.stored },
      {
        modules: parts.modules,
        now: () => host.now(),
        randomBytes: (length) => host.randomBytes(length),
        yieldControl: async () => {
          await scheduler.wait(0);
          await turn.io?.backpressure();
        },
        moduleLoader: {
          normalize: (base, specifier) => turn.script?.normalize(specifier) ?? modules.normalize(base, specifier),
          load: (name) => turn.script?.load(name) ?? modules.load(name),
        },
        onRejection: rejections.note,
      },
    );
    guest = new Guest(engine, parts.base);
    return new JavaScriptKernel(parts, engine, guest, rejections, turn);
  }

  private constructor(parts: KernelParts, engine: Engine, guest: Guest, rejections: Rejections, turn: TurnState) {
    const { host, heap } = parts;
    this.engine = parts.id;
    this.#vm = engine;
    this.#guest = guest;
    this.#rejections = rejections;
    this.#heap = heap;
    this.#host = host;
    this.#turn = turn;
    this.#fetches = new Fetches(
      async (request) => turn.script?.answer(request) ?? host.fetch(request),
      () => this.#onSettledOutside(),
    );
    this.#loop = new EventLoop(engine, guest, this.#fetches, rejections, () => host.now());
    connectHostCalls(engine, { host, fetches: this.#fetches, io: () => turn.io });
    this.#start(parts.ran);
  }

  get memoryBytes(): number {
    return this.#vm.memory.byteLength + this.#heap.stored.byteLength;
  }

  async evaluate(request: EvaluateRequest, io: KernelIo): Promise<Evaluation> {
    this.#refuseWhileBusy();
    try {
      const evaluation = await this.#inTurn(io, () => this.#evaluate(request));
      return isOutOfMemory(evaluation) ? this.#trapped(new OutOfMemory()) : evaluation;
    } catch (error) {
      return this.#trapped(error);
    }
  }

  async runScript(request: ScriptRequest, io: KernelIo): Promise<Evaluation> {
    this.#refuseWhileBusy();
    try {
      const script = await Script.build(request, io.files);
      this.#turn.script = script;
      const evaluation = await this.#inTurn(io, () => this.#runScript(script, request.fuel));
      if (evaluation.status !== 'error') return evaluation;
      const { error } = evaluation;
      return { status: 'error', error: { ...error, text: `Uncaught ${error.text}` } };
    } catch (error) {
      if (!(error instanceof BuildError)) return this.#trapped(error);
      return { status: 'error', error: { name: 'Error', message: error.message, text: error.message } };
    }
  }

  async runBackground(request: { readonly fuel: number }, io: KernelIo): Promise<BackgroundTurn> {
    this.#refuseWhileBusy();
    let ran = 0;
    try {
      return await this.#inTurn(io, async () => {
        this.#vm.polls.begin(request.fuel);
        const reason = await this.#loop.runDue(() => {
          ran += 1;
        });
        if (!reason) return { status: 'ok', ran };
        const { input } = this.#guest;
        return { status: 'interrupted', input, reason, clean: await this.#loop.recover() };
      });
    } catch (error) {
      return this.#trapped(error);
    }
  }

  nextBackgroundAt(): number | null {
    if (this.#fetches.hasEvents || (!this.#turn.io && this.#vm.hasJobs)) return this.#host.now();
    const { nextTimerAt } = this.#guest;
    return nextTimerAt < 0 ? null : nextTimerAt;
  }

  get hasWork(): boolean {
    return this.nextBackgroundAt() !== null || this.#fetches.isOpen;
  }

  interrupt(): void {
    if (!this.#turn.io) return;
    this.#vm.polls.interrupt();
    this.#loop.wake();
  }

  complete(code: string, cursor: number): Completion {
    return this.#ask('complete', code, cursor) ?? { from: cursor, to: cursor, candidates: [] };
  }

  inspect(code: string, cursor: number): Inspection | null {
    this.#refuseWhileBusy();
    const text = this.#guest.callNow('inspect', code, cursor);
    return typeof text === 'string' ? { text } : null;
  }

  variables(): Variable[] {
    return this.#ask('variables') ?? [];
  }

  readVariable(name: string): string {
    this.#refuseWhileBusy();
    try {
      return variableOf(this.#guest.callNow('readVariable', name));
    } catch (error) {
      if (!(error instanceof GuestThrew)) throw error;
      error.handle.dispose();
      throw new VariableError(`${name} is too much to be copied.`);
    }
  }

  snapshot(): Uint8Array | null {
    this.#refuseWhileBusy();
    return this.#heap.snapshot(this.#vm.wasmMemory, this.#host.now());
  }

  keyframe(): Uint8Array {
    this.#refuseWhileBusy();
    return this.#heap.keyframe();
  }

  /** Gives the guest fresh randomness; a stored heap's timers keep the time that remained. */
  #start(ran: number): void {
    const seed = this.#host.randomBytes(SEED_BYTES);
    const { takenAt } = this.#heap;
    if (takenAt === null) {
      this.#guest.callNow('started', seed);
    } else {
      this.#guest.callNow('restored', seed);
      this.#guest.callNow('shiftTimers', Math.max(0, this.#host.now() - takenAt - ran));
    }
  }

  async #inTurn<T>(io: KernelIo, run: () => Promise<T>): Promise<T> {
    this.#turn.io = io;
    try {
      const result = await run();
      this.#rejections.clear();
      return result;
    } finally {
      this.#turn.io = null;
    }
  }

  async #evaluate(request: EvaluateRequest): Promise<Evaluation> {
    const { input, code, language } = request;
    let prepared: { source: string; lexical: readonly string[] };
    try {
      prepared = this.#prepare(code, language === 'ts' ? 'ts' : 'js');
    } catch (error) {
      if (!(error instanceof InputSyntaxError)) throw error;
      return { status: 'error', error: renderSyntaxError(error, code, input) };
    }
    const evaluation = await this.#runInput(prepared.source, request);
    if (evaluation.status === 'error' && prepared.lexical.length > 0) {
      this.#guest.callNow('abandon', JSON.stringify(prepared.lexical));
    }
    return evaluation;
  }

  async #runInput(source: string, request: EvaluateRequest): Promise<Evaluation> {
    this.#vm.polls.begin(request.fuel);
    this.#guest.input = request.input;
    let promise: JSValueHandle;
    try {
      promise = await this.#vm.evaluate(source, `REPL${request.input}`);
    } catch (error) {
      if (!(error instanceof GuestThrew)) throw error;
      return await this.#refused(error.handle, request);
    }
    try {
      const reason = await this.#loop.runUntilSettled(promise);
      return reason ? await this.#stopped(reason, promise) : await this.#settled(promise);
    } catch (error) {
      if (!(error instanceof GuestThrew)) throw error;
      const { stopped } = this.#vm.polls;
      return stopped ? await this.#stopped(stopped, error.handle) : await this.#failed(error.handle);
    }
  }

  /** The interpreter did not take the input's code. What is wrong with it, our own parser says better. */
  async #refused(thrown: JSValueHandle, { input, code, language }: EvaluateRequest): Promise<Evaluation> {
    const { stopped } = this.#vm.polls;
    if (stopped) return this.#stopped(stopped, thrown);
    try {
      parseInput(code, language === 'ts' ? 'ts' : 'js');
    } catch (error) {
      if (!(error instanceof InputSyntaxError)) throw error;
      thrown.dispose();
      return { status: 'error', error: renderSyntaxError(error, code, input) };
    }
    return this.#failed(thrown);
  }

  async #runScript(script: Script, fuel: number): Promise<Evaluation> {
    this.#vm.polls.begin(fuel);
    this.#loop.onUnhandled = (reason) => {
      script.uncaught ??= reason.dup();
      this.#vm.polls.interrupt();
    };
    try {
      const promise = await script.start(this.#vm, this.#guest);
      const reason = await this.#loop.runToEnd(promise);
      if (script.uncaught) return this.#failed(script.uncaught);
      if (script.exitCode !== null) return script.ended(script.exitCode);
      if (reason) return { status: 'interrupted', reason, clean: false };
      const state = this.#vm.promiseState(promise);
      if (state === 'pending') return { status: 'exit', code: UNSETTLED };
      const result = this.#vm.promiseResult(promise);
      return state === 'rejected' ? this.#failed(result) : await this.#ended(script, result);
    } catch (error) {
      if (!(error instanceof GuestThrew)) throw error;
      const { stopped } = this.#vm.polls;
      if (script.uncaught) return this.#failed(script.uncaught);
      if (script.exitCode !== null) return script.ended(script.exitCode);
      return stopped ? { status: 'interrupted', reason: stopped, clean: false } : this.#failed(error.handle);
    }
  }

  /** Makes room for the input's bindings, if it has any; returns the script to evaluate and the names that it binds. */
  #prepare(code: string, language: InputLanguage): { source: string; lexical: readonly string[] } {
    const { names, finish } = prepareInput(code, language);
    const isBare = Object.values(names).every((list) => list.length === 0);
    const answer: ScopeAnswer = isBare
      ? { fixed: [], constant: [] }
      : JSON.parse(String(this.#guest.callNow('open', JSON.stringify(names))));
    return { source: finish(answer), lexical: names.lexical };
  }

  async #settled(promise: JSValueHandle): Promise<Evaluation> {
    const rejected = this.#vm.promiseState(promise) === 'rejected';
    const result = this.#vm.promiseResult(promise);
    promise.dispose();
    if (rejected) return this.#failed(result);
    this.#vm.polls.beginShort(RENDER_FUEL, RENDER_MILLISECONDS);
    const text = String(await this.#guest.call('conclude', result));
    result.dispose();
    const rendered: RenderedValue = JSON.parse(text);
    return { status: 'ok', value: rendered };
  }

  /** Asks the script for its exit status, which its own listeners may still change. */
  async #ended(script: Script, announceExit: JSValueHandle): Promise<Evaluation> {
    const code = await this.#vm.call(announceExit);
    return script.ended(script.exitCode ?? (code.isNumber ? code.toNumber() & 0xff : 1));
  }

  async #failed(thrown: JSValueHandle): Promise<Evaluation> {
    this.#vm.polls.beginShort(RENDER_FUEL, RENDER_MILLISECONDS);
    const text = String(await this.#guest.call('concludeError', thrown));
    thrown.dispose();
    const error: RenderedError = JSON.parse(text);
    return { status: 'error', error };
  }

  async #stopped(reason: 'user' | 'fuel', handle: JSValueHandle): Promise<Evaluation> {
    handle.dispose();
    return { status: 'interrupted', reason, clean: await this.#loop.recover() };
  }

  /** The session discards this kernel: nobody waits for its requests any more. */
  #trapped(error: unknown): { readonly status: 'trap'; readonly message: string } {
    this.#fetches.abortAll();
    return { status: 'trap', message: describeTrap(error) };
  }

  #ask<T>(name: 'complete' | 'variables', ...parameters: (string | number)[]): T | null {
    this.#refuseWhileBusy();
    const text = this.#guest.callNow(name, ...parameters);
    const answer: T | null = typeof text === 'string' ? JSON.parse(text) : null;
    return answer;
  }

  #refuseWhileBusy(): void {
    if (this.#turn.io) throw new Error('the kernel is busy: its instance must not be entered twice');
  }

  #onSettledOutside(): void {
    this.#loop.wake();
    if (!this.#turn.io) this.#host.onBackgroundDue();
  }
}

/** The guest ran out of memory and did not catch that. */
class OutOfMemory extends Error {}

/** An error that the guest makes up itself in the same words ends its input alike. */
function isOutOfMemory(evaluation: Evaluation): boolean {
  if (evaluation.status !== 'error') return false;
  return evaluation.error.name === 'InternalError' && evaluation.error.message === 'out of memory';
}

function describeTrap(error: unknown): string {
  if (error instanceof OutOfMemory)
    return `JavaScript's memory is full: a session has ${MEMORY_LIMIT_BYTES / 1024 / 1024} MiB.`;
  const cause = error instanceof Error ? error.message : String(error);
  return error instanceof EngineTrap
    ? `The interpreter crashed (${cause}).`
    : `The interpreter cannot go on (${cause.split('\n')[0]}).`;
}
