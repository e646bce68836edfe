/** For tests: arbitrary messages and events of every kind, and the way from bytes back to messages. */

import * as fc from 'fast-check';
import { type Message, MessageAssembler } from './assembler.ts';
import {
  type ClientBody,
  type ClientMessage,
  encodeClient,
  encodeServer,
  type ServerBody,
  type ServerMessage,
} from './control.ts';
import { ERROR_CODES } from './errors.ts';
import type { LogEvent } from './events.ts';
import { decodeFrames } from './frame.ts';
import { LIMITS } from './limits.ts';
import { decodePayload } from './payload/payload.ts';
import type { Shape } from './payload/shape.ts';

const count = fc.maxSafeNat();
const seconds = fc.double({ min: 0.001, max: LIMITS.timeoutSeconds, noNaN: true });
const milliseconds = fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0);
/** Any well-formed text. */
const words = fc.string({ unit: 'binary', maxLength: 40 });
const label = fc.string({ unit: 'grapheme-ascii', maxLength: 64 });
const language = fc.constantFrom('js' as const, 'ts' as const, 'py' as const);
const role = fc.constantFrom('owner' as const, 'writer' as const, 'reader' as const);
const cause = fc.constantFrom('input' as const, 'program' as const);
const anyCause = fc.constantFrom(
  'fork' as const,

  'input' as const,
  'background' as const,
  'program' as const,
  'files' as const,
  'restore' as const,
);
const entryKind = fc.constantFrom('file' as const, 'directory' as const);
const aboutCode = { language, code: words, cursor: count };
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const is = <const Value>(value: Value) => fc.constant(value);

const program = fc
  .record({
    request: count,
    sources: fc.array(fc.tuple(words, fc.nat(1000)), { minLength: 1, maxLength: 20 }),
    args: fc.array(words, { maxLength: 20 }),
    env: fc.array(fc.tuple(words, words), { maxLength: 20 }),
    channel: fc.nat(16_000).map((number) => 4 * number + 3),
    stdin: orNull(fc.nat(16_000).map((number) => 4 * number + 5)),
    timeout: orNull(seconds),
  })
  .map(({ request, ...rest }) => ({ request, entry: rest.sources[0]?.[0] ?? '', ...rest }));

const clientBodies: { [Name in ClientMessage['name']]: fc.Arbitrary<ClientBody<Name>> } = {
  hello: fc.record({
    minor: count,
    client: fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/),
    name: label,
    version: label,
    readOnly: fc.boolean(),
    lossless: fc.boolean(),
    epoch: orNull(label),
    from: orNull(count),
  }),
  submit: fc.record({ request: count, language, code: words, timeout: orNull(seconds) }),
  interrupt: fc.record({ target: orNull(fc.tuple(cause, count)) }),
  credit: fc.record({ through: count }),
  proof: fc.record({ mark: count }),
  query: fc.record({
    query: count,
    question: fc.oneof(
      fc.record({ kind: is('complete'), ...aboutCode }),
      fc.record({ kind: is('inspect'), ...aboutCode }),
      fc.record({ kind: is('isComplete'), language, code: words }),
      fc.record({ kind: is('split'), language, code: words, from: count }),
      fc.record({ kind: is('variables'), language }),
      fc.record({ kind: is('files') }),
    ),
  }),
  run: program,
  reply: fc.record({ ask: count.map((number) => Math.max(1, number)), text: orNull(words) }),
};

const serverBodies: { [Name in ServerMessage['name']]: fc.Arbitrary<ServerBody<Name>> } = {
  welcome: fc.record({
    minor: count,
    version: label,
    session: label,
    epoch: label,
    tail: count.map((number) => Math.max(1, number)),
    head: count,
    terminal: count,
    role,
  }),
  accepted: fc.record({ request: count, cause, number: count }),
  error: fc.record({
    code: fc.constantFrom(...ERROR_CODES),
    message: words,
    retry: fc.boolean(),
    about: orNull(fc.tuple(fc.constantFrom('request' as const, 'query' as const, 'channel' as const), count)),
  }),
  answer: fc.record({
    query: count,
    answer: fc.oneof(
      fc.record({ kind: is('complete'), from: count, to: count, candidates: fc.array(words), stale: fc.boolean() }),
      fc.record({ kind: is('inspect'), text: orNull(words), stale: fc.boolean() }),
      fc.record({
        kind: is('isComplete'),
        completeness: fc.oneof(
          fc.record({ status: is('complete') }),
          fc.record({ status: is('incomplete'), indent: words }),
          fc.record({ status: is('invalid'), message: words }),
        ),
      }),
      fc.record({ kind: is('split'), inputs: fc.array(fc.tuple(count, count)), through: count }),
      fc.record({
        kind: is('variables'),
        variables: fc.array(fc.record({ name: words, type: words, preview: words })),
        stale: fc.boolean(),
      }),
      fc.record({ kind: is('files'), entries: fc.array(fc.tuple(words, entryKind, count)), revision: count }),
    ),
  }),
  state: fc.record({
    revision: count,
    busy: fc.array(fc.tuple(label, count)),
    queued: fc.array(count),
    programs: fc.array(count),
    terminals: fc.array(fc.record({ id: count, name: label, role })),
  }),
  dataCredit: fc.record({ channel: count, through: count }),
  mark: fc.record({ mark: count }),
};

type EventBodies = { [Event in LogEvent as Event['name']]: fc.Arbitrary<Event['body']> };
const eventBodies: EventBodies = {
  input: fc.record({ at: count, input: count, terminal: words, language, code: words }),
  done: fc.record({
    at: count,
    input: count,
    milliseconds,
    revision: orNull(count),
    outcome: fc.oneof(
      fc.record({ status: is('ok'), text: words, isVoid: fc.boolean(), string: orNull(words) }),
      fc.record({ status: is('error'), name: words, message: words, text: words }),
      fc.record({ status: is('exit'), code: fc.nat(255) }),
      fc.record({
        status: is('interrupted'),
        reason: fc.constantFrom('user' as const, 'fuel' as const),
        kept: fc.boolean(),
      }),
      fc.record({ status: is('aborted'), message: words }),
    ),
  }),
  program: fc.record({ at: count, program: count, terminal: words, entry: words, args: fc.array(words) }),
  exit: fc.record({
    at: count,
    program: count,
    milliseconds,
    outcome: fc.oneof(
      fc.record({ kind: is('exit'), code: count }),
      fc.record({ kind: is('killed') }),
      fc.record({ kind: is('timeout') }),
      fc.record({ kind: is('failed'), message: words }),
    ),
  }),
  files: fc.record({
    at: count,
    revision: count,
    cause: fc.tuple(anyCause, count),
    changes: fc.array(fc.tuple(words, fc.constantFrom('written' as const, 'removed' as const), entryKind, count)),
  }),
  notice: fc.record({
    at: count,
    level: fc.constantFrom('info' as const, 'warning' as const),
    text: words,
    cause: orNull(fc.tuple(anyCause, count)),
  }),
  restored: fc.record({
    at: count,
    revision: count,
    target: count,
    how: fc.constantFrom(...(['undo', 'redo', 'goto', 'restore', 'reset', 'replay'] as const)),
    name: orNull(words),
    terminal: orNull(words),
  }),
  ask: fc.record({ at: count, input: count, isSecret: fc.boolean() }),
  reply: fc.record({
    at: count,
    input: count,
    ask: count.map((number) => Math.max(1, number)),
    terminal: words,
    text: orNull(words),
    isEnd: fc.boolean(),
  }),
  display: fc.record({
    at: count,
    input: count,
    bundle: fc.array(fc.tuple(words, fc.oneof(words, fc.uint8Array({ maxLength: 200 }))), {
      minLength: 1,
      maxLength: 16,
    }),
  }),
  output: fc.record({
    at: count,
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    cause,
    number: count,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  }),
};

function named<Named extends { name: string }>(bodies: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Named> {
  const kinds = Object.entries(bodies).map(([name, body]) => fc.record({ name: is(name), body }));
  return fc.oneof(...kinds).map((message) => message as unknown as Named);
}

export const clientMessages = named<ClientMessage>(clientBodies);
export const serverMessages = named<ServerMessage>(serverBodies);
export const logEvents = named<LogEvent>(eventBodies);
export const sequenceNumbers = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

export const CLIENT_NAMES = Object.keys(clientBodies);
export const SERVER_NAMES = Object.keys(serverBodies);
export const EVENT_NAMES = Object.keys(eventBodies);

export function encodeClientMessage({ name, body }: ClientMessage): Uint8Array {
  return encodeClient(name, body);
}

export function encodeServerMessage({ name, body }: ServerMessage): Uint8Array {
  return encodeServer(name, body);
}

/** The messages in one WebSocket message whose frames leave nothing open. */
export function messagesOf(bytes: Uint8Array, limit: number = LIMITS.serverMessage): Message[] {
  const assembler = new MessageAssembler(limit);
  return decodeFrames(bytes).flatMap((frame) => assembler.push(frame) ?? []);
}

/** The one message in `bytes`. */
export function messageOf(bytes: Uint8Array): Message {
  const [message, ...others] = messagesOf(bytes);
  if (message === undefined || others.length > 0) throw new Error('These bytes are not one message.');
  return message;
}

const anything: Shape<void> = { read: (reader) => reader.skip(), write: (writer) => writer.nil() };

/** Throws `ProtocolError` BAD_MESSAGE unless `payload` is one value that MessagePack may say here, of at most `values` parts. */
export function checkStructure(payload: Uint8Array, values: number): void {
  decodePayload(anything, payload, 'test', values);
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
