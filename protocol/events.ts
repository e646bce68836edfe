/**
 * Log events: everything durable or broadcast. Each has a sequence number and is stored, broadcast and replayed as the
 * same bytes on the log channel.
 */

import * as v from 'valibot';
import type { Message } from './assembler.ts';
import { ProtocolError } from './errors.ts';
import { CHANNEL_LOG, encodeFrames, TYPE_IGNORABLE } from './frame.ts';
import { count, decodePayload, encodePayload } from './payload.ts';

const cause = v.picklist(['input', 'program', 'terminal']);

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
      milliseconds: v.number(),
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
      milliseconds: v.number(),
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
} as const;

/** Output: a fixed prefix, then raw bytes. */
const TYPE_OUTPUT = 0x41;
/** Not an event of its own: the events `from` to `to` are no longer kept. Its frame has the seq of `to`. */
const TYPE_GAP = 0x4f;

const OUTPUT_PREFIX_BYTES = 24;
const STREAMS = ['stdout', 'stderr'] as const;
const OUTPUT_CAUSES = ['input', 'program'] as const;

export interface OutputEvent {
  readonly at: number;
  readonly stream: (typeof STREAMS)[number];
  readonly cause: (typeof OUTPUT_CAUSES)[number];
  /** Number of the input or program. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

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

const gapSchema = v.object({ from: count, to: count });

/** The frames of one event, as they are stored and sent. */
export function encodeEvent(seq: number, event: LogEvent): Uint8Array {
  if (event.name === 'output') return encodeFrames(TYPE_OUTPUT, CHANNEL_LOG, seq, encodeOutput(event.body));
  return encodeFrames(EVENTS[event.name].type, CHANNEL_LOG, seq, encodePayload(event.body));
}

export function encodeGap(from: number, to: number): Uint8Array {
  return encodeFrames(TYPE_GAP, CHANNEL_LOG, to, encodePayload({ from, to }));
}

/** Throws `ProtocolError`. Null for an event of a type that may be ignored; its seq still counts. */
export function decodeLog(message: Message): LogMessage | null {
  const { type, seq, payload } = message;
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

/**
 * | offset | field |
 * |--:|---|
 * | 0 | u8 stream: 1 stdout, 2 stderr |
 * | 1 | u8 cause: 1 input, 2 program |
 * | 2 | 6 bytes 0 |
 * | 8 | u64 number of the input or program |
 * | 16 | u64 milliseconds since the epoch |
 * | 24 | the bytes |
 */
function encodeOutput(output: OutputEvent): Uint8Array {
  const payload = new Uint8Array(OUTPUT_PREFIX_BYTES + output.bytes.length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, STREAMS.indexOf(output.stream) + 1);
  view.setUint8(1, OUTPUT_CAUSES.indexOf(output.cause) + 1);
  view.setBigUint64(8, BigInt(output.number), true);
  view.setBigUint64(16, BigInt(output.at), true);
  payload.set(output.bytes, OUTPUT_PREFIX_BYTES);
  return payload;
}

function decodeOutput(payload: Uint8Array): OutputEvent {
  if (payload.length < OUTPUT_PREFIX_BYTES) throw new ProtocolError('BAD_MESSAGE', 'output: its prefix is cut off.');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const stream = STREAMS[view.getUint8(0) - 1];
  const cause = OUTPUT_CAUSES[view.getUint8(1) - 1];
  const number = Number(view.getBigUint64(8, true));
  const at = Number(view.getBigUint64(16, true));
  if (stream === undefined || cause === undefined)
    throw new ProtocolError('BAD_MESSAGE', 'output: unknown stream or cause.');
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(at))
    throw new ProtocolError('BAD_MESSAGE', 'output: a number is above 2^53-1.');
  return { at, stream, cause, number, bytes: payload.subarray(OUTPUT_PREFIX_BYTES) };
}
