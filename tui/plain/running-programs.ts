/** Looks at a session's running programs: which there are, what they run, and their end. */

import type { ServerBody, SessionState } from '../../protocol/control.ts';
import type { EventBody, LogEvent } from '../../protocol/events.ts';
import type { ConnectionListener, SessionConnection } from '../client/connection.ts';
import type { OpenSocket } from '../client/socket.ts';
import { attach, endedError } from './connect.ts';

export class RunningPrograms implements ConnectionListener {
  readonly #connection: SessionConnection;
  readonly #starts = new Map<number, EventBody<'program'>>();
  #state: SessionState | null = null;
  #head = 0;
  #read = 0;
  #waiting: (() => void)[] = [];
  #error: Error | null = null;

  /** `withStarts`: also read the log, to know what each program runs. */
  constructor(open: OpenSocket, withStarts: boolean) {
    this.#connection = attach({ open, readOnly: false, lossless: false, from: withStarts ? 1 : null }, this);
  }

  /** Numbers of the programs that run. Throws `ExitError`. */
  async running(): Promise<readonly number[]> {
    while (this.#state === null) await this.#change();
    return this.#state.programs;
  }

  /** How a running program was started; null if the log no longer tells. */
  async start(program: number): Promise<EventBody<'program'> | null> {
    while (!this.#starts.has(program) && this.#read < this.#head) await this.#change();
    return this.#starts.get(program) ?? null;
  }

  /** Resolves when it has ended. */
  async kill(program: number): Promise<void> {
    this.#connection.interrupt(['program', program]);
    while ((await this.running()).includes(program)) await this.#change();
  }

  close(): void {
    this.#connection.close();
  }

  welcome({ head }: ServerBody<'welcome'>): void {
    this.#head = head;
  }

  event(seq: number, event: LogEvent): undefined {
    this.#read = seq;
    if (event.name === 'program') this.#starts.set(event.body.program, event.body);
    this.#wake();
  }

  gap(_from: number, to: number): undefined {
    this.#read = to;
    this.#wake();
  }

  state(state: SessionState): void {
    this.#state = state;
    this.#wake();
  }

  lost(): void {}

  stopped(error: Error): void {
    this.#connection.close();
    this.ended(error);
  }

  ended(error: Error): void {
    this.#error = endedError(error);
    this.#wake();
  }

  async #change(): Promise<void> {
    if (this.#error === null) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#error !== null) throw this.#error;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
