/** Loads Miniflare, and finds the workerd that it starts: Miniflare itself tells neither its pid nor its end. */

import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import type { Miniflare, MiniflareOptions } from 'miniflare';
import { LocalServerError } from './local-server-error.ts';

type MiniflareModule = typeof import('miniflare');

/** How long to wait for the rest of what a workerd printed that did not start. */
const LAST_WORDS_MS = 1_000;
const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

let loaded: MiniflareModule | undefined;
let latestChild: ChildProcess | undefined;

/** `require` takes 0.2 s less than `import`, which would first parse the 4 MB to list their exports. */
function load(): MiniflareModule {
  if (!loaded) {
    subscribe('child_process', (message) => {
      latestChild = (message as { process: ChildProcess }).process;
    });
    loaded = createRequire(import.meta.url)('miniflare') as MiniflareModule;
  }
  return loaded;
}

export interface RuntimeEvents {
  /** A workerd has been started and waits for its configuration: it has opened nothing yet. */
  readonly spawned: (child: ChildProcess) => void;
  /** What workerd or the Worker's console printed. */
  readonly printed: (text: string) => void;
}

/**
 * Lets `start` use options that report the process; `spawned` runs in the very turn in which Miniflare starts it.
 * When it fails, that is known only after workerd has had its last words.
 */
async function observe<T>(
  options: MiniflareOptions,
  events: RuntimeEvents,
  start: (observed: MiniflareOptions) => Promise<T>,
): Promise<T> {
  let ended: Promise<unknown> = Promise.resolve();
  const observed: MiniflareOptions = {
    ...options,
    handleRuntimeStdio(stdout, stderr) {
      const streams = [stdout, stderr];
      for (const stream of streams) stream.setEncoding('utf8').on('data', events.printed);
      ended = Promise.all(streams.map((stream) => once(stream, 'end')));
      ended.catch(() => {});
      if (latestChild) events.spawned(latestChild);
    },
  };
  try {
    return await start(observed);
  } catch (error) {
    await Promise.race([ended, delay(LAST_WORDS_MS)]).catch(() => {});
    throw error;
  }
}

/** Starts a workerd. Resolves when it listens. */
export function startMiniflare(options: MiniflareOptions, events: RuntimeEvents): Promise<Miniflare> {
  const { Miniflare, NoOpLog } = load();
  let miniflare: Miniflare | undefined;
  const started = observe({ ...options, log: new NoOpLog() }, events, async (observed) => {
    const own = STOP_SIGNALS.map((name) => process.listeners(name));
    miniflare = new Miniflare(observed);
    // Miniflare would end the process at these signals with its files left behind; the daemon has its own way to stop.
    STOP_SIGNALS.forEach((name, index) => {
      for (const listener of process.listeners(name)) {
        if (!own[index]?.includes(listener)) process.removeListener(name, listener);
      }
    });
    await miniflare.ready;
    return miniflare;
  });
  return started.catch(async (error: unknown) => {
    await miniflare?.dispose().catch(() => {});
    throw error;
  });
}

/** Starts another workerd in place of the one that has died. Resolves when it listens. */
export function restartMiniflare(
  miniflare: Miniflare,
  options: MiniflareOptions,
  events: RuntimeEvents,
): Promise<void> {
  return observe(options, events, (observed) => miniflare.setOptions(observed));
}

/** Loading takes a third of the start; a failure to is a broken installation. */
export function preload(): void {
  try {
    load();
  } catch {
    throw new LocalServerError('BOOT_FAILED', 'The package miniflare cannot be loaded. Install spawnpoint-cf again.');
  }
}
