/** Keeps one workerd running: started again on the same port whenever it dies, at growing intervals if it keeps dying. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Miniflare, MiniflareOptions } from 'miniflare';
import { LocalServerError, oneLine } from './local-server-error.ts';
import { type RuntimeEvents, restartMiniflare, startMiniflare } from './miniflare.ts';
import { identify } from './processes.ts';
import type { WorkerRole, WorkerState } from './state.ts';

/** Deaths longer ago than this do not count against a workerd. */
const CRASH_WINDOW_MS = 30_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** How many starts in a row may fail before the supervisor gives up. */
const FAILED_STARTS = 8;
/** Lines of workerd's own output kept to explain a failed start. */
const REMEMBERED_CHARACTERS = 2_000;

export interface SupervisorOptions {
  readonly role: WorkerRole;
  /** 0: any free port, kept from then on. */
  readonly port: number;
  readonly configure: (port: number) => MiniflareOptions;
  readonly log: (text: string) => void;
  /** A new process exists; it has opened no file yet. */
  readonly spawned: (worker: WorkerState) => void;
  /** It listens again after a death. */
  readonly restarted: () => void;
  /** It cannot be started any more. */
  readonly lost: (reason: string) => void;
}

/** The pause before a start after `crashes` deaths within the window: none for the first two, then doubling. */
export function restartPause(crashes: number): number {
  return crashes <= 2 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (crashes - 3));
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #events: RuntimeEvents;
  #miniflare: Miniflare | undefined;
  #child: ChildProcess | undefined;
  #url: URL | undefined;
  #running: Promise<URL> | undefined;
  #printed = '';
  #crashes: number[] = [];
  /** Ended by `kill`: not by a fault of its own, so its death counts against nobody. */
  #killed: ChildProcess | undefined;
  #restarting = false;
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#events = { spawned: (child) => this.#spawned(child), printed: (text) => this.#print(text) };
  }

  /** Resolves with the address as soon as the workerd listens; starts it if need be. Rejects when it cannot be started. */
  running(): Promise<URL> {
    return this.#running ?? this.#follow(this.#start());
  }

  /** The live process, if there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends the process at once; it is then started again as after any death. Who asks for it meanwhile gets the next one. */
  kill(reason: string): void {
    this.#options.log(`${this.#options.role}: killed: ${reason}`);
    const child = this.#child;
    if (!child) return;
    if (!this.#restarting && !this.#stopping) this.#running = this.#afterEnd(child);
    this.#killed = child;
    child.kill('SIGKILL');
  }

  /** The start that follows the end of `child`. */
  #afterEnd(child: ChildProcess): Promise<URL> {
    const next: Promise<URL> = once(child, 'exit').then(() => {
      if (this.#running === next) throw new Error('it is being stopped');
      return this.running();
    });
    next.catch(() => {});
    return next;
  }

  /** Ends the process for good. Everything acknowledged is on disk, so there is nothing to wait for but its end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child) return;
    const exit = once(child, 'exit');
    if (child.kill('SIGKILL')) await exit;
  }

  async #start(): Promise<URL> {
    const { configure, port, role } = this.#options;
    try {
      this.#miniflare = await startMiniflare(configure(port), this.#events);
      this.#url = await this.#miniflare.unsafeGetDirectURL();
      if (!this.#child) throw new Error('it ended at once');
      return this.#url;
    } catch (error) {
      if (/Address already in use/.test(this.#printed)) {
        const text = `Port ${port} on 127.0.0.1 is taken by another program. Free it, or set SPAWNPOINT_PORT to another port.`;
        throw new LocalServerError('PORT_TAKEN', text);
      }
      const detail = this.#printed.trim() || oneLine(error);
      throw new LocalServerError('BOOT_FAILED', `The server (${role}) could not start: ${oneLine(detail)}`);
    }
  }

  #spawned(child: ChildProcess): void {
    this.#child = child;
    this.#printed = '';
    child.once('error', (error) => this.#print(oneLine(error)));
    child.once('exit', (code, signal) => this.#ended(child, `${signal ?? `exit status ${code}`}`));
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity) this.#options.spawned({ ...identity, role: this.#options.role });
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    // A death before it ever listened is the failure of that start, which the starter sees by itself.
    if (this.#stopping || !this.#url || this.#restarting) return;
    this.#options.log(`${this.#options.role}: workerd ended (${how}); starting it again`);
    const isCrash = this.#killed !== child;
    this.#follow(this.#restart(this.#url, isCrash)).catch((error: unknown) => this.#options.lost(oneLine(error)));
  }

  /** Makes a start the one that everybody waits for; if it fails, the next who asks begins anew. */
  #follow(start: Promise<URL>): Promise<URL> {
    this.#running = start;
    start.catch(() => {
      this.#running = undefined;
    });
    return start;
  }

  async #restart(url: URL, isCrash: boolean): Promise<URL> {
    const { configure, log, role, restarted } = this.#options;
    this.#restarting = true;
    try {
      for (let failures = 0; !this.#stopping && this.#miniflare; failures++) {
        const now = performance.now();
        this.#crashes = this.#crashes.filter((time) => now - time < CRASH_WINDOW_MS);
        if (isCrash || failures > 0) this.#crashes.push(now);
        await delay(isCrash || failures > 0 ? restartPause(this.#crashes.length) : 0);
        if (this.#stopping) break;
        try {
          await restartMiniflare(this.#miniflare, configure(Number(url.port)), this.#events);
          if (!this.#child) throw new Error('it ended at once');
          restarted();
          return url;
        } catch (error) {
          log(`${role}: start failed: ${oneLine(this.#printed.trim() || error)}`);
          if (failures < FAILED_STARTS) continue;
          await this.#miniflare.dispose().catch(() => {});
          throw error;
        }
      }
      throw new Error('it is being stopped');
    } finally {
      this.#restarting = false;
    }
  }

  #print(text: string): void {
    this.#printed = (this.#printed + text).slice(-REMEMBERED_CHARACTERS);
    for (const line of text.split('\n')) if (line.trim()) this.#options.log(`${this.#options.role}: ${line}`);
  }
}
