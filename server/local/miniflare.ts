/** Loads Miniflare, and finds the workerd that it starts: Miniflare itself tells neither its pid nor its end. */

import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import type { Miniflare, MiniflareOptions } from 'miniflare';
import { LocalServerError } from './local-server-error.ts';

type MiniflareModule = typeof import('miniflare');

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

/** Options that report the process. `spawned` runs in the very turn in which Miniflare starts it. */
function observed(options: MiniflareOptions, events: RuntimeEvents): MiniflareOptions {
  return {
    ...options,
    handleRuntimeStdio(stdout, stderr) {
      for (const stream of [stdout, stderr]) stream.setEncoding('utf8').on('data', events.printed);
      if (latestChild) events.spawned(latestChild);
    },
  };
}

/** Starts a workerd. Resolves when it listens. */
export async function startMiniflare(options: MiniflareOptions, events: RuntimeEvents): Promise<Miniflare> {
  const { Miniflare, NoOpLog } = load();
  const own = STOP_SIGNALS.map((name) => process.listeners(name));
  const miniflare = new Miniflare(observed({ ...options, log: new NoOpLog() }, events));
  // Miniflare would end the process at these signals with its files left behind; the daemon has its own way to stop.
  STOP_SIGNALS.forEach((name, index) => {
    for (const listener of process.listeners(name)) {
      if (!own[index]?.includes(listener)) process.removeListener(name, listener);
    }
  });
  try {
    await miniflare.ready;
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    throw error;
  }
  return miniflare;
}

/** Starts another workerd in place of the one that has died. Resolves when it listens. */
export async function restartMiniflare(
  miniflare: Miniflare,
  options: MiniflareOptions,
  events: RuntimeEvents,
): Promise<void> {
  await miniflare.setOptions(observed(options, events));
}

/** True when a start failed because another program has the port. */
export function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_ADDRESS_IN_USE';
}

/** Loading takes a third of the start; a failure to is a broken installation. */
export function preload(): void {
  try {
    load();
  } catch {
    throw new LocalServerError('BOOT_FAILED', 'The package miniflare cannot be loaded. Install spawnpoint-cf again.');
  }
}
