/** The embedded server in a storm: joined wherever it is now, and killed at any moment. */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureServer, type LocalServer } from '../../server/local/ensure.ts';
import { identify, isAlive, type ProcessIdentity, signal } from '../../server/local/processes.ts';
import type { Machine } from '../support/machine.ts';

export interface Reached {
  readonly url: string;
  readonly token: string;
}

export class StormServer {
  readonly #machine: Machine;
  readonly #version: string;
  #server: LocalServer | null = null;
  /** How often a process was killed. */
  kills = 0;

  private constructor(machine: Machine, version: string) {
    this.#machine = machine;
    this.#version = version;
  }

  static async create(machine: Machine): Promise<StormServer> {
    const manifest: { version: string } = JSON.parse(
      await readFile(join(machine.packageDirectory, 'package.json'), 'utf8'),
    );
    return new StormServer(machine, manifest.version);
  }

  /** Finds the server or starts it anew. */
  async reach(): Promise<Reached> {
    const { packageDirectory, env } = this.#machine;
    const server = await ensureServer({
      env,
      installation: {
        version: this.#version,
        daemonEntry: join(packageDirectory, 'dist', 'local', 'daemon.js'),
        workerDirectory: join(packageDirectory, 'dist', 'worker'),
        runnerDirectory: join(packageDirectory, 'dist', 'runner'),
      },
    });
    this.#server?.close();
    this.#server = server;
    return { url: server.url, token: await server.token() };
  }

  /** The directory of its data. */
  get home(): string {
    return this.#machine.home;
  }

  /** The process of the daemon, or of the workerd of the sessions; null while it is being started. */
  find(which: 'daemon' | 'workerd'): ProcessIdentity | null {
    try {
      const { pid, workers } = JSON.parse(readFileSync(join(this.home, 'daemon.json'), 'utf8'));
      const main = workers.find(({ role }: { role: string }) => role === 'main');
      return identify(which === 'daemon' ? pid : main.pid) ?? null;
    } catch {
      return null;
    }
  }

  /** kill -9. Returns when the process is gone. */
  kill(victim: ProcessIdentity | null): void {
    if (victim === null || !signal(victim, 'SIGKILL')) return;
    this.kills += 1;
    while (isAlive(victim));
  }

  close(): void {
    this.#server?.close();
  }
}
