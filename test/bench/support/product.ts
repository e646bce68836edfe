/** The built product with a data directory of its own, as a user would have it. */

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataPaths } from '../../../server/local/directories.ts';
import { residentBytes } from '../../../server/local/processes.ts';
import type { DaemonState, WorkerRole } from '../../../server/local/state.ts';
import { serverStatus } from '../../../server/local/status.ts';
import { stopServer } from '../../../server/local/stop.ts';
import { type Server, selectServer } from '../../../tui/access/server.ts';
import { plainEnvironment } from './command.ts';

const executable = fileURLToPath(new URL('../../../bin/spawnpoint-cf.js', import.meta.url));
const built = fileURLToPath(new URL('../../../dist/cli.cjs', import.meta.url));

/** The server of a benchmark that was itself killed ends by itself, soon. */
const IDLE_MILLISECONDS = 60_000;

export class Product {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Its embedded server, started by whoever first reaches for it. */
  readonly server: Server;

  private constructor(home: string) {
    this.home = home;
    this.env = { ...plainEnvironment, SPAWNPOINT_HOME: home, SPAWNPOINT_IDLE_MS: String(IDLE_MILLISECONDS) };
    this.server = selectServer(null, this.env);
  }

  /** Calls `use` with a product that nobody used before, then ends and removes all of it. */
  static async use<Result>(use: (product: Product) => Promise<Result>): Promise<Result> {
    if (!existsSync(built)) throw new Error('There is no build to measure: npm run build');
    const product = new Product(await mkdtemp(join(tmpdir(), 'spawnpoint-bench-')));
    try {
      return await use(product);
    } finally {
      await product.stop();
      await rm(product.home, { recursive: true, force: true });
    }
  }

  /** What Node runs for `spawnpoint-cf` with `args`. */
  command(args: readonly string[]): readonly string[] {
    return [executable, ...args];
  }

  /** Posts JSON to the server's REST surface. Rejects unless it answers with success. */
  async post(path: string, json: object): Promise<void> {
    const { origin, token } = await this.server.reach();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(json) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${text}`);
  }

  /** What the server's REST surface answers to GET. Rejects unless that is success. */
  async get(path: string): Promise<ArrayBuffer> {
    const { origin, token } = await this.server.reach();
    const response = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
    return response.arrayBuffer();
  }

  /** Ends the server, if it runs. Sessions stay. */
  async stop(): Promise<void> {
    await stopServer(this.env);
  }

  /** The directory of the stored Durable Objects. */
  get durableObjects(): string {
    return join(dataPaths(this.home).storage, 'durable-objects');
  }

  /** Resident memory of the daemon in bytes. */
  get daemonBytes(): number {
    return residentBytes(this.#state.pid);
  }

  /** Resident memory in bytes of the workerd that holds the sessions or runs the programs; 0 while there is none. */
  workerBytes(role: WorkerRole): number {
    const worker = this.#state.workers.find((each) => each.role === role);
    return worker === undefined ? 0 : residentBytes(worker.pid);
  }

  /** The pid of the workerd that runs the programs, and how often it was started anew. */
  get runner(): { readonly pid: number | null; readonly restarts: number } {
    const { workers, restarts } = this.#state;
    return { pid: workers.find(({ role }) => role === 'runner')?.pid ?? null, restarts: restarts.runner };
  }

  get #state(): DaemonState {
    const state = serverStatus(this.env);
    if (state === undefined) throw new Error('The server does not run.');
    return state;
  }
}

/** Whether there is a process with this pid that has not ended. */
export function isAlive(pid: number): boolean {
  return residentBytes(pid) > 0;
}
