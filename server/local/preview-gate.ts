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
    runner.on('error', () => client.destroy());
    runner.once('close', () => client.destroy());
    client.once('close', () => runner.destroy());
    client.pipe(runner);
    runner.pipe(client);
  }

  #ask(client: Socket): void {
    if (this.#waiting.has(client)) return;
    this.#waiting.add(client);
    this.#options.active();
  }
}
