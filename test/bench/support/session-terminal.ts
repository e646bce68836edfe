/** A terminal attached to a session of the product, as the command line attaches. */

import { stripVTControlCharacters } from 'node:util';
import type { Answer, Question, SessionState } from '../../../protocol/control.ts';
import type { EventBody, LogEvent } from '../../../protocol/events.ts';
import type { SessionConnection } from '../../../tui/client/connection.ts';
import { nodeSockets } from '../../../tui/node-socket.ts';
import { attach } from '../../../tui/plain/connect.ts';
import type { Product } from './product.ts';

type Done = EventBody<'done'>;

export interface SessionTerminalOptions {
  readonly lossless?: boolean;
  /** Of its inputs; TypeScript without it. */
  readonly language?: 'ts' | 'py';
  /** Called with what inputs print, as it arrives. */
  readonly output?: (bytes: Uint8Array) => void;
}

export class SessionTerminal {
  readonly #connection: SessionConnection;
  readonly #language: 'ts' | 'py';
  readonly #output: (bytes: Uint8Array) => void;
  /** Who waits for the end of an input, by its number. */
  readonly #ends = new Map<number, (done: Done) => void>();
  /** What to tell all who wait when the terminal fails. */
  readonly #waiting = new Set<(error: Error) => void>();
  /** Who waits for the end of the program that runs from here. */
  #exit: (exit: EventBody<'exit'>) => void = () => undefined;
  #busy: readonly number[] = [];
  #welcomed: () => void = () => undefined;
  #stateChanged: () => void = () => undefined;

  private constructor(product: Product, session: string, options: SessionTerminalOptions) {
    this.#language = options.language ?? 'ts';
    this.#output = options.output ?? (() => undefined);
    this.#connection = attach(
      {
        open: nodeSockets(product.server, session),
        readOnly: false,
        lossless: options.lossless ?? false,
        from: null,
      },
      {
        welcome: () => this.#welcomed(),
        event: (_, event) => this.#event(event),
        gap: (from, to) => this.#fail(new Error(`A terminal missed the events ${from} to ${to}.`)),
        state: (state) => this.#state(state),
        lost: () => this.#fail(new Error('A terminal lost its connection.')),
        stopped: (error) => this.#fail(error),
        ended: (error) => this.#fail(error),
      },
    );
  }

  /** Resolves once it is attached. */
  static async open(product: Product, session: string, options: SessionTerminalOptions = {}): Promise<SessionTerminal> {
    const terminal = new SessionTerminal(product, session, options);
    await terminal.#wait<void>((resolve) => {
      terminal.#welcomed = resolve;
    });
    return terminal;
  }

  /** Submits `code`: its number, once it is accepted, and how it ended, once that has arrived. */
  submit(code: string): { readonly accepted: Promise<number>; readonly done: Promise<Done> } {
    let finish: (done: Done) => void = () => undefined;
    const done = this.#wait<Done>((resolve) => {
      finish = resolve;
    });
    const accepted = this.#connection.submit({ code, language: this.#language, timeout: null }, (number) =>
      this.#ends.set(number, finish),
    );
    accepted.catch((error: Error) => this.#fail(error));
    return { accepted, done };
  }

  /** Runs `code`. Resolves with its echo, without colours. Rejects unless it ends well. */
  async evaluate(code: string): Promise<string> {
    const { outcome } = await this.submit(code).done;
    if (outcome.status !== 'ok') throw new Error(`${code} should end well, but: ${JSON.stringify(outcome)}`);
    return stripVTControlCharacters(outcome.text);
  }

  /** Runs `code`, whose echo must be `echo`. */
  async expect(code: string, echo: string): Promise<void> {
    const actual = await this.evaluate(code);
    if (actual !== echo) throw new Error(`${code} should give ${echo}, not ${actual}`);
  }

  /** Runs `code` as a program to its end. Rejects unless its exit status is 0. */
  async run(entry: string, code: string): Promise<void> {
    const source = { path: entry, bytes: new TextEncoder().encode(code) };
    const program = { entry, sources: [source], args: [], env: [], timeout: null, stdin: null };
    let ended: (exit: EventBody<'exit'>) => void = () => undefined;
    const exit = this.#wait<EventBody<'exit'>>((resolve) => {
      ended = resolve;
    });
    this.#exit = ended;
    this.#connection.run(program).catch((error: Error) => this.#fail(error));
    const { outcome } = await exit;
    if (outcome.kind !== 'exit' || outcome.code !== 0) throw new Error(`It ended with ${JSON.stringify(outcome)}.`);
  }

  /** Resolves with how input `number`, which another terminal submitted, ended, once that arrives. */
  ended(number: number): Promise<Done> {
    return this.#wait((resolve) => this.#ends.set(number, resolve));
  }

  /** Resolves once the kernel runs input `number`. */
  async running(number: number): Promise<void> {
    await this.#wait<void>((resolve) => {
      this.#stateChanged = () => {
        if (this.#busy.includes(number)) resolve();
      };
      this.#stateChanged();
    });
  }

  interrupt(): void {
    this.#connection.interrupt(null);
  }

  ask(question: Question): Promise<Answer> {
    return this.#connection.ask(question);
  }

  close(): void {
    this.#connection.close();
  }

  /** What `begin` resolves, unless the terminal fails before. */
  #wait<Result>(begin: (resolve: (result: Result) => void) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      begin((result) => {
        this.#waiting.delete(reject);
        resolve(result);
      });
    });
  }

  #fail(error: Error): undefined {
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  #event(event: LogEvent): undefined {
    if (event.name === 'output') this.#output(event.body.bytes);
    if (event.name === 'exit') this.#exit(event.body);
    if (event.name !== 'done') return;
    this.#ends.get(event.body.input)?.(event.body);
    this.#ends.delete(event.body.input);
  }

  #state({ busy }: SessionState): void {
    this.#busy = busy.map(([, number]) => number);
    this.#stateChanged();
  }
}
