/** The line to a server, as the client sees it. Node and the browser each have an implementation. */

import type { WireError } from '../../protocol/errors.ts';

export interface Socket {
  send(data: Uint8Array | string): void;
  close(): void;
}

export interface SocketHandlers {
  message(data: Uint8Array | string): void;
  /** Once, after `open` resolved: the line is gone. */
  close(code: number, reason: string): void;
}

/**
 * Opens a line to a session: resolves once it is open, rejects with `ConnectError`. Finds or starts the server if need be;
 * where one was lost because its user stopped it, it rejects with `ServerStoppedError` until it runs again.
 */
export type OpenSocket = (handlers: SocketHandlers) => Promise<Socket>;

/** No line could be opened. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  /** What the server answered, if it did. */
  readonly refusal: WireError | null;

  constructor(message: string, refusal: WireError | null = null) {
    super(message);
    this.refusal = refusal;
  }

  /** Whether trying again later can help. */
  get retry(): boolean {
    return this.refusal?.retry ?? true;
  }
}

/** The server was stopped on purpose. A terminal that was left open does not start it again by itself. */
export class ServerStoppedError extends ConnectError {}
