/** The version of the protocol. The major version is the WebSocket subprotocol, the minor one travels in HELLO. */

export const SUBPROTOCOL = 'spawnpoint.v1';
/** Grows with each addition that an older peer can ignore. */
export const MINOR = 1;
/** From this minor version on a client answers MARK with PROOF. */
export const MINOR_OF_PROOF = 1;

/** Keep-alive in text, answered by the platform without waking the session. */
export const PING = 'p';
export const PONG = 'P';

/** Query parameter of a terminal that wants a session that exists already: without one, attaching makes it. */
export const ATTACH_EXISTING = 'existing';

/** Where a terminal attaches: a WebSocket below the server's origin. */
export function attachPath(session: string, isExisting = false): string {
  return `/v1/sessions/${encodeURIComponent(session)}/attach${isExisting ? `?${ATTACH_EXISTING}` : ''}`;
}
