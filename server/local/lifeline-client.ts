/** A client's end of the lifeline: connects to a daemon and waits for its hello. */

import { connect, type Socket } from 'node:net';
import { type DaemonMessage, parseDaemonMessage, receiveLines, send } from './lifeline.ts';

export type Hello = Extract<DaemonMessage, { type: 'hello' }>;

export class Lifeline {
  readonly #socket: Socket;
  readonly #messages: DaemonMessage[] = [];
  #wake: (() => void) | undefined;
  #wasStopped = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    receiveLines(socket, (value) => {
      const message = parseDaemonMessage(value);
      if (message?.type === 'stopping') this.#wasStopped = true;
      else if (message) this.#messages.push(message);
      this.#wake?.();
    });
    socket.once('close', () => this.#wake?.());
  }

  /** Connects, or resolves with undefined when nobody listens there. */
  static connect(path: string): Promise<Lifeline | undefined> {
    return new Promise((resolve) => {
      const socket = connect(path);
      socket.once('connect', () => resolve(new Lifeline(socket)));
      socket.once('error', () => resolve(undefined));
    });
  }

  /** The daemon's next message; undefined when it ended or said nothing for `milliseconds`. */
  async next(milliseconds: number): Promise<DaemonMessage | undefined> {
    if (this.#messages.length === 0 && !this.#socket.closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#messages.shift();
  }

  /** True once the daemon has ended or closed the connection. */
  get closed(): boolean {
    return this.#socket.closed;
  }

  /** Whether the daemon said that its user ends it. */
  get wasStopped(): boolean {
    return this.#wasStopped;
  }

  /** Resolves when the daemon ends or this end is closed. */
  get ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.closed) resolve();
      else this.#socket.once('close', () => resolve());
    });
  }

  /** Asks the daemon to make way for another version. */
  askToReplace(): void {
    send(this.#socket, { type: 'replace' });
  }

  /** Lets the client's process end while the lifeline is open. */
  unref(): void {
    this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }
}
