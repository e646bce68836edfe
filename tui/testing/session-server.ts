/** For tests: the server's end of lines in memory. It speaks the real protocol; what it says is up to the test. */

import { MessageAssembler } from '../../protocol/assembler.ts';
import { type ClientMessage, decodeClient, encodeServer, type ServerBody } from '../../protocol/control.ts';
import { encodeEvent, encodeGap, type LogEvent } from '../../protocol/events.ts';
import { CHANNEL_CONTROL, concatBytes, decodeFrames } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { OpenSocket, SocketHandlers } from '../client/socket.ts';

export class SessionServer {
  readonly lines: ServerLine[] = [];
  /** Thrown at whoever wants to connect. */
  refusal: Error | null = null;
  readonly #waiting: ((line: ServerLine) => void)[] = [];

  readonly open: OpenSocket = async (handlers) => {
    if (this.refusal !== null) throw this.refusal;
    const line = new ServerLine(handlers, () => this.#waiting.shift()?.(line));
    this.lines.push(line);
    return line.socket;
  };

  /** The next line on which a client says hello. */
  greeted(): Promise<ServerLine> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

export class ServerLine {
  /** Control messages that arrived, in order. */
  readonly received: ClientMessage[] = [];
  /** Bytes that arrived on each data channel, and which of these ended. */
  readonly data = new Map<number, Uint8Array>();
  readonly finished = new Set<number>();
  /** Texts that arrived: the keep-alive. */
  readonly texts: string[] = [];
  isClosed = false;
  readonly #handlers: SocketHandlers;
  readonly #greeted: () => void;
  readonly #assembler = new MessageAssembler(LIMITS.clientMessage);

  constructor(handlers: SocketHandlers, greeted: () => void) {
    this.#handlers = handlers;
    this.#greeted = greeted;
  }

  readonly socket = {
    send: (data: Uint8Array | string): void => this.#receive(data),
    close: (): void => {
      this.isClosed = true;
    },
  };

  /** Messages of one kind. */
  all<Name extends ClientMessage['name']>(name: Name): Extract<ClientMessage, { name: Name }>['body'][] {
    return this.received.flatMap((message) => (message.name === name ? [message.body] : [])) as never;
  }

  say<Name extends Parameters<typeof encodeServer>[0]>(name: Name, body: ServerBody<Name>): void {
    this.send(encodeServer(name, body));
  }

  welcome(body: Partial<ServerBody<'welcome'>> = {}): void {
    const usual = { minor: 0, version: '0.1.0', session: 'main', epoch: 'e1', tail: 1, head: 0, terminal: 1 };
    this.say('welcome', { ...usual, role: 'owner', ...body });
  }

  event(seq: number, event: LogEvent): void {
    this.send(encodeEvent(seq, event));
  }

  gap(from: number, to: number): void {
    this.send(encodeGap(from, to));
  }

  /** All parts in one message. */
  send(...parts: readonly Uint8Array[]): void {
    this.#handlers.message(concatBytes(parts));
  }

  sendText(text: string): void {
    this.#handlers.message(text);
  }

  /** The line ends. 1006: it breaks. */
  lose(code = 1006, reason = ''): void {
    this.#handlers.close(code, reason);
  }

  #receive(data: Uint8Array | string): void {
    if (this.isClosed) throw new Error('A closed line was written to.');
    if (typeof data === 'string') {
      this.texts.push(data);
      return;
    }
    for (const frame of decodeFrames(data)) {
      const message = this.#assembler.push(frame);
      if (message === null) continue;
      if (message.channel === CHANNEL_CONTROL) this.#control(decodeClient(message));
      else this.#data(message.channel, message.seq, message.payload, message.last);
    }
  }

  #control(message: ClientMessage | null): void {
    if (message === null) return;
    this.received.push(message);
    if (message.name === 'hello') this.#greeted();
  }

  #data(channel: number, offset: number, payload: Uint8Array, isLast: boolean): void {
    const before = this.data.get(channel) ?? new Uint8Array();
    if (offset !== before.length) throw new Error(`Channel ${channel} goes on at ${offset}, not at ${before.length}.`);
    this.data.set(channel, concatBytes([before, payload]));
    if (isLast) this.finished.add(channel);
  }
}
