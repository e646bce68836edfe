/** For tests: a connection to a `SessionServer` on a clock that stands still, and what its listener was told. */

import { expect } from 'vitest';
import type { LogEvent } from '../../protocol/events.ts';
import { ManualClock } from '../app/testing/manual-clock.ts';
import { type ConnectionListener, type ConnectionOptions, SessionConnection } from '../client/connection.ts';
import { type ServerLine, SessionServer } from './session-server.ts';

export const CLIENT = 'c-0123456789abcdef';
/** Longer than any pause between two attempts. */
const LONGEST_PAUSE = 5_000;

export class ClientHarness {
  readonly server = new SessionServer();
  readonly clock = new ManualClock();
  /** What the listener was told, in a word each. */
  readonly told: string[] = [];
  /** Set to make the listener ask the log to wait. */
  wait: Promise<void> | undefined;

  readonly #listener: ConnectionListener = {
    welcome: (_, isAnotherLog) => void this.told.push(isAnotherLog ? 'another log' : 'welcome'),
    event: (seq, event) => {
      this.told.push(`${event.name} ${seq}`);
      return this.wait;
    },
    gap: (from, to) => {
      this.told.push(`gap ${from}-${to}`);
      return undefined;
    },
    state: ({ revision }) => void this.told.push(`state ${revision}`),
    lost: () => void this.told.push('lost'),
    stopped: (error) => void this.told.push(`stopped: ${error.message}`),
    ended: (error) => void this.told.push(`ended: ${error.message}`),
  };

  connect(options: Partial<ConnectionOptions> = {}): SessionConnection {
    const connection = new SessionConnection(
      {
        open: this.server.open,
        clock: this.clock,
        random: () => 1,
        client: CLIENT,
        name: 'ada@lovelace',
        version: '0.1.0',
        readOnly: false,
        lossless: true,
        from: 1,
        giveUpAfterMilliseconds: null,
        ...options,
      },
      this.#listener,
    );
    connection.start();
    return connection;
  }

  /** A connection whose line is up, to a log that ends with `head`, and the server's end of the line. */
  async attached(options: Partial<ConnectionOptions> = {}, head = 0): Promise<[SessionConnection, ServerLine]> {
    const greeted = this.server.greeted();
    const connection = this.connect(options);
    const line = await greeted;
    line.welcome({ head });
    return [connection, line];
  }

  /** The line on which the client comes back. */
  back(): Promise<ServerLine> {
    const greeted = this.server.greeted();
    this.clock.advance(LONGEST_PAUSE);
    return greeted;
  }
}

export const notice = (text = ''): LogEvent => ({ name: 'notice', body: { at: 0, level: 'info', text, cause: null } });

/** Lets promises settle until `test` holds; what it waits for needs no time. */
export async function until(test: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !test(); turn++) await Promise.resolve();
  expect(test()).toBe(true);
}
