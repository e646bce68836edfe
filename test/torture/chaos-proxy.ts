/** A TCP proxy that is a bad line: it cuts connections at random bytes and holds them up for a while. It changes nothing. */

import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from './random.ts';

/** A connection is cut somewhere in its first bytes, or not for its length. */
const LONGEST_LIFE_BYTES = 200_000;
const LONGEST_STALL_MILLISECONDS = 300;

export class ChaosProxy {
  readonly #server: Server;
  readonly #random: Random;
  readonly #lines = new Set<readonly [Socket, Socket]>();
  /** Where the server is now. */
  #target: URL | null = null;
  #isCalm = true;
  /** Bytes after which the next connection is cut. */
  #doom: number | null = null;
  /** How many connections were cut. */
  cuts = 0;

  private constructor(random: Random) {
    this.#random = random;
    this.#server = createServer((client) => this.#open(client));
  }

  static async listen(random: Random): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(random);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The address that leads to `target`. */
  through(target: string): string {
    this.#target = new URL(target);
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** The next connection is cut when so many bytes went over it, both ways together. */
  cutNextAfter(bytes: number): void {
    this.#doom = bytes;
  }

  /** Cuts one connection. */
  cut(): void {
    const lines = [...this.#lines];
    const line = lines[this.#random.between(0, lines.length - 1)];
    if (line === undefined) return;
    this.cuts += 1;
    for (const socket of line) socket.destroy();
  }

  /** Holds one direction of one connection up for a while. */
  stall(): void {
    const lines = [...this.#lines];
    const socket = lines[this.#random.between(0, lines.length - 1)]?.[this.#random.between(0, 1)];
    if (socket === undefined) return;
    socket.pause();
    setTimeout(() => socket.resume(), this.#random.between(1, LONGEST_STALL_MILLISECONDS));
  }

  /** Whether it is a good line: it is one at first. */
  set isCalm(isCalm: boolean) {
    this.#isCalm = isCalm;
  }

  close(): void {
    this.#server.close();
    for (const line of this.#lines) for (const socket of line) socket.destroy();
  }

  #open(client: Socket): void {
    const { hostname, port } = this.#target ?? new URL('http://127.0.0.1:1');
    const server = connect(Number(port), hostname);
    const line = [client, server] as const;
    this.#lines.add(line);
    const doom = this.#doom;
    this.#doom = null;
    let life =
      doom !== null
        ? doom
        : this.#random.chance(0.5)
          ? this.#random.between(1, LONGEST_LIFE_BYTES)
          : Number.POSITIVE_INFINITY;
    const end = (): void => {
      this.#lines.delete(line);
      for (const socket of line) socket.destroy();
    };
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (chunk: Buffer) => {
        life -= this.#isCalm && doom === null ? 0 : chunk.length;
        if (life > 0) {
          if (!to.write(chunk)) from.pause();
          return;
        }
        this.cuts += 1;
        to.write(chunk.subarray(0, chunk.length + life), end);
        from.pause();
      });
      to.on('drain', () => from.resume());
      from.on('error', end).on('close', end);
    };
    pass(client, server);
    pass(server, client);
  }
}
