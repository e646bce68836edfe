/** A terminal in a storm: submits inputs, now and then twice, and writes down every event of the log that it is told. */

import { randomUUID } from 'node:crypto';
import type { InputOutcome, LogEvent } from '../../protocol/events.ts';
import { type ConnectionListener, SessionConnection } from '../../tui/client/connection.ts';
import type { Language } from '../../tui/client/session-view.ts';
import type { OpenSocket } from '../../tui/client/socket.ts';
import { nodeClock } from '../../tui/node-clock.ts';
import { CLIENT_VERSION } from '../../tui/version.ts';
import type { Random } from './random.ts';

/** Frame type of SUBMIT. */
const SUBMIT = 0x02;

/** One event as it arrived, in words that can be compared. */
export interface Told {
  readonly seq: number;
  readonly event: string;
}

interface Submission {
  readonly code: string;
  readonly number: number;
  readonly outcome: InputOutcome;
}

export class StormClient implements ConnectionListener {
  readonly told: Told[] = [];
  /** What was submitted here, accepted and told to have ended. */
  readonly submissions: Submission[] = [];
  /** What must not happen. */
  readonly complaints: string[] = [];
  losses = 0;
  /** Where the log ended at the last WELCOME; null before the first. */
  #head: number | null = null;
  #doing = 'has nothing under way';
  #line = 'was never attached';
  readonly #connection: SessionConnection;
  readonly #outcomes = new Map<number, InputOutcome>();
  readonly #waiting = new Set<() => void>();

  constructor(open: OpenSocket, random: Random) {
    this.#connection = new SessionConnection(
      {
        open: repeating(open, random),
        clock: nodeClock,
        random: () => random.next(),
        client: randomUUID(),
        name: 'storm',
        version: CLIENT_VERSION,
        readOnly: false,
        lossless: false,
        from: 1,
        giveUpAfterMilliseconds: null,
      },
      this,
    );
    this.#connection.start();
  }

  /** Resolves with how the input ended, however many lines that takes. */
  async submit(code: string, language: Language = 'js'): Promise<InputOutcome> {
    this.#doing = `waits for the acceptance of ${code}`;
    const number = await this.#connection.submit({ language, code, timeout: null });
    this.#doing = `waits for the end of input ${number}`;
    await this.until(() => this.#outcomes.has(number));
    this.#doing = 'has nothing under way';
    const outcome = this.#outcomes.get(number);
    if (outcome === undefined) throw new Error(`Input ${number} has no outcome.`);
    this.submissions.push({ code, number, outcome });
    return outcome;
  }

  /** Resolves once it was told all events up to `seq`. */
  hasRead(seq: number): Promise<void> {
    return this.until(() => (this.told.at(-1)?.seq ?? 0) >= seq);
  }

  /** Resolves once it was told everything that the log held when it attached. */
  async caughtUp(): Promise<void> {
    await this.until(() => this.#head !== null);
    await this.hasRead(this.#head ?? 0);
  }

  until(test: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!test()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** What it is at, for whoever wonders why it does not get on. */
  get situation(): string {
    return `${this.#line}, was told events up to ${this.told.at(-1)?.seq ?? 0} of ${this.#head ?? 0}, ${this.#doing}`;
  }

  close(): void {
    this.#connection.close();
  }

  welcome({ head }: { head: number }, isAnotherLog: boolean): void {
    this.#head = head;
    this.#line = 'is attached';
    if (isAnotherLog) this.complaints.push(`The log ended at ${head}, before what was told of it.`);
    this.#check();
  }

  event(seq: number, event: LogEvent): undefined {
    this.told.push({ seq, event: describe(event) });
    if (event.name === 'done') this.#outcomes.set(event.body.input, event.body.outcome);
    this.#check();
  }

  gap(from: number, to: number): undefined {
    this.complaints.push(`Events ${from} to ${to} are gone.`);
  }

  state(): void {}

  lost(): void {
    this.losses += 1;
    this.#line = 'has lost its line';
  }

  stopped(error: Error): void {
    this.ended(error);
  }

  ended(error: Error): void {
    this.complaints.push(`It was sent away: ${error.message}`);
    this.#check();
  }

  #check(): void {
    for (const check of this.#waiting) check();
  }
}

/** A line on which SUBMITs are now and then sent twice, as a client does that saw no answer. */
function repeating(open: OpenSocket, random: Random): OpenSocket {
  return async (handlers) => {
    const socket = await open(handlers);
    return {
      ...socket,
      send(data) {
        socket.send(data);
        if (typeof data !== 'string' && data[0] === SUBMIT && random.chance(0.2)) socket.send(data);
      },
    };
  };
}

function describe({ name, body }: LogEvent): string {
  const plain = name === 'output' ? { ...body, bytes: Buffer.from(body.bytes).toString('latin1') } : body;
  return JSON.stringify([name, plain]);
}
