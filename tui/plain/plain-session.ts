/**
 * A session as plain mode sees it: submits one thing at a time, writes what that prints where it belongs, and tells how
 * it ended. Loses no output over any number of connections.
 */

import { randomUUID } from 'node:crypto';
import type { Answer, Question, ServerBody, SessionState } from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { InputOutcome, LogEvent, ProgramOutcome } from '../../protocol/events.ts';
import type { Language } from '../arguments/options.ts';
import type { ClientClock } from '../client/clock.ts';
import type { ConnectionListener, SessionConnection } from '../client/connection.ts';
import { displayText } from '../client/display.ts';
import type { Program } from '../client/program-upload.ts';
import type { Ask } from '../client/replies.ts';
import type { OpenSocket } from '../client/socket.ts';
import { EXIT, ExitError } from '../exit.ts';
import type { Io } from '../io.ts';
import { attach, endedError } from './connect.ts';
import { StdinLines } from './stdin-lines.ts';
import { TextStream, textFor } from './terminal-text.ts';
import { WAITING_MILLISECONDS, waitingText } from './waiting.ts';
import { Work } from './work.ts';

export interface Input {
  readonly language: Language;
  readonly code: string;
  /** Seconds; null for the server's default. */
  readonly timeout: number | null;
}

export interface PlainSessionOptions {
  readonly open: OpenSocket;
  /** Its name. */
  readonly session: string;
  readonly clock: ClientClock;
  /** Inputs that ask for a line read the standard input of this process, which else has no more. */
  readonly readsStdin: boolean;
}

export class PlainSession implements ConnectionListener {
  /** Which client it is, over all its lines. */
  readonly client = randomUUID();
  readonly #options: PlainSessionOptions;
  readonly #io: Io;
  readonly #connection: SessionConnection;
  readonly #stderr: TextStream;
  readonly #stdin: StdinLines | null;
  /** Resolves while the line is up. */
  #online: Promise<void>;
  #settleOnline: { resolve(): void; reject(error: Error): void } | null = null;
  #work: Work | null = null;
  #ended: Error | null = null;
  #isLost = false;
  /** Numbers of all that was submitted here: what it does later is its output as well. */
  readonly #own = { input: new Set<number>(), program: new Set<number>() };
  /** Where the log ended at the last WELCOME, and how far it was read. */
  #head = 0;
  #read = 0;
  #hasGap = false;
  #wasInterrupted = false;
  #state: SessionState | null = null;

  constructor(options: PlainSessionOptions, io: Io) {
    this.#options = options;
    this.#io = io;
    this.#stderr = new TextStream(io.stderr);
    this.#stdin = options.readsStdin ? new StdinLines(io.stdin) : null;
    this.#online = this.#whenOnline();
    this.#connection = attach(
      { open: options.open, client: this.client, readOnly: false, lossless: true, from: null },
      this,
    );
  }

  /** Resolves once the input has ended. Throws `ExitError`. */
  async submit({ language, code, timeout }: Input): Promise<InputOutcome> {
    const { clock, session } = this.#options;
    const stopWaiting = clock.after(WAITING_MILLISECONDS, () => this.#tellWaiting({ language, session }));
    try {
      return await this.#do<InputOutcome>(
        'input',
        () => this.#connection.submit({ language, code, timeout }),
        (event, number) => (event.name === 'done' && event.body.input === number ? event.body.outcome : null),
      );
    } finally {
      stopWaiting();
    }
  }

  /** As `submit`, for a program. */
  run(program: Program): Promise<ProgramOutcome> {
    return this.follow(() => this.#connection.run(program));
  }

  /**
   * As `run`, for a program that is started another way: `start` resolves with its number, or rejects. Nothing that it
   * prints is missed.
   */
  follow(start: () => Promise<number>): Promise<ProgramOutcome> {
    return this.#do<ProgramOutcome>('program', start, (event, number) =>
      event.name === 'exit' && event.body.program === number ? event.body.outcome : null,
    );
  }

  /** Throws `ExitError`. */
  async ask(question: Question): Promise<Answer> {
    for (;;) {
      await this.#online;
      try {
        return await this.#connection.ask(question);
      } catch (error) {
        // Questions do not outlive their line: this one is asked again over the next.
        if (error instanceof ProtocolError || !this.#isLost) throw asExitError(error);
      }
    }
  }

  /** Whether something was interrupted from here. */
  get wasInterrupted(): boolean {
    return this.#wasInterrupted;
  }

  /** Interrupts what runs for this terminal. False if nothing does. */
  interrupt(): boolean {
    if (this.#work === null) return false;
    this.#work.isInterrupted = true;
    this.#wasInterrupted = true;
    this.#sendInterrupt();
    return true;
  }

  close(): void {
    this.#stdin?.close();
    this.#connection.close();
  }

  async #do<Outcome>(
    cause: 'input' | 'program',
    request: () => Promise<number>,
    outcomeOf: (event: LogEvent, number: number) => Outcome | null,
  ): Promise<Outcome> {
    await this.#online;
    if (this.#ended !== null) throw this.#ended;
    return new Promise<Outcome>((resolve, reject) => {
      const accepted = request();
      const work = new Work(cause, {
        end: (event, number) => {
          const outcome = outcomeOf(event, number);
          if (outcome !== null) resolve(outcome);
          return outcome !== null;
        },
        fail: reject,
      });
      this.#work = work;
      work.accept(
        accepted.then(
          (number) => this.#accepted(work, number),
          (error: unknown) => {
            this.#work = null;
            reject(asExitError(error));
          },
        ),
      );
    });
  }

  #accepted(work: Work, number: number): void {
    work.number = number;
    this.#own[work.cause].add(number);
    if (work.isInterrupted) this.#sendInterrupt();
  }

  #tellWaiting(input: { readonly language: Language; readonly session: string }): void {
    const number = this.#work?.number ?? null;
    if (number === null || this.#state === null) return;
    const text = waitingText(this.#state, number, input);
    if (text !== null) this.#io.inform(text);
  }

  #sendInterrupt(): void {
    const target = this.#work?.target ?? null;
    if (target !== null) this.#connection.interrupt(target);
  }

  welcome({ head }: ServerBody<'welcome'>, isAnotherLog: boolean): void {
    this.#head = head;
    if (isAnotherLog) this.#fail(new ExitError(EXIT.unreachable, 'the session was made anew; what ran here is lost'));
    if (this.#work?.isInterrupted) this.#sendInterrupt();
    if (this.#isLost) this.#io.inform('connected again');
    this.#isLost = false;
    this.#settleOnline?.resolve();
  }

  event(seq: number, event: LogEvent): Promise<void> | undefined {
    const work = this.#work;
    if (work !== null && work.number === null) return work.accepted.then(() => this.#take(seq, event));
    return this.#take(seq, event);
  }

  #take(seq: number, event: LogEvent): Promise<void> | undefined {
    this.#read = seq;
    if (event.name === 'output') {
      const { cause, number, stream, bytes } = event.body;
      if (!this.#own[cause].has(number)) return undefined;
      return stream === 'stdout' ? this.#io.stdout.write(bytes) : this.#stderr.write(bytes);
    }
    if (event.name === 'ask' && this.#own.input.has(event.body.input)) void this.#reply({ seq, ...event.body });
    if (event.name === 'display' && this.#own.input.has(event.body.input)) {
      return this.#io.stdout.write(textFor(this.#io.stdout, displayText(event.body.bundle)));
    }
    if (event.name === 'notice' && event.body.level === 'warning') this.#io.warn(event.body.text);
    if (this.#work?.end(event)) {
      this.#work = null;
      return this.#stderr.end();
    }
    this.#checkForLoss();
    return undefined;
  }

  gap(from: number, to: number): undefined {
    this.#read = to;
    this.#hasGap = true;
    this.#io.warn(`output is missing: the session no longer keeps the events ${from} to ${to} of its log`);
  }

  state(state: SessionState): void {
    this.#state = state;
    this.#checkForLoss();
  }

  lost(): void {
    this.#isLost = true;
    this.#state = null;
    this.#online = this.#whenOnline();
    this.#io.warn('the connection is lost; trying to get it back');
  }

  /** What ran there has ended with it, and this command is not to start it again. */
  stopped(error: Error): void {
    this.#connection.close();
    this.ended(error);
  }

  ended(error: Error): void {
    this.#ended = endedError(error);
    this.#settleOnline?.reject(this.#ended);
    this.#fail(this.#ended);
  }

  async #reply(ask: Ask): Promise<void> {
    const line = (await this.#stdin?.next()) ?? null;
    if (this.#work?.cause === 'input' && this.#work.number === ask.input) this.#connection.reply(ask, line);
  }

  #whenOnline(): Promise<void> {
    const online = new Promise<void>((resolve, reject) => {
      this.#settleOnline = { resolve, reject };
    });
    online.catch(() => undefined);
    return online;
  }

  /** After a gap the end of what runs here may be among the events that are gone. */
  #checkForLoss(): void {
    const work = this.#work;
    if (!this.#hasGap || this.#state === null || work === null || this.#read < this.#head) return;
    if (work.number !== null && !work.isIn(this.#state)) {
      this.#fail(new ExitError(EXIT.unreachable, 'it has ended, but the log no longer tells how'));
    }
  }

  #fail(error: Error): void {
    this.#work?.fail(error);
    this.#work = null;
  }
}

function asExitError(error: unknown): ExitError {
  if (error instanceof ExitError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ExitError(EXIT.unreachable, error instanceof ProtocolError ? `refused: ${message}` : message);
}
