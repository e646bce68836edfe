/**
 * The turn that runs: how much it may still use, who gets the isolate meanwhile, and whether it must stop.
 *
 * Python asks for a signal at its checks. Clocks stand still during synchronous code on Cloudflare, so that the number of
 * checks is the only measure of how long it has run.
 */

import type { KernelIo } from '../kernel.ts';
import { InterpreterTrap } from './interpreter.ts';

/** Told to stop, the guest went on for too long. */
class Unstoppable extends InterpreterTrap {
  override readonly name = 'Unstoppable';

  override get line(): string {
    return 'Python did not stop when it was told to.';
  }
}

export type StopReason = 'user' | 'fuel';

/** Checks that take about as long as one poll of the JavaScript kernel, which is what fuel counts: about a millisecond. */
const CHECKS_PER_POLL = 100;
/** Checks between two yields: others wait at most about 5 ms. */
const CHECKS_PER_YIELD = 500;
/** Fuel of a call outside any turn, which cannot yield: about a second. */
const PLAIN_CHECKS = 1_000 * CHECKS_PER_POLL;
/** What may still run after a stop: `finally` clauses and handlers. Then the instance is given up. */
const GRACE_CHECKS = 2_000 * CHECKS_PER_POLL;
/** Signals that the guest may leave unanswered, as its own handler does: about half a second. Then it is given up too. */
const MAX_UNANSWERED = 100;
/** An input may go on after an interrupt, as a program with a menu does. The next one after so many gives it up. */
const MAX_INTERRUPTS = 4;
/** Characters of output after which others have their turn, and slow readers are waited for. */
const CHARACTERS_PER_YIELD = 256 * 1024;
const FOR_EVER = -1;
/** The number of SIGUSR1, by which Python is made to call `tick`. */
const SIGNAL = 10;

/** What a turn may use. */
export interface Limits {
  readonly fuel: number;
  /** Of a script. */
  readonly stdin?: ReadableStream<Uint8Array>;
}

export class Turn {
  readonly #now: () => number;
  #io: KernelIo | null = null;
  #checks = 0;
  #untilSignal = CHECKS_PER_YIELD;
  #stopped: StopReason | null = null;
  /** Whether the guest has been told of the stop. */
  #isTold = false;
  #unanswered = 0;
  #interrupts = 0;
  #written = 0;
  #wake: (() => void) | null = null;
  #stdin: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #abandon: () => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
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
    this.#start(fuel * CHECKS_PER_POLL);
    return new Promise((_resolve, reject) => {
      this.#abandon = () => reject(new Unstoppable());
    });
  }

  /** Starts a call outside any turn, which cannot yield. */
  beginPlain(): void {
    this.#start(PLAIN_CHECKS);
  }

  end(): void {
    this.#io = null;
  }

  /** Makes the guest stop at its next check, and ends its wait. */
  interrupt(): void {
    this.#interrupts += 1;
    if (this.#interrupts > MAX_INTERRUPTS) this.#abandon();
    this.#stop('user');
  }

  /** The guest wrote so many characters. */
  noteOutput(characters: number): void {
    this.#written += characters;
    if (this.#written >= CHARACTERS_PER_YIELD) this.#untilSignal = 0;
  }

  /** A check: the signal to raise, 0 for none. Throws `Unstoppable`, which ends the instance. */
  check(): number {
    this.#checks -= 1;
    this.#untilSignal -= 1;
    if (this.#checks < 0 && this.#stopped !== 'fuel') this.#stop('fuel');
    if (this.#untilSignal > 0) return 0;
    this.#untilSignal = CHECKS_PER_YIELD;
    this.#unanswered += 1;
    if (this.#unanswered > MAX_UNANSWERED || this.#checks < -GRACE_CHECKS) throw new Unstoppable();
    return SIGNAL;
  }

  /** Whether the guest must stop. It is told once: what it does then is its own affair, for a while. */
  get isStopped(): boolean {
    this.#unanswered = 0;
    if (!this.#stopped || this.#isTold) return false;
    this.#isTold = true;
    return true;
  }

  /** Lets others run; whether the guest must stop. */
  async tick(): Promise<boolean> {
    this.#unanswered = 0;
    this.#written = 0;
    await scheduler.wait(0);
    await this.#io?.backpressure();
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

  #start(checks: number): void {
    this.#checks = checks;
    this.#untilSignal = CHECKS_PER_YIELD;
    this.#stopped = null;
    this.#isTold = false;
    this.#unanswered = 0;
    this.#interrupts = 0;
    this.#written = 0;
  }

  #stop(reason: StopReason): void {
    this.#stopped = reason;
    this.#isTold = false;
    this.#untilSignal = 0;
    this.#wake?.();
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
