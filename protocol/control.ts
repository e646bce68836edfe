/** The control channel: what a client asks and what the server answers. None of it is stored in the log. */

import * as v from 'valibot';
import type { Message } from './assembler.ts';
import { ERROR_CODES, ProtocolError } from './errors.ts';
import { CHANNEL_CONTROL, CHANNEL_LAST, encodeFrames, TYPE_IGNORABLE } from './frame.ts';
import { LIMITS } from './limits.ts';
import { count, decodePayload, encodePayload, sequenceNumber, text } from './payload.ts';
import { answer, language, question } from './questions.ts';

const label = text(LIMITS.label);
const role = v.picklist(['owner', 'writer', 'reader']);
const cause = v.picklist(['input', 'program']);
/** Seconds of fuel or wall time, null for the default. */
const timeout = v.nullable(v.pipe(v.number(), v.minValue(0.001), v.maxValue(LIMITS.timeoutSeconds)));
const path = text(LIMITS.path);
/** A data channel that a client opens. */
const clientChannel = v.pipe(
  count,
  v.minValue(3),
  v.maxValue(CHANNEL_LAST),
  v.check((channel) => channel % 2 === 1, 'A client opens channels with odd numbers.'),
);
const terminal = v.object({ id: count, name: label, role });

/** The control frames that are not counted: see rate.ts. */
export const TYPE_CREDIT = 0x04;
export const TYPE_SUBMIT = 0x02;
export const TYPE_PROOF = 0x08;

/** Client messages by name: frame type and schema of the body. */
const CLIENT = {
  /** First message of a connection. `client` is kept by the client for ever: requests are deduplicated by it. */
  hello: {
    type: 0x01,
    schema: v.object({
      minor: count,
      client: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,64}$/)),
      name: label,
      version: label,
      readOnly: v.boolean(),
      /** True for plain mode: what this terminal submitted pauses rather than outrun it. */
      lossless: v.boolean(),
      /** The log that this client knows, and the first event it wants. `from` null: only what is new. */
      epoch: v.nullable(label),
      from: v.nullable(count),
    }),
  },
  submit: {
    type: TYPE_SUBMIT,
    schema: v.object({
      request: count,
      language,
      code: v.string(),
      timeout,
      /** True at a prompt: statements before the last one show their values too. */
      echo: v.exactOptional(v.boolean()),
    }),
  },
  /** Never queues behind inputs. Without a target: whatever the kernels are running. */
  interrupt: { type: 0x03, schema: v.object({ target: v.nullable(v.tuple([cause, count])) }) },
  /** The server may send log bytes up to `through`, counted from the WELCOME of this connection. */
  credit: { type: TYPE_CREDIT, schema: v.object({ through: count }) },
  query: { type: 0x05, schema: v.object({ query: count, question }) },
  /** Runs a program. */
  run: {
    type: 0x06,
    schema: v.object({
      request: count,
      /** What runs: a path among `sources`, or else a file of the session. */
      entry: path,
      /** Path and size of each source file. Their bytes follow on `channel`, one file after the other. */
      sources: v.pipe(v.array(v.tuple([path, count])), v.maxLength(LIMITS.programSourceFiles)),
      args: v.pipe(v.array(v.string()), v.maxLength(LIMITS.programArguments)),
      env: v.pipe(v.array(v.tuple([v.string(), v.string()])), v.maxLength(LIMITS.programArguments)),
      channel: clientChannel,
      /** The data channel of the program's standard input; null if it has none. */
      stdin: v.nullable(clientChannel),
      timeout,
    }),
  },
  /** Gives a line to the input that asked for it in the event `ask`. Null: there is no more. */
  reply: { type: 0x07, schema: v.object({ ask: sequenceNumber, text: v.nullable(text(LIMITS.replyText)) }) },
  /** The client has read up to the MARK of this number. */
  proof: { type: TYPE_PROOF, schema: v.object({ mark: count }) },
} as const;

/** Server messages by name. */
const SERVER = {
  welcome: {
    type: 0x20,
    schema: v.object({
      minor: count,
      version: label,
      session: label,
      /** Changes only when the log is recreated. */
      epoch: label,
      /** The log holds the events `tail` to `head`; while it holds none, `tail` is `head` + 1. */
      tail: sequenceNumber,
      head: count,
      terminal: count,
      role,
    }),
  },
  /** The request is committed and has this number. */
  accepted: { type: 0x21, schema: v.object({ request: count, cause, number: count }) },
  error: {
    type: 0x22,
    schema: v.object({
      code: v.picklist(ERROR_CODES),
      message: v.string(),
      retry: v.boolean(),
      /** What failed; null when it was the connection as a whole. */
      about: v.nullable(v.tuple([v.picklist(['request', 'query', 'channel']), count])),
    }),
  },
  answer: { type: 0x23, schema: v.object({ query: count, answer }) },
  /** What is true now. Sent after WELCOME and whenever it changes. */
  state: {
    type: 0x24,
    schema: v.object({
      revision: count,
      /** The running input of each kernel that is busy, by kernel name. */
      busy: v.array(v.tuple([label, count])),
      queued: v.array(count),
      programs: v.array(count),
      terminals: v.array(terminal),
    }),
  },
  /** The client may send bytes of `channel` up to offset `through`. */
  dataCredit: { type: 0x25, schema: v.object({ channel: count, through: count }) },
  /** Whoever reads this sends it back as PROOF, at once. */
  mark: { type: 0x26, schema: v.object({ mark: count }) },
} as const;

type Catalogue = Record<string, { readonly type: number; readonly schema: v.GenericSchema }>;
type MessageOf<C extends Catalogue> = { [K in keyof C]: { name: K; body: v.InferOutput<C[K]['schema']> } }[keyof C];

export type ClientMessage = MessageOf<typeof CLIENT>;
export type ServerMessage = MessageOf<typeof SERVER>;
export type ClientBody<Name extends keyof typeof CLIENT> = v.InferOutput<(typeof CLIENT)[Name]['schema']>;
export type ServerBody<Name extends keyof typeof SERVER> = v.InferOutput<(typeof SERVER)[Name]['schema']>;
export type Question = v.InferOutput<typeof question>;
export type Answer = v.InferOutput<typeof answer>;
export type Role = v.InferOutput<typeof role>;
export type SessionState = ServerBody<'state'>;

export { TYPE_DATA } from './data.ts';

/** The frames of a client's message. Throws `ProtocolError` BAD_REQUEST or TOO_LARGE for a body that no server takes. */
export function encodeClient<Name extends keyof typeof CLIENT>(name: Name, body: ClientBody<Name>): Uint8Array {
  const { type, schema } = CLIENT[name];
  const rule = { what: name, limit: LIMITS.clientMessage, blame: 'BAD_REQUEST' } as const;
  return encodeFrames(type, CHANNEL_CONTROL, 0, encodePayload(schema, body, rule));
}

/** The frames of a server's message. Throws `ProtocolError` INTERNAL or TOO_LARGE for a body that no client takes. */
export function encodeServer<Name extends keyof typeof SERVER>(name: Name, body: ServerBody<Name>): Uint8Array {
  const { type, schema } = SERVER[name];
  const rule = { what: name, limit: LIMITS.serverMessage, blame: 'INTERNAL' } as const;
  return encodeFrames(type, CHANNEL_CONTROL, 0, encodePayload(schema, body, rule));
}

/** A client's control message. Null for one of a type that may be ignored. Throws `ProtocolError`. */
export function decodeClient(message: Message): ClientMessage | null {
  return decodeFrom(CLIENT, message, LIMITS.clientValues) as ClientMessage | null;
}

/** A server's control message. Null for one of a type that may be ignored. Throws `ProtocolError`. */
export function decodeServer(message: Message): ServerMessage | null {
  return decodeFrom(SERVER, message, LIMITS.serverMessage) as ServerMessage | null;
}

function decodeFrom(catalogue: Catalogue, message: Message, values: number): { name: string; body: unknown } | null {
  if (message.channel !== CHANNEL_CONTROL) {
    throw new ProtocolError('BAD_FRAME', `Channel ${message.channel} carries no control messages.`);
  }
  for (const [name, { type, schema }] of Object.entries(catalogue)) {
    if (type === message.type) return { name, body: decodePayload(schema, message.payload, name, values) };
  }
  if ((message.type & TYPE_IGNORABLE) !== 0) return null;
  throw new ProtocolError('BAD_FRAME', `Control messages have no type ${message.type}.`);
}
