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
  /** The next cut, if there is to be one: how many bytes before it are left. */
  #doom: { left: number; readonly then: () => void } | null = null;
  /** How many connections were cut. */
  cuts = 0;
  /** How many bytes came, over all connections and both ways. */
  carried = 0;

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

  /** After so many bytes, over all connections and both ways, the one that carries them is cut; `then` is called at once. */
  cutAfter(bytes: number, then: () => void = () => undefined): void {
    this.#doom = { left: bytes, then };
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
    let life = this.#random.chance(0.5) ? this.#random.between(1, LONGEST_LIFE_BYTES) : Number.POSITIVE_INFINITY;
    const end = (): void => {
      this.#lines.delete(line);
      for (const socket of line) socket.destroy();
    };
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (chunk: Buffer) => {
        this.carried += chunk.length;
        const doom = this.#doom;
        if (doom) doom.left -= chunk.length;
        life -= this.#isCalm ? 0 : chunk.length;
        const left = Math.min(life, doom?.left ?? life);
        if (left > 0) {
          if (!to.write(chunk)) from.pause();
          return;
        }
        this.cuts += 1;
        if (doom && doom.left <= 0) {
          this.#doom = null;
          doom.then();
        }
        to.write(chunk.subarray(0, chunk.length + left), end);
        from.pause();
      });
      to.on('drain', () => from.resume());
      from.on('error', end).on('close', end);
    };
    pass(client, server);
    pass(server, client);
  }
}
