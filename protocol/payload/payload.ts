/** Payloads: MessagePack maps, checked against the same shape when they are sent and on receipt. */

import { type ErrorCode, ProtocolError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { PayloadFault } from './fault.ts';
import { PayloadReader } from './reader.ts';
import type { Shape } from './shape.ts';
import { PayloadWriter } from './writer.ts';

const writer = new PayloadWriter();

/** What may be sent as one kind of message. */
interface SendRule {
  /** The name of the message, for errors. */
  readonly what: string;
  /** Bytes that its payload may have. */
  readonly limit: number;
  /** Who is at fault when the body does not fit the shape. */
  readonly blame: ErrorCode;
}

/**
 * MessagePack bytes of `body`: exactly the fields of the shape, in its order, with well-formed strings. What every
 * receiver would refuse is refused here: throws `ProtocolError`, TOO_LARGE beyond the limit.
 */
export function encodePayload(shape: Shape<unknown>, body: object, { what, limit, blame }: SendRule): Uint8Array {
  writer.begin();
  try {
    shape.write(writer, body);
  } catch (error) {
    throw asProtocolError(error, what, blame);
  }
  const payload = writer.finish();
  if (payload.length > limit) {
    throw new ProtocolError('TOO_LARGE', `${what}: it may have ${limit} bytes in all; this one has ${payload.length}.`);
  }
  return payload;
}

/**
 * The body that `payload` holds, with unknown keys dropped. `values`: how many values it may hold, all levels together.
 * Throws `ProtocolError` BAD_MESSAGE for bytes that are no MessagePack as reader.ts takes it, or not of the shape.
 */
export function decodePayload<T>(
  shape: Shape<T>,
  payload: Uint8Array,
  what: string,
  values: number = LIMITS.serverMessage,
): T {
  const reader = new PayloadReader(payload, values);
  try {
    const body = shape.read(reader);
    reader.end();
    return body;
  } catch (error) {
    throw asProtocolError(error, what, 'BAD_MESSAGE');
  }
}

function asProtocolError(error: unknown, what: string, code: ErrorCode): unknown {
  if (!(error instanceof PayloadFault)) return error;
  const { path, message } = error;
  return new ProtocolError(code, `${what}: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}.`);
}
