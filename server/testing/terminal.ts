/** For tests: a terminal that speaks the protocol over any line and keeps everything it was sent. */

import { type Message, MessageAssembler } from '../../protocol/assembler.ts';
import {
  type ClientBody,
  decodeServer,
  encodeClient,
  type ServerBody,
  type ServerMessage,
} from '../../protocol/control.ts';
import { decodeLog, type EventBody, type LogEvent } from '../../protocol/events.ts';
import { CHANNEL_LOG, concatBytes, decodeFrames, encodedLength } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { MINOR } from '../../protocol/version.ts';
import { Signal } from '../session/signal.ts';

/** What carries the bytes: a WebSocket of whatever platform. */
export interface Line {
  send(data: Uint8Array | string): void;
  close(code?: number, reason?: string): void;
}

type ServerName = ServerMessage['name'];

export type Received =
  | { readonly kind: 'server'; readonly name: string; readonly body: unknown }
  | { readonly kind: 'event'; readonly seq: number; readonly event: LogEvent }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  | { readonly kind: 'text'; readonly text: string };

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

let clients = 0;

/** A client id that no other terminal of this process has. */
export function newClient(): string {
  clients += 1;
  return `client-of-a-test-${String(clients).padStart(6, '0')}`;
}

export class TestTerminal {
  readonly client: string;
  readonly received: Received[] = [];
  /** Log bytes as they came, one entry a message. */
  readonly logBytes: Uint8Array[] = [];
  closed: Closed | null = null;
  /** Grants credit for all that arrives, and proves to have read it. */
  isReading = true;
  #line: Line | null = null;
  #outbox: Uint8Array[] = [];
  #requests = 0;
  #consumed = 0;
  readonly #moved = new Signal();
  readonly #assembler = new MessageAssembler(LIMITS.serverMessage);

  constructor(client: string = newClient()) {
    this.client = client;
  }

  /** Call before anything is sent; then feed `receive` and `close`. */
  connect(line: Line): void {
    this.#line = line;
  }

  receive(data: Uint8Array | string): void {
    if (typeof data === 'string') this.received.push({ kind: 'text', text: data });
    else for (const frame of decodeFrames(data)) this.#take(this.#assembler.push(frame));
    this.#moved.fire();
  }

  #take(message: Message | null): void {
    if (message === null) return;
    if (message.channel !== CHANNEL_LOG) {
      const decoded = decodeServer(message);
      if (decoded !== null) this.received.push({ kind: 'server', ...decoded });
      if (decoded?.name === 'mark' && this.isReading) this.send(encodeClient('proof', decoded.body));
      return;
    }
    const item = decodeLog(message);
    if (item !== null) this.received.push(item);
    this.logBytes.push(message.payload.slice());
    this.#consumed += encodedLength(message);
    if (this.isReading) this.grant(this.#consumed + LIMITS.credit);
  }

  lost(closed: Closed): void {
    this.closed = closed;
    this.#moved.fire();
  }

  /** Bytes that are sent in one turn go out as one message, since the pool's wrapper of objects may swap messages. */
  send(data: Uint8Array | string): void {
    if (typeof data === 'string') {
      this.#flush();
      this.#line?.send(data);
      return;
    }
    if (this.#outbox.length === 0) queueMicrotask(() => this.#flush());
    this.#outbox.push(data);
  }

  #flush(): void {
    if (this.#outbox.length === 0 || this.closed !== null) return;
    const bytes = concatBytes(this.#outbox);
    this.#outbox = [];
    this.#line?.send(bytes);
  }

  hangUp(): void {
    this.#flush();
    this.isReading = false;
    this.#line?.close(1000, 'done');
  }

  grant(through: number): void {
    this.send(encodeClient('credit', { through }));
  }

  hello(body: Partial<ClientBody<'hello'>> = {}): void {
    const { client } = this;
    const rest = { version: '1', readOnly: false, lossless: false, epoch: null, from: null };
    this.send(encodeClient('hello', { minor: MINOR, client, name: 'a test', ...rest, ...body }));
  }

  /** Returns the request number. */
  submit(code: string, body: Partial<ClientBody<'submit'>> = {}): number {
    const request = body.request ?? ++this.#requests;
    this.send(encodeClient('submit', { request, language: 'js', code, timeout: null, ...body }));
    return request;
  }

  interrupt(target: ClientBody<'interrupt'>['target'] = null): void {
    this.send(encodeClient('interrupt', { target }));
  }

  /** The first item for which `pick` gives something, whether it has come already or comes yet. */
  async find<Found>(pick: (item: Received) => Found | undefined): Promise<Found> {
    for (let at = 0; ; ) {
      for (; at < this.received.length; at++) {
        const item = this.received[at];
        const found = item === undefined ? undefined : pick(item);
        if (found !== undefined) return found;
      }
      if (this.closed !== null) throw new Error(`The line was closed (${this.closed.code} ${this.closed.reason}).`);
      await this.#moved.wait();
    }
  }

  server<Name extends ServerName>(
    name: Name,
    test: (body: ServerBody<Name>) => boolean = () => true,
  ): Promise<ServerBody<Name>> {
    return this.find((item) => {
      if (item.kind !== 'server' || item.name !== name) return undefined;
      const body = item.body as ServerBody<Name>;
      return test(body) ? body : undefined;
    });
  }

  done(input: number): Promise<EventBody<'done'>> {
    return this.find(({ kind, ...item }) => {
      if (kind !== 'event' || !('event' in item) || item.event.name !== 'done') return undefined;
      return item.event.body.input === input ? item.event.body : undefined;
    });
  }

  /** Submits, waits for the end and gives it. */
  async run(code: string, body: Partial<ClientBody<'submit'>> = {}): Promise<EventBody<'done'>> {
    const request = this.submit(code, body);
    const { number } = await this.server('accepted', (accepted) => accepted.request === request);
    return this.done(number);
  }

  /** The echo of a result, without colours; throws if the input ended otherwise. */
  async show(code: string): Promise<string> {
    const { outcome } = await this.run(code);
    if (outcome.status !== 'ok') throw new Error(`${code} ended as ${JSON.stringify(outcome)}`);
    return outcome.text.replace(/\u001b\[[\d;]*m/g, '');
  }

  events(): LogEvent[] {
    return this.received.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
  }

  /** What inputs wrote so far. */
  output(input: number): string {
    const parts = this.events().flatMap((event) =>
      event.name === 'output' && event.body.number === input ? [event.body.bytes] : [],
    );
    return parts.map((part) => new TextDecoder().decode(part)).join('');
  }

  /** Settles when so many bytes of the log have come. */
  async hasRead(bytes: number): Promise<void> {
    while (this.#consumed < bytes && this.closed === null) await this.#moved.wait();
  }

  async ended(): Promise<Closed> {
    while (this.closed === null) await this.#moved.wait();
    return this.closed;
  }
}
