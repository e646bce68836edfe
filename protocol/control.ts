/** The control channel: what a client asks and what the server answers. None of it is stored in the log. */

import type { Message } from './assembler.ts';
import { byType, type Catalogue } from './catalogue.ts';
import { ERROR_CODES, ProtocolError } from './errors.ts';
import { CHANNEL_CONTROL, CHANNEL_LAST, encodeFrames, TYPE_IGNORABLE } from './frame.ts';
import { LIMITS } from './limits.ts';
import { list, nullable, object, optional, tuple } from './payload/containers.ts';
import { decodePayload, encodePayload } from './payload/payload.ts';
import {
  boolean,
  count,
  number,
  numberWhere,
  oneOf,
  sequenceNumber,
  text,
  textLike,
  type ValueOf,
} from './payload/shape.ts';
import { answer, language, question } from './questions.ts';

const label = text(LIMITS.label);
const role = oneOf(['owner', 'writer', 'reader']);
const cause = oneOf(['input', 'program']);
/** Seconds of fuel or wall time, null for the default. */
const timeout = nullable(number(0.001, LIMITS.timeoutSeconds));
const path = text(LIMITS.path);
/** A data channel that a client opens. */
const clientChannel = numberWhere(
  (value) => Number.isInteger(value) && value >= 3 && value <= CHANNEL_LAST && value % 2 === 1,
  `an odd number from 3 to ${CHANNEL_LAST} is expected`,
);
const terminal = object({ id: count, name: label, role });

/** The control frames that are not counted: see rate.ts. */
export const TYPE_CREDIT = 0x04;
export const TYPE_SUBMIT = 0x02;
export const TYPE_PROOF = 0x08;

/** Client messages by name: frame type and shape of the body. */
const CLIENT = {
  /** First message of a connection. `client` is kept by the client for ever: requests are deduplicated by it. */
  hello: {
    type: 0x01,
    shape: object({
      minor: count,
      client: textLike(/^[A-Za-z0-9_-]{16,64}$/),
      name: label,
      version: label,
      readOnly: boolean,
      /** True for plain mode: what this terminal submitted pauses rather than outrun it. */
      lossless: boolean,
      /** The log that this client knows, and the first event it wants. `from` null: only what is new. */
      epoch: nullable(label),
      from: nullable(count),
    }),
  },
  submit: {
    type: TYPE_SUBMIT,
    shape: object({
      request: count,
      language,
      code: text(),
      timeout,
      /** True at a prompt: statements before the last one show their values too. */
      echo: optional(boolean),
    }),
  },
  /** Never queues behind inputs. Without a target: whatever the kernels are running. */
  interrupt: { type: 0x03, shape: object({ target: nullable(tuple(cause, count)) }) },
  /** The server may send log bytes up to `through`, counted from the WELCOME of this connection. */
  credit: { type: TYPE_CREDIT, shape: object({ through: count }) },
  query: { type: 0x05, shape: object({ query: count, question }) },
  /** Runs a program. */
  run: {
    type: 0x06,
    shape: object({
      request: count,
      /** What runs: a path among `sources`, or else a file of the session. */
      entry: path,
      /** Path and size of each source file. Their bytes follow on `channel`, one file after the other. */
      sources: list(tuple(path, count), LIMITS.programSourceFiles),
      args: list(text(), LIMITS.programArguments),
      env: list(tuple(text(), text()), LIMITS.programArguments),
      channel: clientChannel,
      /** The data channel of the program's standard input; null if it has none. */
      stdin: nullable(clientChannel),
      timeout,
    }),
  },
  /** Gives a line to the input that asked for it in the event `ask`. Null: there is no more. */
  reply: { type: 0x07, shape: object({ ask: sequenceNumber, text: nullable(text(LIMITS.replyText)) }) },
  /** The client has read up to the MARK of this number. */
  proof: { type: TYPE_PROOF, shape: object({ mark: count }) },
} as const;

/** Server messages by name. */
const SERVER = {
  welcome: {
    type: 0x20,
    shape: object({
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
  accepted: { type: 0x21, shape: object({ request: count, cause, number: count }) },
  error: {
    type: 0x22,
    shape: object({
      code: oneOf(ERROR_CODES),
      message: text(),
      retry: boolean,
      /** What failed; null when it was the connection as a whole. */
      about: nullable(tuple(oneOf(['request', 'query', 'channel']), count)),
    }),
  },
  answer: { type: 0x23, shape: object({ query: count, answer }) },
  /** What is true now. Sent after WELCOME and whenever it changes. */
  state: {
    type: 0x24,
    shape: object({
      revision: count,
      /** The running input of each kernel that is busy, by kernel name. */
      busy: list(tuple(label, count)),
      queued: list(count),
      programs: list(count),
      terminals: list(terminal),
    }),
  },
  /** The client may send bytes of `channel` up to offset `through`. */
  dataCredit: { type: 0x25, shape: object({ channel: count, through: count }) },
  /** Whoever reads this sends it back as PROOF, at once. */
  mark: { type: 0x26, shape: object({ mark: count }) },
} as const;

const CLIENT_KINDS = byType(CLIENT);
const SERVER_KINDS = byType(SERVER);

type MessageOf<C extends Catalogue> = { [K in keyof C]: { name: K; body: ValueOf<C[K]['shape']> } }[keyof C];

export type ClientMessage = MessageOf<typeof CLIENT>;
export type ServerMessage = MessageOf<typeof SERVER>;
export type ClientBody<Name extends keyof typeof CLIENT> = ValueOf<(typeof CLIENT)[Name]['shape']>;
export type ServerBody<Name extends keyof typeof SERVER> = ValueOf<(typeof SERVER)[Name]['shape']>;
export type Question = ValueOf<typeof question>;
export type Answer = ValueOf<typeof answer>;
export type Role = ValueOf<typeof role>;
export type SessionState = ServerBody<'state'>;

export { TYPE_DATA } from './data.ts';

/** The frames of a client's message. Throws `ProtocolError` BAD_REQUEST or TOO_LARGE for a body that no server takes. */
export function encodeClient<Name extends keyof typeof CLIENT>(name: Name, body: ClientBody<Name>): Uint8Array {
  const { type, shape } = CLIENT[name];
  const rule = { what: name, limit: LIMITS.clientMessage, blame: 'BAD_REQUEST' } as const;
  return encodeFrames(type, CHANNEL_CONTROL, 0, encodePayload(shape, body, rule));
}

/** The frames of a server's message. Throws `ProtocolError` INTERNAL or TOO_LARGE for a body that no client takes. */
export function encodeServer<Name extends keyof typeof SERVER>(name: Name, body: ServerBody<Name>): Uint8Array {
  const { type, shape } = SERVER[name];
  const rule = { what: name, limit: LIMITS.serverMessage, blame: 'INTERNAL' } as const;
  return encodeFrames(type, CHANNEL_CONTROL, 0, encodePayload(shape, body, rule));
}

/** A client's control message. Null for one of a type that may be ignored. Throws `ProtocolError`. */
export function decodeClient(message: Message): ClientMessage | null {
  return decodeFrom(CLIENT_KINDS, message, LIMITS.clientValues) as ClientMessage | null;
}

/** A server's control message. Null for one of a type that may be ignored. Throws `ProtocolError`. */
export function decodeServer(message: Message): ServerMessage | null {
  return decodeFrom(SERVER_KINDS, message, LIMITS.serverMessage) as ServerMessage | null;
}

function decodeFrom(
  kinds: ReturnType<typeof byType>,
  message: Message,
  values: number,
): { name: string; body: unknown } | null {
  if (message.channel !== CHANNEL_CONTROL) {
    throw new ProtocolError('BAD_FRAME', `Channel ${message.channel} carries no control messages.`);
  }
  const kind = kinds.get(message.type);
  if (kind !== undefined) {
    const { name, shape } = kind;
    return { name, body: decodePayload(shape, message.payload, name, values) };
  }
  if ((message.type & TYPE_IGNORABLE) !== 0) return null;
  throw new ProtocolError('BAD_FRAME', `Control messages have no type ${message.type}.`);
}
