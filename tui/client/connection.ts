/**
 * A terminal's connection to its session, over any number of sockets: says hello, brings every log event once and in
 * order, grants credit as events are processed, and connects again when the line is lost.
 */

import { type Message, MessageAssembler } from '../../protocol/assembler.ts';
import { shouldReconnect } from '../../protocol/close.ts';
import {
  type Answer,
  type ClientBody,
  decodeServer,
  encodeClient,
  type Question,
  type ServerBody,
  type ServerMessage,
  type SessionState,
} from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { decodeLog, type LogEvent } from '../../protocol/events.ts';
import { CHANNEL_LOG, decodeFrames, encodedLength } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { LogCursor } from '../../protocol/resume.ts';
import { MINOR, PING } from '../../protocol/version.ts';
import { Backoff } from './backoff.ts';
import type { ClientClock } from './clock.ts';
import { KeepAlive } from './keep-alive.ts';
import { LogDelivery } from './log-delivery.ts';
import { type Program, type StdinSource, StdinUpload, sendProgram } from './program-upload.ts';
import { type Ask, Replies } from './replies.ts';
import { Requests } from './requests.ts';
import { ConnectError, type OpenSocket, ServerStoppedError, type Socket } from './socket.ts';

export interface ConnectionOptions {
  readonly open: OpenSocket;
  readonly clock: ClientClock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** 16 to 64 letters, digits, `_` and `-`: this client for as long as it lives. */
  readonly client: string;
  /** What others see. */
  readonly name: string;
  readonly version: string;
  readonly readOnly: boolean;
  readonly lossless: boolean;
  /** First log event wanted; null for only what is new. */
  readonly from: number | null;
  /** Give up when no connection could be had for so long; null: never. */
  readonly giveUpAfterMilliseconds: number | null;
}

/** Called in order. When `event` or `gap` returns a promise, the log waits for it. */
export interface ConnectionListener {
  welcome(welcome: ServerBody<'welcome'>, isAnotherLog: boolean): void;
  event(seq: number, event: LogEvent): Promise<void> | undefined;
  gap(from: number, to: number): Promise<void> | undefined;
  state(state: SessionState): void;
  /** For so many seconds the server has not answered, though it is known as attached; 0 when it does again. */
  unanswered?(seconds: number): void;
  /** The line is lost; it is being opened again. */
  lost(): void;
  /** The server was stopped on purpose: the line comes back once it runs again. Once for each line that is lost. */
  stopped(error: Error): void;
  /** It will not come back. Nothing follows. */
  ended(error: Error): void;
}

type Accepted = (number: number) => void;

const ignore: Accepted = () => undefined;

export class SessionConnection {
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  readonly #cursor: LogCursor;
  readonly #requests = new Requests();
  readonly #replies = new Replies((bytes) => this.#send(bytes));
  readonly #backoff: Backoff;
  readonly #delivery: LogDelivery;
  readonly #keepAlive: KeepAlive;
  /** Standard inputs under way, by channel. */
  readonly #stdins = new Map<number, StdinUpload>();
  /** The open line; null while there is none. */
  #socket: Socket | null = null;
  /** Counts the lines, so that what comes late from an earlier one is recognised. */
  #line = 0;
  #isWelcome = false;
  /** By which the others know this terminal: kept over lines, as far as nobody else has taken it meanwhile. */
  #name: string;
  /** This terminal's number in STATE. */
  #number = 0;
  #isEnded = false;
  #isStopped = false;
  #offlineSince: number;
  #assembler = new MessageAssembler(LIMITS.serverMessage);
  #cancelReconnect: () => void = () => undefined;
  #nextChannel = 3;

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#name = options.name;
    this.#listener = listener;
    this.#cursor = new LogCursor(options.from);
    this.#backoff = new Backoff(options.random);
    this.#offlineSince = options.clock.now();
    this.#delivery = new LogDelivery(
      (through) => this.#send(encodeClient('credit', { through })),
      (error) => this.#end(error),
    );
    this.#keepAlive = new KeepAlive(options.clock, {
      ping: () => this.#socket?.send(PING),
      unanswered: (seconds) => {
        if (this.#isWelcome) this.#listener.unanswered?.(seconds);
      },
      silent: () => this.#reconnect(new ConnectError('The server fell silent.')),
    });
  }

  /** Opens the first line. */
  start(): void {
    void this.#connect();
  }

  /** The server runs again: does not wait any longer to get the line back. */
  hurry(): void {
    if (this.#socket !== null || this.#isEnded) return;
    this.#dropLine();
    void this.#connect();
  }

  /** Detaches for good. What was not accepted yet is rejected. */
  close(): void {
    this.#stop(new Error('The terminal was closed.'));
  }

  /**
   * Resolves with the input's number once the session has it safe; `accepted` is told the number before any event of the
   * input arrives. Rejects with `ProtocolError` if it is refused.
   */
  submit(input: Omit<ClientBody<'submit'>, 'request'>, accepted: Accepted = ignore): Promise<number> {
    this.#keepAlive.asked();
    return this.#requests.request((request) => this.#send(encodeClient('submit', { ...input, request })), accepted);
  }

  /** As `submit`, for a program. */
  async run(program: Program, accepted: Accepted = ignore): Promise<number> {
    const channel = this.#takeChannel();
    const stdin = program.stdin === null ? null : this.#takeChannel();
    return this.#requests.request(
      (request) => sendProgram(program, request, channel, stdin, (bytes) => this.#send(bytes)),
      (number) => {
        accepted(number);
        if (program.stdin !== null && stdin !== null) this.#pumpStdin(stdin, program.stdin);
      },
    );
  }

  /** Null: whatever the kernels run. */
  interrupt(target: ClientBody<'interrupt'>['target']): void {
    this.#keepAlive.asked();
    this.#send(encodeClient('interrupt', { target }));
  }

  /** Gives an input the line it asked for; null: there is no more. Throws `ProtocolError` for one that is too long. */
  reply(ask: Ask, text: string | null): void {
    this.#replies.give(ask, text);
  }

  /** Rejects when the line is lost before the answer came. */
  ask(question: Question): Promise<Answer> {
    this.#keepAlive.asked();
    return this.#requests.query((query) => this.#send(encodeClient('query', { query, question })));
  }

  #takeChannel(): number {
    const channel = this.#nextChannel;
    this.#nextChannel = channel >= 0xffff ? 3 : channel + 2;
    return channel;
  }

  #pumpStdin(channel: number, source: StdinSource): void {
    const upload = new StdinUpload(channel, source, (bytes) => this.#send(bytes));
    this.#stdins.set(channel, upload);
    upload
      .pump()
      .catch(() => undefined)
      .finally(() => this.#stdins.delete(channel));
  }

  async #connect(): Promise<void> {
    const line = ++this.#line;
    try {
      const socket = await this.#options.open({
        message: (data) => this.#isCurrent(line) && this.#receive(data),
        close: (code, reason) => this.#isCurrent(line) && this.#closed(code, reason),
      });
      if (!this.#isCurrent(line)) return socket.close();
      this.#socket = socket;
      this.#sayHello();
    } catch (error) {
      if (!this.#isCurrent(line)) return;
      const refusal = error instanceof ConnectError ? error : new ConnectError(String(error));
      if (refusal instanceof ServerStoppedError) this.#stopped(refusal);
      if (refusal.retry) this.#reconnect(refusal);
      else this.#end(refusal);
    }
  }

  #stopped(error: Error): void {
    if (!this.#isStopped) this.#listener.stopped(error);
    this.#isStopped = true;
  }

  #isCurrent(line: number): boolean {
    return line === this.#line && !this.#isEnded;
  }

  #sayHello(): void {
    const { client, version, readOnly, lossless } = this.#options;
    const hello = { minor: MINOR, client, name: this.#name, version, readOnly, lossless, ...this.#cursor.hello() };
    this.#assembler = new MessageAssembler(LIMITS.serverMessage);
    this.#socket?.send(encodeClient('hello', hello));
    this.#keepAlive.start();
  }

  #send(bytes: Uint8Array): void {
    this.#socket?.send(bytes);
  }

  #receive(data: Uint8Array | string): void {
    this.#keepAlive.heard();
    if (typeof data === 'string') return;
    try {
      for (const frame of decodeFrames(data)) {
        const message = this.#assembler.push(frame);
        if (message === null) continue;
        if (message.channel === CHANNEL_LOG) this.#receiveLog(message);
        else this.#receiveControl(decodeServer(message));
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end(new ConnectError(`The server broke the protocol: ${error.message}`, error.toWire()));
    }
  }

  #receiveLog(message: Message): void {
    const item = decodeLog(message);
    const bytes = encodedLength(message);
    if (item === null) {
      this.#cursor.event(message.seq);
      this.#delivery.push(bytes, () => undefined);
    } else if (item.kind === 'gap') {
      const gap = this.#cursor.gap(item.from, item.to);
      this.#delivery.push(bytes, () => (gap === null ? undefined : this.#listener.gap(gap.from, gap.to)));
    } else {
      const isFresh = this.#cursor.event(item.seq) === 'fresh';
      this.#replies.event(item.event);
      this.#delivery.push(bytes, () => (isFresh ? this.#listener.event(item.seq, item.event) : undefined));
    }
  }

  #receiveControl(message: ServerMessage | null): void {
    switch (message?.name) {
      case 'welcome':
        this.#welcome(message.body);
        break;
      case 'accepted':
        this.#requests.accepted(message.body);
        break;
      case 'answer':
        this.#requests.answered(message.body);
        break;
      case 'error': {
        const isMine = this.#requests.failed(message.body);
        if (!isMine && !message.body.retry) this.#end(new ConnectError(message.body.message, message.body));
        break;
      }
      case 'state':
        this.#name = message.body.terminals.find(({ id }) => id === this.#number)?.name ?? this.#name;
        this.#listener.state(message.body);
        break;
      case 'mark':
        this.#send(encodeClient('proof', message.body));
        break;
      case 'dataCredit':
        this.#stdins.get(message.body.channel)?.grant(message.body.through);
        break;
    }
  }

  #welcome(welcome: ServerBody<'welcome'>): void {
    const isAnother = this.#cursor.welcome(welcome.epoch, welcome.head);
    this.#isWelcome = true;
    this.#isStopped = false;
    this.#number = welcome.terminal;
    this.#backoff.succeeded();
    this.#delivery.restart();
    // First, so that the listener may ask.
    this.#requests.online();
    this.#replies.online();
    this.#listener.welcome(welcome, isAnother);
    this.#keepAlive.start();
  }

  #closed(code: number, reason: string): void {
    const error = new ConnectError(reason === '' ? 'The connection was lost.' : reason);
    if (shouldReconnect(code)) this.#reconnect(error);
    else this.#end(error);
  }

  #reconnect(cause: ConnectError): void {
    const { clock, giveUpAfterMilliseconds } = this.#options;
    if (this.#isWelcome) {
      this.#offlineSince = clock.now();
      this.#listener.lost();
    }
    this.#dropLine();
    if (giveUpAfterMilliseconds !== null && clock.now() - this.#offlineSince >= giveUpAfterMilliseconds) {
      this.#end(cause);
      return;
    }
    this.#cancelReconnect = clock.after(this.#backoff.next(), () => void this.#connect());
  }

  #dropLine(): void {
    this.#line += 1;
    this.#isWelcome = false;
    this.#cancelReconnect();
    this.#keepAlive.stop();
    this.#socket?.close();
    this.#socket = null;
    this.#requests.offline();
    for (const stdin of this.#stdins.values()) stdin.close();
  }

  #end(error: Error): void {
    if (this.#isEnded) return;
    this.#stop(error);
    this.#listener.ended(error);
  }

  #stop(error: Error): void {
    this.#isEnded = true;
    this.#dropLine();
    this.#requests.abandon(error);
  }
}
