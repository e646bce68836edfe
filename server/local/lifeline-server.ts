/** The daemon's end of the lifelines: counts the clients, tells them where the server is, and notices when none is left. */

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type DaemonMessage, receiveLines, send } from './lifeline.ts';

/** How soon whoever started the daemon connects to it. */
const FIRST_CLIENT_MS = 1_000;

export interface LifelineOptions {
  readonly path: string;
  readonly pid: number;
  readonly version: string;
  /** How long to wait with no client before `idle` is called, in milliseconds. */
  readonly idleMs: number;
  /** Where the server answers, as soon as it does, and a token for the local user, whose own this socket is. */
  readonly greeting: () => Promise<{ readonly url: string; readonly token: string }>;
  /** Nobody has been there for `idleMs`. */
  readonly idle: () => void;
  /** The only client asks this daemon to make way for another version. */
  readonly replace: () => void;
}

export class LifelineServer {
  readonly #options: LifelineOptions;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #ready = false;
  #failure: DaemonMessage | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: LifelineOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Starts to accept clients; they wait until `ready` or `failed`. The caller holds the lock, so an old socket is nobody's. */
  async listen(): Promise<void> {
    rmSync(this.#options.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.path, resolve);
    });
  }

  /** Tells every client, present and future, where the server answers; starts to count idle time. */
  ready(): void {
    this.#ready = true;
    for (const socket of this.#clients) void this.#greet(socket);
    this.#watchIdle();
  }

  /** Tells the clients why there is no server. Resolves when they, but at least whoever started the daemon, know it. */
  async failed(code: string, message: string): Promise<void> {
    this.#failure = { type: 'failed', code, message };
    if (this.#clients.size === 0) {
      await Promise.race([once(this.#server, 'connection'), delay(FIRST_CLIENT_MS, undefined, { ref: false })]);
    }
    await Promise.all([...this.#clients].map((socket) => this.#refuse(socket)));
  }

  /** Tells every client that the user ends this daemon. */
  stopping(): void {
    for (const socket of this.#clients) send(socket, { type: 'stopping' });
  }

  /** Accepts nobody any more and removes the socket. Clients stay connected until the process ends. */
  close(): void {
    clearTimeout(this.#idleTimer);
    this.#server.close();
    rmSync(this.#options.path, { force: true });
  }

  #accept(socket: Socket): void {
    this.#clients.add(socket);
    clearTimeout(this.#idleTimer);
    // A client that dies resets its socket; `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#clients.delete(socket);
      this.#watchIdle();
    });
    receiveLines(socket, (value) => this.#receive(socket, value));
    if (this.#ready) void this.#greet(socket);
  }

  #refuse(socket: Socket): Promise<void> {
    return new Promise((resolve) => {
      socket.once('close', () => resolve());
      if (this.#failure) send(socket, this.#failure);
      socket.destroySoon();
    });
  }

  #receive(socket: Socket, value: unknown): void {
    if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'replace') return;
    if (this.#clients.size === 1) this.#options.replace();
    else send(socket, { type: 'busy', clients: this.#clients.size });
  }

  async #greet(socket: Socket): Promise<void> {
    const { pid, version, greeting } = this.#options;
    try {
      send(socket, { type: 'hello', pid, version, ...(await greeting()), clients: this.#clients.size });
    } catch {
      // There is no server any more, and the daemon ends.
      socket.destroy();
    }
  }

  #watchIdle(): void {
    clearTimeout(this.#idleTimer);
    if (this.#ready && this.#clients.size === 0) this.#idleTimer = setTimeout(this.#options.idle, this.#options.idleMs);
  }
}
