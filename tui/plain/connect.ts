/** How commands attach to a session. */

import { randomUUID } from 'node:crypto';
import { type ConnectionListener, SessionConnection } from '../client/connection.ts';
import { ConnectError, type OpenSocket } from '../client/socket.ts';
import { EXIT, ExitError } from '../exit.ts';
import { nodeClock } from '../node-clock.ts';
import { terminalName } from '../terminal-name.ts';
import { CLIENT_VERSION } from '../version.ts';

/** A lost connection is given up after this time. */
const GIVE_UP_MILLISECONDS = 30_000;

export interface AttachOptions {
  readonly open: OpenSocket;
  readonly readOnly: boolean;
  readonly lossless: boolean;
  /** Which client it is; a new one if not said. */
  readonly client?: string;
  /** First log event wanted; null for only what is new. */
  readonly from: number | null;
}

/** Attaches: `listener` is told what happens from now on. */
export function attach(options: AttachOptions, listener: ConnectionListener): SessionConnection {
  const connection = new SessionConnection(
    {
      client: randomUUID(),
      ...options,
      clock: nodeClock,
      random: Math.random,
      name: terminalName(),
      version: CLIENT_VERSION,
      giveUpAfterMilliseconds: GIVE_UP_MILLISECONDS,
    },
    listener,
  );
  connection.start();
  return connection;
}

/** What the end of a connection means for this process. */
export function endedError(error: Error): ExitError {
  const isMissing = error instanceof ConnectError && error.refusal?.code === 'NOT_FOUND';
  return new ExitError(isMissing ? EXIT.failure : EXIT.unreachable, error.message);
}
