/** Where this package is installed, seen from any file of it, bundled or not. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Installation {
  readonly version: string;
  readonly daemonEntry: string;
  readonly workerDirectory: string;
  readonly runnerDirectory: string;
}

/** The nearest package above this file. */
export function installation(): Installation {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory)
    directory = dirname(directory);
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
  return {
    version,
    daemonEntry: join(directory, 'dist', 'local', 'daemon.js'),
    workerDirectory: join(directory, 'dist', 'worker'),
    runnerDirectory: join(directory, 'dist', 'runner'),
  };
}

/** Below, at or above zero as version `a` is older than, as new as, or newer than `b`; a pre-release is older. */
export function compareVersions(a: string, b: string): number {
  const [coreA = '', preA] = a.split(/-(.*)/);
  const [coreB = '', preB] = b.split(/-(.*)/);
  const cores = byNumbers(coreA, coreB);
  if (cores !== 0 || preA === preB) return cores;
  if (preA === undefined || preB === undefined) return preA === undefined ? 1 : -1;
  return byNumbers(preA, preB);
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
