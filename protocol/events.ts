/**
 * Log events: everything durable or broadcast. Each has a sequence number and is stored, broadcast and replayed as the
 * same bytes on the log channel.
 */

import * as v from 'valibot';
import type { Message } from './assembler.ts';
import { ProtocolError } from './errors.ts';
import { CHANNEL_LOG, encodeFrames, TYPE_IGNORABLE } from './frame.ts';
import { LIMITS } from './limits.ts';
import { decodeOutput, encodeOutput, type OutputEvent } from './output.ts';
import { count, decodePayload, encodePayload, sequenceNumber } from './payload.ts';

/** What brought a change about. */
const cause = v.picklist(['input', 'background', 'program', 'files', 'restore', 'fork']);
const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0));

const exitCode = v.pipe(count, v.maxValue(255));

/** Event types whose payload is a MessagePack map. `at` is milliseconds since the epoch. */
const EVENTS = {
  /** An input was accepted. */
  input: {
    type: 0x40,
    schema: v.object({
      at: count,
      input: count,
      terminal: v.string(),
      language: v.picklist(['js', 'ts', 'py']),
      code: v.string(),
    }),
  },
  /** An input ended. `revision` is null when nothing of it was kept. */
  done: {
    type: 0x42,
    schema: v.object({
      at: count,
      input: count,
      milliseconds,
      revision: v.nullable(count),
      outcome: v.variant('status', [
        v.object({
          status: v.literal('ok'),
          /** As the REPL echoes it, with SGR colours. */
          text: v.string(),
          isVoid: v.boolean(),
          /** The value itself if it is a string. */
          string: v.nullable(v.string()),
        }),
        v.object({ status: v.literal('error'), name: v.string(), message: v.string(), text: v.string() }),
        /** The code asked to leave with this status. Its changes stand. */
        v.object({ status: v.literal('exit'), code: exitCode }),
        /** Stopped by a person or by its limit; `kept` tells whether its changes stand. */
        v.object({ status: v.literal('interrupted'), reason: v.picklist(['user', 'fuel']), kept: v.boolean() }),
        /** Lost to a crash, a restart or a rollback: it changed nothing. */
        v.object({ status: v.literal('aborted'), message: v.string() }),
      ]),
    }),
  },
  /** A program started. */
  program: {
    type: 0x43,
    schema: v.object({ at: count, program: count, terminal: v.string(), entry: v.string(), args: v.array(v.string()) }),
  },
  /** A program ended. */
  exit: {
    type: 0x44,
    schema: v.object({
      at: count,
      program: count,
      milliseconds,
      outcome: v.variant('kind', [
        v.object({ kind: v.literal('exit'), code: count }),
        v.object({ kind: v.literal('killed') }),
        v.object({ kind: v.literal('timeout') }),
        v.object({ kind: v.literal('failed'), message: v.string() }),
      ]),
    }),
  },
  /** Files changed: path, what happened, kind, size in bytes after it. */
  files: {
    type: 0x45,
    schema: v.object({
      at: count,
      revision: count,
      cause: v.tuple([cause, count]),
      changes: v.array(
        v.tuple([v.string(), v.picklist(['written', 'removed']), v.picklist(['file', 'directory']), count]),
      ),
    }),
  },
  /** Something that everyone in the session should know. */
  notice: {
    type: 0x46,
    schema: v.object({
      at: count,
      level: v.picklist(['info', 'warning']),
      text: v.string(),
      cause: v.nullable(v.tuple([cause, count])),
    }),
  },
  /**
   * The session went back, or forward again: `revision` is the state of `target` once more (0: the empty beginning). After
   * `reset` and `replay` only the variables are those of revision 0; files and kv stay.
   */
  restored: {
    type: 0x47,
    schema: v.object({
      at: count,
      revision: count,
      target: count,
      how: v.picklist(['undo', 'redo', 'goto', 'restore', 'reset', 'replay']),
      /** Name of the checkpoint, for `restore`. */
      name: v.nullable(v.string()),
      /** Who asked for it. Missing or null: it is not known. */
      terminal: v.optional(v.nullable(v.string())),
    }),
  },
  /** An input wants a line of its standard input: a REPLY with the number of this event gives it. */
  ask: {
    type: 0x48,
    schema: v.object({
      at: count,
      input: count,
      /** What is typed must not be shown, and no log holds it. */
      isSecret: v.boolean(),
    }),
  },
  /** A terminal gave the line. */
  reply: {
    type: 0x49,
    schema: v.object({
      at: count,
      input: count,
      /** Number of the event that asked. */
      ask: sequenceNumber,
      terminal: v.string(),
      /** Without its end; null for a secret, and at the end of the input. */
      text: v.nullable(v.string()),
      isEnd: v.boolean(),
    }),
  },
  /** An input shows something in richer forms than text. */
  display: {
    type: 0x4a,
    schema: v.object({
      at: count,
      input: count,
      /** The same thing in several MIME types, the richest first: text, or bytes where the type is not text. */
      bundle: v.pipe(
        v.array(v.tuple([v.string(), v.union([v.string(), v.instance(Uint8Array)])])),
        v.minLength(1),
        v.maxLength(LIMITS.displayForms),
      ),
    }),
  },
} as const;

/** Output has a payload of its own kind: see output.ts. */
const TYPE_OUTPUT = 0x41;
/** Not an event of its own: the events `from` to `to` are no longer kept. Its frame has the seq of `to`. */
const TYPE_GAP = 0x4f;

export type { OutputEvent };

type EventName = keyof typeof EVENTS;
export type EventBody<Name extends EventName> = v.InferOutput<(typeof EVENTS)[Name]['schema']>;
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

const gapSchema = v.object({ from: sequenceNumber, to: sequenceNumber });

/**
 * The frames of one event, as they are stored and sent. Throws `ProtocolError`, INTERNAL or TOO_LARGE, for an event that
 * no client takes: once stored, it would stop every reader of the log.
 */
export function encodeEvent(seq: number, event: LogEvent): Uint8Array {
  if (event.name === 'output') return encodeFrames(TYPE_OUTPUT, CHANNEL_LOG, seq, encodeOutput(event.body));
  const { type, schema } = EVENTS[event.name];
  return encodeFrames(type, CHANNEL_LOG, seq, encodePayload(schema, event.body, sendRule(event.name)));
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
  for (const [name, { type: known, schema }] of Object.entries(EVENTS)) {
    if (known !== type) continue;
    return { kind: 'event', seq, event: { name, body: decodePayload(schema, payload, name) } as LogEvent };
  }
  if ((type & TYPE_IGNORABLE) !== 0) return null;
  throw new ProtocolError('BAD_FRAME', `Log events have no type ${type}.`);
}
