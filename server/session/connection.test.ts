/** One connection: the order of its messages, its rate, its time, and what it may break. */

import { beforeEach, describe, expect, it } from 'vitest';
import { MessageAssembler } from '../../protocol/assembler.ts';
import { type ClientMessage, decodeServer, encodeClient, type ServerBody } from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { decodeFrames, encodeFrames } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Connection, type ConnectionHandler } from './connection.ts';
import { newTerminalState, Terminal, type TerminalPort } from './terminal.ts';

const HELLO_MILLISECONDS = 10_000;

const hello = encodeClient('hello', {
  minor: 0,
  client: 'client-of-a-test-1',
  name: 'n',
  version: '1',
  readOnly: false,
  lossless: false,
  epoch: null,
  from: null,
});
const submit = (request: number) => encodeClient('submit', { request, language: 'js', code: '', timeout: null });
const interrupt = encodeClient('interrupt', { target: null });

class Line implements TerminalPort {
  readonly sent: Uint8Array[] = [];
  closed: [number, string] | null = null;
  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }
  close(code: number, reason: string): void {
    this.closed ??= [code, reason];
  }
  save(): void {}

  errors(): ServerBody<'error'>[] {
    const assembler = new MessageAssembler(LIMITS.serverMessage);
    return this.sent.flatMap(decodeFrames).flatMap((frame) => {
      const message = assembler.push(frame);
      const decoded = message && decodeServer(message);
      return decoded?.name === 'error' ? [decoded.body] : [];
    });
  }
}

const identity = { id: 1, name: 'n', role: 'owner', client: 'c', lossless: false, provesReading: true } as const;

class Handler implements ConnectionHandler {
  readonly clock = new ManualClock();
  readonly requests: ClientMessage[] = [];
  readonly fatals: unknown[] = [];
  attached = 0;
  detached = 0;
  refusal: Error | null = null;

  attach(port: TerminalPort): Terminal {
    if (this.refusal) throw this.refusal;
    this.attached += 1;
    return new Terminal(port, newTerminalState(identity, 1));
  }
  request(_: Terminal, __: unknown, request: ClientMessage): void {
    if (this.refusal) throw this.refusal;
    this.requests.push(request);
  }
  detach(): void {
    this.detached += 1;
  }
  fatal(error: unknown): void {
    this.fatals.push(error);
  }
}

let handler: Handler;
let line: Line;
let connection: Connection;

beforeEach(() => {
  handler = new Handler();
  line = new Line();
  connection = new Connection(line, { role: 'owner', session: 's' }, handler, null);
});

describe('a connection', () => {
  it('has ten seconds for its HELLO', () => {
    handler.clock.advance(HELLO_MILLISECONDS - 1);
    expect(line.closed).toBe(null);
    handler.clock.advance(1);
    expect(line.closed?.[0]).toBe(4408);
    connection.receive(hello);
    expect([handler.attached, line.sent]).toEqual([0, []]);
  });

  it('has all the time after it, and no timer once it is closed', () => {
    connection.receive(hello);
    handler.clock.advance(10 * HELLO_MILLISECONDS);
    expect([line.closed, handler.clock.waiting]).toEqual([null, 0]);
    const silent = new Connection(new Line(), { role: 'owner', session: 's' }, handler, null);
    silent.closed();
    expect(handler.clock.waiting).toBe(0);
  });

  it('of before the session slept needs no HELLO again', () => {
    const terminal = new Terminal(line, newTerminalState(identity, 1));
    const woken = new Connection(line, { role: 'owner', session: 's' }, handler, terminal);
    woken.receive(submit(1));
    expect(handler.requests).toMatchObject([{ name: 'submit' }]);
    woken.receive(hello);
    expect(line.closed?.[0]).toBe(4400);
  });

  it('begins with HELLO, and says it once', async () => {
    connection.receive(submit(1));
    expect(line.errors()).toMatchObject([{ code: 'BAD_MESSAGE', about: null }]);
    expect([line.closed?.[0], handler.requests]).toEqual([4400, []]);

    const second = new Line();
    const twice = new Connection(second, { role: 'owner', session: 's' }, handler, null);
    twice.receive(hello);
    twice.receive(hello);
    expect(second.errors()).toMatchObject([{ code: 'BAD_MESSAGE' }]);
    expect([second.closed?.[0], handler.attached, handler.detached]).toEqual([4400, 1, 1]);
  });

  it('is binary', () => {
    connection.receive(hello);
    connection.receiveText();
    expect([line.errors()[0]?.code, line.closed?.[0]]).toEqual(['BAD_FRAME', 4400]);
  });

  it('takes a hundred control frames a second, and not one more', () => {
    connection.receive(hello);
    for (let at = 1; at < LIMITS.controlFramesPerSecond; at++) connection.receive(interrupt);
    expect(line.closed).toBe(null);
    handler.clock.advance(999);
    connection.receive(encodeClient('credit', { through: 1 }));
    expect(line.closed).toBe(null);
    connection.receive(interrupt);
    expect([line.errors()[0]?.code, line.closed?.[0]]).toEqual(['RATE', 4429]);
    expect(handler.requests).toHaveLength(LIMITS.controlFramesPerSecond);
  });

  it('takes another hundred when a second has passed', () => {
    connection.receive(hello);
    for (let second = 0; second < 3; second++) {
      for (let at = second === 0 ? 1 : 0; at < LIMITS.controlFramesPerSecond; at++) connection.receive(interrupt);
      handler.clock.advance(1000);
    }
    expect(line.closed).toBe(null);
  });

  it('survives a refused request, and answers about it', async () => {
    connection.receive(hello);
    handler.refusal = new ProtocolError('INTERNAL', 'no');
    connection.receive(submit(7));
    connection.receive(encodeClient('query', { query: 8, question: { kind: 'files' } }));
    handler.refusal = new ProtocolError('READ_ONLY', 'no');
    connection.receive(interrupt);
    await Promise.resolve();
    expect(line.errors().map(({ about }) => about)).toEqual([['request', 7], ['query', 8], null]);
    expect([line.closed, handler.detached]).toEqual([null, 0]);
  });

  it('that is refused at its HELLO is told and closed', () => {
    handler.refusal = new ProtocolError('RATE', 'full');
    connection.receive(hello);
    expect([line.errors()[0]?.code, line.closed?.[0], handler.clock.waiting]).toEqual(['RATE', 4429, 0]);
  });

  it('hands on what no client can have caused', () => {
    connection.receive(hello);
    const cause = new TypeError('a bug');
    handler.refusal = cause;
    connection.receive(submit(1));
    expect([handler.fatals, line.errors()]).toEqual([[cause], []]);
  });

  it('takes messages of several frames, mixed with data', () => {
    connection.receive(hello);
    const code = 'x'.repeat(200_000);
    const frames = decodeFrames(encodeClient('submit', { request: 1, language: 'js', code, timeout: null }));
    expect(frames).toHaveLength(4);
    for (const { type, flags, payload } of frames) {
      const isLast = (flags & 1) === 0;
      connection.receive(encodeFrames(type, 0, 0, payload, !isLast));
      connection.receive(encodeFrames(0x60, 9, 0, new Uint8Array(1), true));
    }
    expect(handler.requests).toMatchObject([{ name: 'submit', body: { code } }]);
  });

  it('detaches once, however it ends', () => {
    connection.receive(hello);
    connection.receiveText();
    connection.closed();
    connection.closed();
    expect(handler.detached).toBe(1);
  });
});
