/** Who is attached: adds and drops terminals, hands every new log event to each, and knows when the last one left. */

import type { SessionState } from '../../protocol/control.ts';
import type { LogEvent } from '../../protocol/events.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { clipUtf8 } from '../../protocol/utf8.ts';
import type { Clock } from './clock.ts';
import type { Log, LogEntry } from './log.ts';
import { Signal } from './signal.ts';
import type { Terminal } from './terminal.ts';

/** The code of WebSocket itself: connecting again may help. */
const CLOSED_NORMALLY = 1000;
/** Room for what tells terminals of one name apart. */
const NUMBER_BYTES = 8;

export class Presence {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #fatal: (error: unknown) => void;
  readonly #terminals = new Map<number, Terminal>();
  /** Resolved when a terminal read on or left. */
  readonly #moved = new Signal();
  #lastLeftAt = Number.NEGATIVE_INFINITY;

  /** `fatal` is called when an event cannot be stored: what is in memory is then ahead of the store. */
  constructor(log: Log, clock: Clock, fatal: (error: unknown) => void) {
    this.#log = log;
    this.#clock = clock;
    this.#fatal = fatal;
  }

  get size(): number {
    return this.#terminals.size;
  }

  /** Milliseconds since the last terminal left; 0 while one is attached, infinity before the first came. */
  get emptyFor(): number {
    return this.#terminals.size > 0 ? 0 : this.#clock.now() - this.#lastLeftAt;
  }

  list(): SessionState['terminals'] {
    return [...this.#terminals.values()].map(({ identity: { id, name, role } }) => ({ id, name, role }));
  }

  /** `wanted`, or with a number behind it, in place of the one it may have, while someone else has that name. */
  freeName(wanted: string): string {
    const taken = new Set(this.list().map(({ name }) => name));
    if (!taken.has(wanted)) return wanted;
    const base = wanted.replace(/ \d+$/, '');
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${clipUtf8(base, LIMITS.label - NUMBER_BYTES)} ${number}`;
      if (!taken.has(name)) return name;
    }
  }

  /** Whether a terminal of `client` is attached. */
  has(client: string): boolean {
    return [...this.#terminals.values()].some(({ identity }) => identity.client === client);
  }

  /** Ends the lines that a client has: it says hello on another one, whether their loss was noticed here or not. */
  drop(client: string): void {
    for (const terminal of [...this.#terminals.values()]) {
      if (terminal.identity.client !== client) continue;
      this.remove(terminal);
      terminal.close(CLOSED_NORMALLY, 'This client has attached again.');
    }
  }

  nextId(): number {
    return Math.max(0, ...this.#terminals.keys()) + 1;
  }

  add(terminal: Terminal): void {
    this.#terminals.set(terminal.identity.id, terminal);
  }

  remove(terminal: Terminal): void {
    if (this.#terminals.get(terminal.identity.id) !== terminal) return;
    this.#terminals.delete(terminal.identity.id);
    this.#lastLeftAt = this.#clock.now();
    this.#moved.fire();
  }

  each(fn: (terminal: Terminal) => void): void {
    for (const terminal of this.#terminals.values()) fn(terminal);
  }

  /** Stores an event and offers it to every terminal. Never throws: it is called from timers and from the guest's writes. */
  publish(event: LogEvent): void {
    try {
      this.offer(this.#log.append(event));
    } catch (error) {
      this.#fatal(error);
    }
  }

  /** For events that were appended inside a transaction: offer them once it is through. */
  offer(entry: LogEntry): void {
    for (const terminal of this.#terminals.values()) terminal.offer(entry);
  }

  /** A terminal granted credit. */
  granted(terminal: Terminal, through: number): void {
    terminal.grant(through);
    terminal.catchUp(this.#log);
    this.#moved.fire();
  }

  /** A terminal proved that it has read up to a mark. */
  proved(terminal: Terminal, mark: number): void {
    terminal.prove(mark);
    terminal.catchUp(this.#log);
    this.#moved.fire();
  }

  /** A promise while a lossless terminal of `client` lags too far; it settles once it read on or left. */
  backpressure(client: string): Promise<void> | undefined {
    return this.#isLagging(client) ? this.#caughtUp(client) : undefined;
  }

  async #caughtUp(client: string): Promise<void> {
    while (this.#isLagging(client)) await this.#moved.wait();
  }

  #isLagging(client: string): boolean {
    for (const terminal of this.#terminals.values()) {
      const { identity, lag } = terminal;
      if (identity.lossless && identity.client === client && lag > LIMITS.losslessLag) return true;
    }
    return false;
  }
}
