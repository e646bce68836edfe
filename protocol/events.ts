/**
 * Log events: everything durable or broadcast. Each has a sequence number and is stored, broadcast and replayed as the
 * same bytes on the log channel.
 */

import type { Message } from './assembler.ts';
import { byType } from './catalogue.ts';
import { ProtocolError } from './errors.ts';
import { CHANNEL_LOG, encodeFrames, TYPE_IGNORABLE } from './frame.ts';
import { LIMITS } from './limits.ts';
import { decodeOutput, encodeOutput, type OutputEvent } from './output.ts';
import { list, nullable, object, optional, tuple, variant } from './payload/containers.ts';
import { decodePayload, encodePayload } from './payload/payload.ts';
import {
  boolean,
  count,
  integer,
  number,
  oneOf,
  sequenceNumber,
  text,
  textOrBytes,
  type ValueOf,
} from './payload/shape.ts';

/** What brought a change about. */
const cause = oneOf(['input', 'background', 'program', 'files', 'restore', 'fork']);
const milliseconds = number(0, Number.MAX_VALUE);

const exitCode = integer(0, 255);

/** Event types whose payload is a MessagePack map. `at` is milliseconds since the epoch. */
const EVENTS = {
  /** An input was accepted. */
  input: {
    type: 0x40,
    shape: object({
      at: count,
      input: count,
      terminal: text(),
      language: oneOf(['js', 'ts', 'py']),
      code: text(),
    }),
  },
  /** An input ended. `revision` is null when nothing of it was kept. */
  done: {
    type: 0x42,
    shape: object({
      at: count,
      input: count,
      milliseconds,
      revision: nullable(count),
      outcome: variant('status', {
        ok: {
          /** As the REPL echoes it, with SGR colours. */
          text: text(),
          isVoid: boolean,
          /** The value itself if it is a string. */
          string: nullable(text()),
        },
        error: { name: text(), message: text(), text: text() },
        /** The code asked to leave with this status. Its changes stand. */
        exit: { code: exitCode },
        /** Stopped by a person or by its limit; `kept` tells whether its changes stand. */
        interrupted: { reason: oneOf(['user', 'fuel']), kept: boolean },
        /** Lost to a crash, a restart or a rollback: it changed nothing. */
        aborted: { message: text() },
      }),
    }),
  },
  /** A program started. */
  program: {
    type: 0x43,
    shape: object({ at: count, program: count, terminal: text(), entry: text(), args: list(text()) }),
  },
  /** A program ended. */
  exit: {
    type: 0x44,
    shape: object({
      at: count,
      program: count,
      milliseconds,
      outcome: variant('kind', {
        exit: { code: count },
        killed: {},
        timeout: {},
        failed: { message: text() },
      }),
    }),
  },
  /** Files changed: path, what happened, kind, size in bytes after it. */
  files: {
    type: 0x45,
    shape: object({
      at: count,
      revision: count,
      cause: tuple(cause, count),
      changes: list(tuple(text(), oneOf(['written', 'removed']), oneOf(['file', 'directory']), count)),
    }),
  },
  /** Something that everyone in the session should know. */
  notice: {
    type: 0x46,
    shape: object({
      at: count,
      level: oneOf(['info', 'warning']),
      text: text(),
      cause: nullable(tuple(cause, count)),
    }),
  },
  /**
   * The session went back, or forward again: `revision` is the state of `target` once more (0: the empty beginning). After
   * `reset` and `replay` only the variables are those of revision 0; files and kv stay.
   */
  restored: {
    type: 0x47,
    shape: object({
      at: count,
      revision: count,
      target: count,
      how: oneOf(['undo', 'redo', 'goto', 'restore', 'reset', 'replay']),
      /** Name of the checkpoint, for `restore`. */
      name: nullable(text()),
      /** Who asked for it. Missing or null: it is not known. */
      terminal: optional(nullable(text())),
    }),
  },
  /** An input wants a line of its standard input: a REPLY with the number of this event gives it. */
  ask: {
    type: 0x48,
    shape: object({
      at: count,
      input: count,
      /** What is typed must not be shown, and no log holds it. */
      isSecret: boolean,
    }),
  },
  /** A terminal gave the line. */
  reply: {
    type: 0x49,
    shape: object({
      at: count,
      input: count,
      /** Number of the event that asked. */
      ask: sequenceNumber,
      terminal: text(),
      /** Without its end; null for a secret, and at the end of the input. */
      text: nullable(text()),
      isEnd: boolean,
    }),
  },
  /** An input shows something in richer forms than text. */
  display: {
    type: 0x4a,
    shape: object({
      at: count,
      input: count,
      /** The same thing in several MIME types, the richest first: text, or bytes where the type is not text. */
      bundle: list(tuple(text(), textOrBytes), LIMITS.displayForms, 1),
    }),
  },
} as const;

const EVENT_KINDS = byType(EVENTS);

/** Output has a payload of its own kind: see output.ts. */
const TYPE_OUTPUT = 0x41;
/** Not an event of its own: the events `from` to `to` are no longer kept. Its frame has the seq of `to`. */
const TYPE_GAP = 0x4f;

export type { OutputEvent };

type EventName = keyof typeof EVENTS;
export type EventBody<Name extends EventName> = ValueOf<(typeof EVENTS)[Name]['shape']>;
export type InputOutcome = EventBody<'done'>['outcome'];
export type ProgramOutcome = EventBody<'exit'>['outcome'];

/** What an event says, by name. */
export type LogEvent =
  | { [Name in EventName]: { readonly name: Name; readonly body: EventBody<Name> } }[EventName]
  | { readonly name: 'output'; readonly body: OutputEvent };

/** What arrives on the log channel: an event with its number, or the notice that some are gone. */
export type LogMessage =
  | { readonly kind: 'event'; readonly seq: number; readonly event: LogEvent }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number };

const gapSchema = object({ from: sequenceNumber, to: sequenceNumber });

/**
 * The frames of one event, as they are stored and sent. Throws `ProtocolError`, INTERNAL or TOO_LARGE, for an event that
 * no client takes: once stored, it would stop every reader of the log.
 */
export function encodeEvent(seq: number, event: LogEvent): Uint8Array {
  if (event.name === 'output') return encodeFrames(TYPE_OUTPUT, CHANNEL_LOG, seq, encodeOutput(event.body));
  const { type, shape } = EVENTS[event.name];
  return encodeFrames(type, CHANNEL_LOG, seq, encodePayload(shape, event.body, sendRule(event.name)));
}

export function encodeGap(from: number, to: number): Uint8Array {
  return encodeFrames(TYPE_GAP, CHANNEL_LOG, to, encodePayload(gapSchema, { from, to }, sendRule('gap')));
}

function sendRule(what: string) {
  return { what, limit: LIMITS.serverMessage, blame: 'INTERNAL' } as const;
}

/** Throws `ProtocolError`. Null for an event of a type that may be ignored; its seq still counts. */
export function decodeLog(message: Message): LogMessage | null {
  const { type, channel, seq, payload } = message;
  if (channel !== CHANNEL_LOG) throw new ProtocolError('BAD_FRAME', `Channel ${channel} carries no log events.`);
  if (type === TYPE_OUTPUT) return { kind: 'event', seq, event: { name: 'output', body: decodeOutput(payload) } };
  if (type === TYPE_GAP) {
    const gap = decodePayload(gapSchema, payload, 'gap');
    if (gap.to < gap.from || gap.to !== seq)
      throw new ProtocolError('BAD_MESSAGE', 'gap: its ends do not fit its seq.');
    return { kind: 'gap', ...gap };
  }
  const kind = EVENT_KINDS.get(type);
  if (kind !== undefined) {
    const { name, shape } = kind;
    return { kind: 'event', seq, event: { name, body: decodePayload(shape, payload, name) } as LogEvent };
  }
  if ((type & TYPE_IGNORABLE) !== 0) return null;
  throw new ProtocolError('BAD_FRAME', `Log events have no type ${type}.`);
}
