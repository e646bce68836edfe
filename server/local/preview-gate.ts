/**
 * The address of previews: bytes go to the runner and back as they are, so that streams and WebSockets pass. The runner
 * itself may have to be started first, or anew; who asks meanwhile waits.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface PreviewGateOptions {
  /** Where the runner listens, once it does and is sure to stay. */
  readonly target: () => Promise<URL>;
  /** Somebody waits for an answer. */
  readonly active: () => void;
}

/** For who asked and gets no answer: the runner has ended, often because code that it served does not yield. */
const LOST_TEXT = 'The process that serves previews was ended, with all that it was doing. Try again.\n';
const LOST = [
  'HTTP/1.1 502 Bad Gateway',
  'content-type: text/plain; charset=utf-8',
  'cache-control: no-store',
  'referrer-policy: no-referrer',
  `content-length: ${LOST_TEXT.length}`,
  'connection: close',
  '',
  LOST_TEXT,
].join('\r\n');

const FIRST_PORT = 20_000;
const PORTS = 20_000;

/** The port that a data directory's previews have whenever it is free, so that their addresses outlive the daemon. */
export function preferredPort(directory: string): number {
  return FIRST_PORT + (createHash('sha256').update(directory).digest().readUInt32BE() % PORTS);
}

export class PreviewGate {
  readonly #options: PreviewGateOptions;
  readonly #server: Server;
  readonly #waiting = new Set<Socket>();
  readonly #open = new Set<Socket>();

  constructor(options: PreviewGateOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (client) => void this.#accept(client));
  }

  /** Connections over which something was asked that has no answer yet. */
  get requests(): number {
    return this.#waiting.size;
  }

  /** Connections that are open: what is served there may run by itself, as a WebSocket does. */
  get connections(): number {
    return this.#open.size;
  }

  /** Listens on 127.0.0.1 at `port`, or at any if that is taken. Resolves with the port. */
  async listen(port: number): Promise<number> {
    try {
      return await this.#listen(port);
    } catch {
      return this.#listen(0);
    }
  }

  async #listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async #accept(client: Socket): Promise<void> {
    this.#open.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => {
      this.#open.delete(client);
      this.#waiting.delete(client);
    });
    try {
      // A browser that connects ahead of its need wants no runner yet.
      const [first] = await once(client, 'data');
      client.pause();
      client.unshift(first);
      this.#ask(client);
      const { hostname, port } = await this.#options.target();
      if (client.destroyed) return;
      this.#join(client, connect({ host: hostname, port: Number(port), noDelay: true }));
    } catch {
      client.destroy();
    }
  }

  #join(client: Socket, runner: Socket): void {
    client.on('data', () => this.#ask(client));
    runner.on('data', () => this.#waiting.delete(client));
    runner.on('error', () => runner.destroy());
    runner.once('close', () => {
      // Behind anything that the runner sent, this might be read as a part of that.
      if (runner.bytesRead === 0 && client.writable) client.write(LOST);
      client.destroySoon();
    });
    client.once('close', () => runner.destroy());
    client.pipe(runner);
    runner.pipe(client, { end: false });
  }

  #ask(client: Socket): void {
    if (this.#waiting.has(client)) return;
    this.#waiting.add(client);
    this.#options.active();
  }
}
