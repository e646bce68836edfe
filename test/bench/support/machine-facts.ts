/** What a reader must know about the machine and the versions to make sense of figures. Names no machine and no user. */

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';

export interface MachineFacts {
  /** ISO date of the day. */
  readonly date: string;
  /** Of the repository; with `-dirty` when files differ from it. */
  readonly commit: string;
  readonly node: string;
  readonly workerd: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly gigabytes: number;
}

export function describeMachine(): MachineFacts {
  const { version: workerd } = createRequire(import.meta.url)('workerd/package.json') as { version: string };
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim(),
    node: process.versions.node,
    workerd,
    system: `${platform()} ${release().split(/[-+]/)[0]} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    gigabytes: Math.round(totalmem() / 2 ** 30),
  };
}
