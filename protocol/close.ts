/** WebSocket close codes of this protocol, and whether connecting again can help. */

import type { ErrorCode } from './errors.ts';
import { clipUtf8 } from './utf8.ts';

interface CloseRule {
  readonly code: number;
  /** `never`: the client must not reconnect by itself. `backoff`: reconnect, with growing pauses. */
  readonly reconnect: 'never' | 'backoff';
  readonly meaning: string;
}

export const CLOSE = {
  badFrame: { code: 4400, reconnect: 'never', meaning: 'a frame or message broke the protocol' },
  unauthenticated: { code: 4401, reconnect: 'never', meaning: 'the token is missing, wrong or expired' },
  forbidden: { code: 4403, reconnect: 'never', meaning: 'the token does not allow this' },
  notFound: { code: 4404, reconnect: 'never', meaning: 'there is no such session (any more)' },
  tooSlow: { code: 4408, reconnect: 'backoff', meaning: 'the handshake took too long, or what was sent is not read' },
  upgrade: { code: 4426, reconnect: 'never', meaning: 'client and server speak different versions' },
  rate: { code: 4429, reconnect: 'backoff', meaning: 'too many control frames' },
  internal: { code: 4500, reconnect: 'backoff', meaning: 'the server failed' },
  full: { code: 4507, reconnect: 'never', meaning: 'no room is left to store the session' },
} as const satisfies Record<string, CloseRule>;

/**
 * Which close follows an error of the connection as a whole. An error about one request, query or channel is only
 * answered, whatever its code.
 */
export const CLOSE_FOR_ERROR: Partial<Record<ErrorCode, CloseRule>> = {
  BAD_FRAME: CLOSE.badFrame,
  BAD_MESSAGE: CLOSE.badFrame,
  UNAUTHENTICATED: CLOSE.unauthenticated,
  FORBIDDEN: CLOSE.forbidden,
  UPGRADE: CLOSE.upgrade,
  RATE: CLOSE.rate,
  INTERNAL: CLOSE.internal,
};

/** Whether a client should connect again after this close code; codes of other protocols are losses of the line. */
export function shouldReconnect(code: number): boolean {
  const rule = Object.values(CLOSE).find((candidate) => candidate.code === code);
  return rule === undefined || rule.reconnect === 'backoff';
}

/** Bytes of UTF-8 that a WebSocket close frame has room for. */
const REASON_BYTES = 123;

/** As much of `message` as a close may carry: sockets refuse a longer reason with an exception. */
export function closeReason(message: string): string {
  return clipUtf8(message, REASON_BYTES);
}
