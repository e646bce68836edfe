/** Starts the daemon as a process of its own, and learns at once when it can be reached or why not. */

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type DaemonOptions, type DaemonReport, REPORT_FD } from './daemon-options.ts';
import { dataPaths } from './directories.ts';
import { LocalServerError, oneLine } from './local-server-error.ts';
import { readLog } from './log.ts';

/** Environment that would change how Node or workerd behave, or that holds what the daemon need not know. */
const WITHHELD = [
  'NODE_OPTIONS',
  'NODE_CHANNEL_FD',
  'NODE_V8_COVERAGE',
  'VSCODE_INSPECTOR_OPTIONS',
  // Node would read them at its start, and Miniflare copy the whole configuration for each: nothing here needs them.
  'NODE_EXTRA_CA_CERTS',
  'SPAWNPOINT_TOKEN',
];

/**
 * Starts a daemon. Resolves when it, or another that was faster, holds the directory and accepts clients.
 * @throws LocalServerError when it ended instead.
 */
export async function startDaemon(entry: string, options: DaemonOptions): Promise<void> {
  const { log, directory } = dataPaths(options.dataDirectory);
  const env = { ...process.env };
  for (const name of WITHHELD) delete env[name];
  // Only what goes wrong before the daemon writes its log by itself ends up on its stderr.
  const stderr = openSync(log, 'a', 0o600);
  const child = spawn(process.execPath, [entry, JSON.stringify(options)], {
    cwd: directory,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', stderr, 'pipe'],
  });
  closeSync(stderr);
  child.unref();
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const pipe = child.stdio[REPORT_FD] as Readable;
  try {
    interpret(await Promise.race([text(pipe), failed]), log);
  } catch (error) {
    if (error instanceof LocalServerError) throw error;
    throw new LocalServerError('BOOT_FAILED', `The server's process could not be started: ${oneLine(error)}`);
  } finally {
    pipe.destroy();
  }
}

function interpret(line: string, log: string): void {
  if (!line) {
    const lastWords =
      readLog(log)
        .trimEnd()
        .split('\n')
        .findLast((words) => /Error|crashed/.test(words)) ?? '';
    throw new LocalServerError('BOOT_FAILED', `The server's process ended while it started. ${lastWords} (see ${log})`);
  }
  const report = JSON.parse(line) as DaemonReport;
  if (report.type === 'failed') throw new LocalServerError(report.code as LocalServerError['code'], report.message);
}
