/**
 * The entry of the daemon, the detached process that runs the embedded server for one data directory. Takes the
 * directory's lock, or ends when another daemon has it.
 */

import { closeSync, writeSync } from 'node:fs';
import { type DaemonOptions, type DaemonReport, REPORT_FD } from './daemon-options.ts';
import { Daemon } from './daemon-process.ts';
import { dataPaths, makePrivateDirectory } from './directories.ts';
import { asLocalServerError } from './local-server-error.ts';
import { acquireLock } from './lock.ts';

function report(message: DaemonReport): void {
  try {
    writeSync(REPORT_FD, `${JSON.stringify(message)}\n`);
    closeSync(REPORT_FD);
  } catch {
    // The client that started this daemon has gone; others may come.
  }
}

async function start(options: DaemonOptions): Promise<void> {
  // workerd makes files of its own.
  process.umask(0o077);
  const paths = dataPaths(options.dataDirectory);
  makePrivateDirectory(paths.directory);
  const lock = await acquireLock(paths.lock, options.socket);
  if (!lock) return report({ type: 'held' });
  const daemon = new Daemon(options, paths, lock);
  process.on('uncaughtException', (error) => daemon.crash(error));
  process.on('SIGHUP', () => {});
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => void daemon.terminate());
  await daemon.run(() => report({ type: 'listening' }));
}

start(JSON.parse(process.argv[2] ?? '{}') as DaemonOptions).catch((error: unknown) => {
  const { code, message } = asLocalServerError(error);
  report({ type: 'failed', code, message });
  process.exit(1);
});
