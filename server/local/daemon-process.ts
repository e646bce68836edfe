/** What one daemon runs for its data directory: the lifelines, the workerd of the sessions and the runner. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DaemonOptions } from './daemon-options.ts';
import type { DataPaths } from './directories.ts';
import { LifelineServer } from './lifeline-server.ts';
import { asLocalServerError, LocalServerError } from './local-server-error.ts';
import type { Lock } from './lock.ts';
import { DaemonLog } from './log.ts';
import { preload } from './miniflare.ts';
import { mainOptions, readModules, runnerOptions } from './miniflare-options.ts';
import { preferredPort } from './preview-gate.ts';
import { self, signal, waitForEnd } from './processes.ts';
import { Runner } from './runner.ts';
import { type DaemonState, readState, removeState, type WorkerState, writeState } from './state.ts';
import { Supervisor } from './supervisor.ts';
import { ensureSecret, mintToken } from './tokens.ts';

/** How long after the start the runner is warmed, so that it takes nothing from the first input. */
const WARM_RUNNER_MS = 2_000;
/** How often the daemon looks whether its directory is still there. */
const CHECK_DIRECTORY_MS = 5_000;
const ORPHAN_END_MS = 5_000;

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #paths: DataPaths;
  readonly #lock: Lock;
  readonly #log: DaemonLog;
  readonly #lifeline: LifelineServer;
  #state: DaemonState;
  #tokenSecret = '';
  #main: Supervisor | undefined;
  #runner: Runner | undefined;
  #stopping = false;

  constructor(options: DaemonOptions, paths: DataPaths, lock: Lock) {
    this.#options = options;
    this.#paths = paths;
    this.#lock = lock;
    this.#log = new DaemonLog(paths.log);
    const { socket, version, idleMs } = options;
    this.#state = { ...self(), version, url: null, restarts: { main: 0, runner: 0 }, workers: [] };
    this.#lifeline = new LifelineServer({
      path: socket,
      pid: process.pid,
      version,
      idleMs,
      greeting: () => this.#greeting(),
      idle: () => void this.stop(`nobody has been connected for ${idleMs} ms`),
      replace: () => void this.stop('a client of another version takes over'),
    });
  }

  /** Accepts clients, then boots; they are told when the server answers. `listening` is called when they can come. */
  async run(listening: () => void): Promise<void> {
    this.#log.write(`daemon ${process.pid}, version ${this.#options.version}: starting`);
    await this.#lifeline.listen();
    listening();
    try {
      await this.#endOrphans();
      const url = await this.#boot();
      if (this.#stopping) return;
      this.#log.write(`listening at ${url}`);
      this.#lifeline.ready();
      setTimeout(() => this.#runner?.warm(), WARM_RUNNER_MS).unref();
      setInterval(() => this.#checkDirectory(), CHECK_DIRECTORY_MS).unref();
    } catch (error) {
      const { code, message } = asLocalServerError(error);
      this.#log.write(`boot failed: ${message}`);
      await this.#lifeline.failed(code, message);
      await this.stop('boot failed');
    }
  }

  /** As `server stop` does it: clients that stay do not start another daemon. */
  async terminate(): Promise<void> {
    this.#lifeline.stopping();
    await this.stop('SIGTERM');
  }

  /** Ends both workerd, then leaves the directory as if no daemon had been there. */
  async stop(reason: string): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#log.write(`stopping: ${reason}`);
    await Promise.allSettled([this.#main?.stop(), this.#runner?.stop()]);
    // Without the lock, whatever is there belongs to another daemon.
    if (this.#lock.isHeld()) {
      this.#lifeline.close();
      // A state of another daemon names workerd that could not be ended: the next one has to try again.
      if (readState(this.#paths.state)?.pid === process.pid) removeState(this.#paths.state);
      this.#lock.release();
    }
    process.exit(0);
  }

  /** The last words of a daemon with a fault in it. The next one finds the lock stale and cleans up. */
  crash(error: unknown): void {
    this.#log.write(`crashed: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  }

  /** Waits while workerd is being started again. */
  async #greeting(): Promise<{ url: string; token: string }> {
    if (!this.#main) throw new Error('The server has not been started');
    const [{ origin }, token] = await Promise.all([this.#main.running(), mintToken(this.#tokenSecret)]);
    return { url: origin, token };
  }

  #checkDirectory(): void {
    if (!this.#lock.isHeld()) void this.stop('its data directory was removed');
  }

  /** Two workerd on one directory would both succeed and lose each other's writes: those of a killed daemon go first. */
  async #endOrphans(): Promise<void> {
    for (const worker of readState(this.#paths.state)?.workers ?? []) {
      if (!signal(worker, 'SIGKILL')) continue;
      this.#log.write(`killed workerd ${worker.pid} (${worker.role}), which a daemon before this one left running`);
      if (!(await waitForEnd(worker, ORPHAN_END_MS))) {
        throw new LocalServerError(
          'BOOT_FAILED',
          `Process ${worker.pid} of an earlier server does not end; end it and try again.`,
        );
      }
    }
  }

  async #boot(): Promise<string> {
    const { port, workerDirectory, runnerDirectory, esmCdn, pythonIndex } = this.#options;
    writeState(this.#paths.state, this.#state);
    const modules = readModules(workerDirectory);
    const tokenSecret = ensureSecret(this.#paths.secret);
    this.#tokenSecret = tokenSecret;
    const runnerSecret = randomBytes(32).toString('base64');
    preload();
    const storage = this.#paths.storage;
    let sessionsAddress = '';
    // The runner is told where the sessions are when it starts.
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const runner: Runner = new Runner(
      this.#supervise('runner', 0, (runnerPort) => {
        const worker = { modules: readModules(runnerDirectory), storage: join(storage, 'previews') };
        return runnerOptions({ ...worker, secret: runnerSecret, previewDomain, sessionsAddress }, runnerPort);
      }),
      { secret: runnerSecret, mayStart: begun },
    );
    this.#runner = runner;
    const runnerAddress = await runner.listen();
    const previewDomain: string = `localhost:${await runner.listenForPreviews(preferredPort(storage))}`;
    const assets = join(workerDirectory, '..', 'assets');
    const sources = { esmCdn, pythonIndex };
    const worker = { modules, assets, storage, tokenSecret, runnerSecret, runnerAddress, ...sources, previewDomain };
    const main = this.#supervise('main', port, (mainPort) => mainOptions(worker, mainPort));
    this.#main = main;
    // The first token takes 10 ms longer than the others, which are free while workerd boots.
    const [{ origin: url }] = await Promise.all([main.running(), mintToken(tokenSecret)]);
    sessionsAddress = new URL(url).host;
    begin();
    this.#update({ url });
    return url;
  }

  #supervise(
    role: 'main' | 'runner',
    port: number,
    configure: (port: number) => ReturnType<typeof mainOptions>,
  ): Supervisor {
    return new Supervisor({
      role,
      port,
      configure,
      log: (text) => this.#log.write(text),
      spawned: (worker) => this.#update({ workers: [...this.#othersThan(worker), worker] }),
      restarted: () => {
        const { restarts } = this.#state;
        this.#update({ restarts: { ...restarts, [role]: restarts[role] + 1 } });
        this.#log.write(`${role}: running again`);
      },
      lost: (reason) => {
        this.#log.write(`${role}: cannot be started any more: ${reason}`);
        // Programs will say so; without the sessions there is nothing left to run.
        if (role === 'main') void this.stop('the server cannot be started any more');
      },
    });
  }

  #othersThan({ role }: WorkerState): readonly WorkerState[] {
    return this.#state.workers.filter((worker) => worker.role !== role);
  }

  #update(change: Partial<DaemonState>): void {
    this.#state = { ...this.#state, ...change };
    writeState(this.#paths.state, this.#state);
  }
}
