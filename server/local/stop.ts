/** `server stop`: ends the daemon of a data directory and everything it started, and waits until it is gone. */

import { dataPaths, userDirectories } from './directories.ts';
import { LocalServerError } from './local-server-error.ts';
import { readLock } from './lock.ts';
import { signal, waitForEnd } from './processes.ts';
import { readState } from './state.ts';

/** How long the daemon gets to end by itself, and how long the system to end it. */
const PATIENCE_MS = 5_000;

/**
 * Resolves with true when a server ran and has ended, with false when none ran.
 * @throws LocalServerError `UNRESPONSIVE` when a process cannot be ended.
 */
export async function stopServer(env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const paths = dataPaths(userDirectories(env).data);
  const daemon = readLock(paths.lock);
  let ran = false;
  if (daemon && signal(daemon, 'SIGTERM')) {
    ran = true;
    if (await waitForEnd(daemon, PATIENCE_MS)) return true;
    signal(daemon, 'SIGKILL');
  }
  // A daemon that was killed, now or earlier, leaves its workerd behind.
  const workers = readState(paths.state)?.workers ?? [];
  for (const worker of workers) ran = signal(worker, 'SIGKILL') || ran;
  for (const process of daemon ? [daemon, ...workers] : workers) {
    if (await waitForEnd(process, PATIENCE_MS)) continue;
    throw new LocalServerError('UNRESPONSIVE', `Process ${process.pid} of the local server does not end.`);
  }
  return ran;
}
