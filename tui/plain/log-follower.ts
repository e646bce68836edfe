/** Follows a session's log from its start, without taking part in it. */

import type { LogEvent } from '../../protocol/events.ts';
import type { ConnectionListener } from '../client/connection.ts';
import type { OpenSocket } from '../client/socket.ts';
import type { Io } from '../io.ts';
import { attach, endedError } from './connect.ts';

/** What is written for each item of the log. A promise asks the log to wait. */
export interface LogWriter {
  event(seq: number, event: LogEvent): Promise<void> | undefined;
  gap(from: number, to: number): Promise<void> | undefined;
}

export class LogFollower implements ConnectionListener {
  readonly #io: Io;
  readonly #writer: LogWriter;
  #fail: (error: Error) => void = () => undefined;
  /** Rejects when the log cannot be followed any longer. Never resolves. */
  readonly followed: Promise<never>;

  constructor(open: OpenSocket, io: Io, writer: LogWriter) {
    this.#io = io;
    this.#writer = writer;
    this.followed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    attach({ open, readOnly: true, lossless: false, from: 1 }, this);
  }

  event(seq: number, event: LogEvent): Promise<void> | undefined {
    return this.#writer.event(seq, event);
  }

  gap(from: number, to: number): Promise<void> | undefined {
    return this.#writer.gap(from, to);
  }

  welcome(_: unknown, isAnotherLog: boolean): void {
    if (isAnotherLog) this.#io.warn('the session was made anew; its log starts over');
  }

  state(): void {}

  lost(): void {
    this.#io.warn('the connection is lost; trying to get it back');
  }

  stopped(error: Error): void {
    this.#io.warn(error.message);
  }

  ended(error: Error): void {
    this.#fail(endedError(error));
  }
}
