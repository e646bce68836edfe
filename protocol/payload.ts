/** Payloads: MessagePack maps, checked against the same schema before they are sent and on receipt. */

import { Decoder, Encoder } from '@msgpack/msgpack';
import * as v from 'valibot';
import { type ErrorCode, ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { checkStructure } from './structure.ts';
import { toWellFormed, utf8Length } from './utf8.ts';

/** Made once: each holds a buffer. */
const encoder = new Encoder();
const decoder = new Decoder();

/** What may be sent as one kind of message. */
interface SendRule {
  /** The name of the message, for errors. */
  readonly what: string;
  /** Bytes that its payload may have. */
  readonly limit: number;
  /** Who is at fault when the body does not fit the schema. */
  readonly blame: ErrorCode;
}

/**
 * MessagePack bytes of `body`: exactly the keys of the schema, in its order, with well-formed strings. What every
 * receiver would refuse is refused here: throws `ProtocolError`, TOO_LARGE beyond the limit.
 */
export function encodePayload(schema: v.GenericSchema, body: object, { what, limit, blame }: SendRule): Uint8Array {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (!result.success) throw new ProtocolError(blame, `${what}: ${describe(result.issues[0])}`);
  const payload = encoder.encode(withWellFormedStrings(result.output));
  if (payload.length > limit) {
    throw new ProtocolError('TOO_LARGE', `${what}: it may have ${limit} bytes in all; this one has ${payload.length}.`);
  }
  return payload;
}

/**
 * The body that `payload` holds, with unknown keys dropped. `values`: how many values it may hold, all levels together.
 * Throws `ProtocolError` BAD_MESSAGE for bytes that `checkStructure` refuses or that do not fit the schema.
 */
export function decodePayload<Schema extends v.GenericSchema>(
  schema: Schema,
  payload: Uint8Array,
  what: string,
  values: number = LIMITS.serverMessage,
): v.InferOutput<Schema> {
  checkStructure(payload, what, values);
  let value: unknown;
  try {
    value = decoder.decode(payload);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProtocolError('BAD_MESSAGE', `${what}: the payload cannot be decoded (${reason}).`);
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw new ProtocolError('BAD_MESSAGE', `${what}: ${describe(result.issues[0])}`);
}

/** Where and what is wrong, in few words: an issue may quote a value of any length. */
function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return `${path === null ? '' : `${path}: `}${issue.message}`.slice(0, 200);
}

function withWellFormedStrings(value: unknown): unknown {
  if (typeof value === 'string') return toWellFormed(value);
  if (Array.isArray(value)) return value.map(withWellFormedStrings);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const body: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) body[key] = withWellFormedStrings(part);
  return body;
}

/** A whole number from 0 to 2^53-1. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** The number of a log event: a whole number from 1 to 2^53-1. */
export const sequenceNumber = v.pipe(count, v.minValue(1));
/** Text of at most `limit` UTF-8 bytes. */
export const text = (limit: number) =>
  v.pipe(
    v.string(),
    v.check((value) => utf8Length(value) <= limit, `At most ${limit} bytes of UTF-8 are allowed.`),
  );
