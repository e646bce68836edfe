/** Payloads: MessagePack maps, checked against a schema on receipt. */

import { decode, encode } from '@msgpack/msgpack';
import * as v from 'valibot';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** MessagePack bytes of a message body. Keys whose value is undefined are left out. */
export function encodePayload(body: object): Uint8Array {
  return encode(body, { ignoreUndefined: true });
}

/**
 * The body that `payload` holds, with unknown keys dropped.
 * Throws `ProtocolError` BAD_MESSAGE for bytes that are not one MessagePack value, nest too deep, or do not fit the schema.
 */
export function decodePayload<Schema extends v.GenericSchema>(
  schema: Schema,
  payload: Uint8Array,
  what: string,
): v.InferOutput<Schema> {
  let value: unknown;
  try {
    value = decode(payload);
  } catch (error) {
    throw new ProtocolError('BAD_MESSAGE', `${what}: the payload is not MessagePack (${describe(error)}).`);
  }
  if (isDeeperThan(value, LIMITS.depth)) {
    throw new ProtocolError('BAD_MESSAGE', `${what}: the payload nests deeper than ${LIMITS.depth} levels.`);
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  throw new ProtocolError('BAD_MESSAGE', `${what}: ${path === null ? '' : `${path}: `}${issue.message}`);
}

function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limit; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      if (item instanceof Uint8Array || typeof item !== 'object' || item === null) continue;
      for (const child of Object.values(item)) next.push(child);
    }
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A whole number from 0 to 2^53-1. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Bytes, as a view of the message. */
export const bytes = v.instance(Uint8Array);
/** Text of at most `limit` UTF-16 units. */
export const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit));
