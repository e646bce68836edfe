/**
 * The turn that runs: how much it may still use, who gets the isolate meanwhile, and whether it must stop.
 *
 * Python asks for a signal at its checks, which are counted (meter.ts). When its slice is used up it is suspended where it
 * is, and others run; a signal it gets only when it must stop.
 */

import { millisecondsOf } from '../fuel.ts';
import type { KernelIo } from '../kernel.ts';
import { InterpreterTrap } from './interpreter.ts';
import { type CheckCounter, Meter } from './meter.ts';

/** Told to stop, the guest went on for too long. */
class Unstoppable extends InterpreterTrap {
  override readonly name = 'Unstoppable';

  override get line(): string {
    return 'Python did not stop when it was told to.';
  }
}

export type StopReason = 'user' | 'fuel';

/** Milliseconds of a call outside any turn, which cannot yield. */
const PLAIN_MILLISECONDS = 1_000;
/** What may still run after the fuel is used up: `finally` clauses and handlers. Then the instance is given up. */
const GRACE_MILLISECONDS = 1_000;
/** Signals that the guest may leave unanswered, one a slice, as its own handler does. Then it is given up too. */
const MAX_UNANSWERED = 100;
/** An input may go on after an interrupt, as a program with a menu does. So many within a second give it up. */
const FINAL_INTERRUPTS = 5;
const FINAL_MILLISECONDS = 1_000;
/** Characters of output after which others have their turn, and slow readers are waited for. */
const CHARACTERS_PER_YIELD = 256 * 1024;
const FOR_EVER = -1;
/** The number of SIGUSR1, whose handler asks whether Python must stop. */
const SIGNAL = 10;
const NO_SIGNAL = 0;
/** Not a signal: Python is to be suspended. */
const SUSPEND = -1;

/** What a turn may use. */
export interface Limits {
  readonly fuel: number;
  /** Of a script. */
  readonly stdin?: ReadableStream<Uint8Array>;
}

export class Turn {
  readonly #now: () => number;
  readonly #meter: Meter;
  #io: KernelIo | null = null;
  #stopped: StopReason | null = null;
  /** Whether the guest has been told of the stop. */
  #isTold = false;
  #unanswered = 0;
  /** When the last ones came, the oldest first. */
  #interrupts: number[] = [];
  #written = 0;
  #wake: (() => void) | null = null;
  #stdin: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #abandon: () => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
    this.#meter = new Meter(now);
  }

  /** Where the checks of the instance are counted. */
  countWith(counter: CheckCounter): void {
    this.#meter.countWith(counter);
  }

  /** What the running turn may reach; null between turns. */
  get io(): KernelIo | null {
    return this.#io;
  }

  /** Why the guest was told to stop since the last `begin`; null if it was not. */
  get stopped(): StopReason | null {
    return this.#isTold ? this.#stopped : null;
  }

  /** The promise rejects with `Unstoppable` when the guest goes on though it was told to stop. */
  begin(io: KernelIo, { fuel, stdin }: Limits): Promise<never> {
    this.#io = io;
    this.#stdin = stdin?.getReader() ?? null;
    this.#start(millisecondsOf(fuel));
    return new Promise((_resolve, reject) => {
      this.#abandon = () => reject(new Unstoppable());
    });
  }

  /** Starts a call outside any turn, which cannot yield. */
  beginPlain(): void {
    this.#start(PLAIN_MILLISECONDS);
  }

  end(): void {
    this.#io = null;
  }

  /** Makes the guest stop at its next check, and ends its wait. */
  interrupt(): void {
    const now = this.#now();
    this.#interrupts = [...this.#interrupts.filter((at) => now - at < FINAL_MILLISECONDS), now];
    if (this.#interrupts.length >= FINAL_INTERRUPTS) this.#abandon();
    this.#stop('user');
  }

  /** The guest wrote so many characters. */
  noteOutput(characters: number): void {
    this.#written += characters;
    if (this.#written >= CHARACTERS_PER_YIELD) this.#meter.cutShort();
  }

  /**
   * The checks of a slice are used up: the signal to raise, 0 for none, or -1 if `suspend` is to answer that. Throws
   * `Unstoppable`, which ends the instance.
   */
  decide(canSuspend: boolean): number {
    if (canSuspend && this.#io) {
      this.#meter.yield();
      return SUSPEND;
    }
    this.#meter.endSlice();
    this.#meter.beginSlice();
    return this.#signal();
  }

  /** Lets others run; the signal to raise. Rejects with `Unstoppable`, which ends the instance. */
  async suspend(): Promise<number> {
    await this.#yield();
    return this.#signal();
  }

  /** Whether the guest must stop. It is told once: what it does then is its own affair, for a while. */
  get isStopped(): boolean {
    this.#unanswered = 0;
    if (!this.#stopped || this.#isTold) return false;
    this.#isTold = true;
    return true;
  }

  /** Waits for `work`: that takes none of what the guest may use. */
  async waitFor<T>(work: Promise<T>): Promise<T> {
    this.#meter.endSlice();
    try {
      return await work;
    } finally {
      this.#meter.beginSlice();
    }
  }

  /** Lets others run; whether the guest must stop. */
  async tick(): Promise<boolean> {
    await this.#yield();
    return this.isStopped;
  }

  /** Waits; whether the guest must stop. */
  async wait(milliseconds: number): Promise<boolean> {
    const until = this.#now() + milliseconds;
    do await this.#sleep(Math.max(0, until - this.#now()));
    while (!this.#stopped && this.#now() < until);
    return this.isStopped;
  }

  /** Waits until work came, at most so long (`FOR_EVER` if negative); whether the guest must stop. */
  async waitForWork(milliseconds: number): Promise<boolean> {
    await this.#sleep(milliseconds);
    return this.isStopped;
  }

  /** Work came: something settled outside. */
  wake(): void {
    this.#wake?.();
  }

  /** A line of standard input: undefined at its end, false when the guest must stop. */
  async readLine(isSecret: boolean): Promise<string | undefined | false> {
    const line = this.#stopped ? null : ((await this.#io?.readLine(isSecret)) ?? null);
    if (this.isStopped) return false;
    return line ?? undefined;
  }

  /** Bytes of a script's standard input: undefined at its end, false when the guest must stop. */
  async readBytes(): Promise<Uint8Array | undefined | false> {
    let chunk: ReadableStreamReadResult<Uint8Array> | undefined;
    const reading = this.#stdin?.read().then((result) => {
      chunk = result;
    });
    while (reading && !chunk && !this.#stopped) await Promise.race([reading, this.#sleep(FOR_EVER)]);
    if (this.isStopped) return false;
    return chunk?.value;
  }

  #start(milliseconds: number): void {
    this.#meter.start(milliseconds);
    this.#stopped = null;
    this.#isTold = false;
    this.#unanswered = 0;
    this.#interrupts = [];
    this.#written = 0;
  }

  #stop(reason: StopReason): void {
    this.#stopped = reason;
    this.#isTold = false;
    this.#meter.cutShort();
    this.#wake?.();
  }

  #signal(): number {
    const { left } = this.#meter;
    if (left < 0 && this.#stopped !== 'fuel') this.#stop('fuel');
    if (left < -GRACE_MILLISECONDS) throw new Unstoppable();
    if (!this.#stopped || this.#isTold) return NO_SIGNAL;
    this.#unanswered += 1;
    if (this.#unanswered > MAX_UNANSWERED) throw new Unstoppable();
    return SIGNAL;
  }

  async #yield(): Promise<void> {
    this.#written = 0;
    await scheduler.wait(0);
    this.#meter.read();
    await this.#io?.backpressure();
    this.#meter.beginSlice();
  }

  #sleep(milliseconds: number): Promise<void> {
    if (this.#stopped && !this.#isTold) return Promise.resolve();
    return new Promise((resolve) => {
      const timeout = milliseconds < 0 ? null : setTimeout(resolve, Math.ceil(milliseconds));
      this.#wake = () => {
        if (timeout !== null) clearTimeout(timeout);
        resolve();
      };
    });
  }
}
