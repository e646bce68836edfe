/**
 * Runs the guest's work in the order of an event loop: jobs first, then rejections nobody handled, then what settled
 * outside, then timers.
 */

import type { JSValueHandle } from 'quickjs-wasi';
import { type Engine, GuestThrew } from './engine.ts';
import type { FetchEvent, Fetches } from './fetches.ts';
import type { Guest } from './guest.ts';
import { POLLS_PER_FUEL, type StopReason } from './polls.ts';
import type { Rejections } from './rejections.ts';

/** A job rarely reaches a poll of its own; so many of them take about as long as the code that one unit of fuel is for. */
const JOBS_PER_FUEL = 50;
/** What the jobs that are left after a stop may use to end by themselves: about 20 ms. */
const RECOVERY_FUEL = 50;
/** The same where jobs call what takes long, on a busy machine too. */
const RECOVERY_MILLISECONDS = 250;
/** Then so many are run until each that would go on for ever has met a poll, where it ends. */
const MAX_ENDED_JOBS = 10_000;
/** Enough for many polls, and little enough for those who wait. */
const ENDED_JOBS_PER_YIELD = 1_000;

export class EventLoop {
  readonly #engine: Engine;
  readonly #guest: Guest;
  readonly #fetches: Fetches;
  readonly #rejections: Rejections;
  readonly #now: () => number;
  #wake: (() => void) | null = null;
  /** Is told of rejections that nobody handled, in place of the user. */
  onUnhandled: ((reason: JSValueHandle) => void) | null = null;

  constructor(engine: Engine, guest: Guest, fetches: Fetches, rejections: Rejections, now: () => number) {
    this.#engine = engine;
    this.#guest = guest;
    this.#fetches = fetches;
    this.#rejections = rejections;
    this.#now = now;
  }

  /** Ends a wait: something settled outside, or the turn was interrupted. */
  wake(): void {
    this.#wake?.();
  }

  /** Works until `promise` has settled. Returns why it had to stop, else null. */
  async runUntilSettled(promise: JSValueHandle): Promise<StopReason | null> {
    const { polls } = this.#engine;
    for (;;) {
      await this.#runJobs(promise);
      if (polls.stopped) return polls.stopped;
      if (this.#engine.promiseState(promise) !== 'pending') return null;
      const input = await this.#runNext(this.#now());
      if (input === null) await this.#waitForWork();
    }
  }

  /** Works until nothing is left that could ever settle, or `promise` is rejected. Returns why it had to stop, else null. */
  async runToEnd(promise: JSValueHandle): Promise<StopReason | null> {
    const { polls } = this.#engine;
    for (;;) {
      await this.#runJobs(promise);
      if (polls.stopped) return polls.stopped;
      if (this.#engine.promiseState(promise) === 'rejected') return null;
      const input = await this.#runNext(this.#now());
      if (input !== null) continue;
      const isWaiting = this.#fetches.isOpen || this.#guest.nextTimerAt >= 0;
      if (!isWaiting && !this.#engine.hasJobs && !polls.stopped) return null;
      await this.#waitForWork();
    }
  }

  /** Does the work that is due, once. `onWork` is told of each piece. */
  async runDue(onWork: () => void): Promise<StopReason | null> {
    const { polls } = this.#engine;
    const now = this.#now();
    for (;;) {
      await this.#runJobs(null);
      if (polls.stopped) return polls.stopped;
      const input = await this.#runNext(now);
      if (input === null) return null;
      if (input >= 0) onWork();
    }
  }

  /** After a stop: lets the job queue run dry, then ends what still goes on at its next poll. False if the queue stays. */
  async recover(): Promise<boolean> {
    const { polls } = this.#engine;
    polls.beginShort(RECOVERY_FUEL, RECOVERY_MILLISECONDS);
    await this.#runJobs(null);
    polls.interrupt();
    const endsAt = this.#now() + RECOVERY_MILLISECONDS;
    for (let ran = 1; this.#engine.hasJobs && ran <= MAX_ENDED_JOBS && this.#now() < endsAt; ran += 1) {
      await this.#engine.runJob();
      if (ran % ENDED_JOBS_PER_YIELD === 0) await polls.yieldNow();
    }
    return !this.#engine.hasJobs;
  }

  async #runJobs(except: JSValueHandle | null): Promise<void> {
    const { polls } = this.#engine;
    for (let count = 1; this.#engine.hasJobs && !polls.stopped; count += 1) {
      if (!(await this.#engine.runJob())) return;
      if (count % JOBS_PER_FUEL === 0) await polls.suspending(POLLS_PER_FUEL);
    }
    if (!polls.stopped) await this.#reportRejections(except);
  }

  async #reportRejections(except: JSValueHandle | null): Promise<void> {
    for (let reason = this.#rejections.take(except); reason; reason = this.#rejections.take(except)) {
      if (this.onUnhandled) this.onUnhandled(reason);
      else await this.#callGuest(() => this.#guest.call('reportUncaught', reason));
      reason.dispose();
    }
  }

  /** Hands in one event or runs one timer. The input it belongs to, -1 if to none, null if nothing was due. */
  async #runNext(now: number): Promise<number | null> {
    const event = this.#fetches.takeEvent();
    if (event) return this.#callGuest(() => this.#deliver(event));
    const input = await this.#callGuest(() => this.#guest.call('runTimer', now));
    return input < 0 && !this.#engine.polls.stopped ? null : input;
  }

  #deliver(event: FetchEvent): Promise<unknown> {
    switch (event.kind) {
      case 'head':
        try {
          event.before?.();
        } catch (error) {
          this.#fetches.abort(event.id);
          return this.#guest.call('fetchFail', event.id, error instanceof Error ? error.message : String(error));
        }
        return this.#guest.call('fetchHead', event.id, JSON.stringify(event.head));
      case 'chunk':
        return this.#guest.call('fetchChunk', event.id, event.bytes);
      case 'end':
        return this.#guest.call('fetchEnd', event.id);
      case 'fail':
        return this.#guest.call('fetchFail', event.id, event.message);
      case 'forget':
        return this.#guest.call('fetchForget', event.id);
    }
  }

  /** The entry points throw only when they are stopped or run out of memory: there is nobody to tell. */
  async #callGuest(call: () => Promise<unknown>): Promise<number> {
    try {
      return Number((await call()) ?? -1);
    } catch (error) {
      if (!(error instanceof GuestThrew)) throw error;
      error.handle.dispose();
      return -1;
    }
  }

  async #waitForWork(): Promise<void> {
    const timerAt = this.#guest.nextTimerAt;
    if (this.#fetches.hasEvents || this.#engine.polls.stopped) return;
    await new Promise<void>((resolve) => {
      const delay = Math.max(0, Math.ceil(timerAt - this.#now()));
      const timeout = timerAt < 0 ? null : setTimeout(resolve, delay);
      this.#wake = () => {
        if (timeout !== null) clearTimeout(timeout);
        resolve();
      };
    });
    this.#wake = null;
    this.#engine.polls.waited();
  }
}
