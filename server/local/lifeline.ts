/**
 * The lifeline: a Unix socket that every client holds open while it lives, so that the daemon knows when nobody is
 * left. One JSON value a line. The daemon speaks first, once it can say where the server answers or why it cannot.
 */

import type { Socket } from 'node:net';

export type DaemonMessage =
  /** The server answers at `url` to whoever has a token, such as this one. `clients` counts the lifelines, this included. */
  | {
      readonly type: 'hello';
      readonly pid: number;
      readonly version: string;
      readonly url: string;
      readonly token: string;
      readonly clients: number;
    }
  /** The server could not boot; the daemon is about to end. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** The daemon ends because its user wants it to: nobody is to start another one for a terminal that was left open. */
  | { readonly type: 'stopping' }
  /** The answer to `replace` while there are other clients; otherwise the daemon just ends. */
  | { readonly type: 'busy'; readonly clients: number };

/** Asks a daemon to end in favour of one of another version, if the sender is its only client. */
export interface ClientMessage {
  readonly type: 'replace';
}

/** A peer that sends a longer line than this is none of ours. */
const LINE_BYTES = 16 * 1024;

export function send(socket: Socket, message: DaemonMessage | ClientMessage): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls `receive` with each line's JSON value. Anything else than JSON lines of bounded length ends the socket. */
export function receiveLines(socket: Socket, receive: (value: unknown) => void): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n'); end >= 0 && !socket.destroyed; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      try {
        receive(JSON.parse(line));
      } catch {
        socket.destroy();
      }
    }
    if (text.length > LINE_BYTES) socket.destroy();
  });
}

/** A daemon's message, or undefined for anything else (a daemon of another version may say more than this one knows). */
export function parseDaemonMessage(value: unknown): DaemonMessage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const { type, pid, version, url, token, clients, code, message } = fields;
  if (type === 'hello' && typeof pid === 'number' && typeof version === 'string') {
    if (typeof url !== 'string' || typeof token !== 'string') return undefined;
    return { type, pid, version, url, token, clients: typeof clients === 'number' ? clients : 1 };
  }
  if (type === 'failed' && typeof code === 'string' && typeof message === 'string') return { type, code, message };
  if (type === 'stopping') return { type };
  if (type === 'busy' && typeof clients === 'number') return { type, clients };
  return undefined;
}
