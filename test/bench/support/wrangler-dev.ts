/** A Worker of the benchmarks' own as `wrangler dev` runs it, with its defaults. It needs no network. */

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliProcess } from '../../support/cli-process.ts';
import { plainEnvironment } from './command.ts';

const wrangler = createRequire(import.meta.url).resolve('wrangler/bin/wrangler.js');

/** `script`: a file in `workers/`. Calls `use` with the URL at which it answers, then ends it. */
export async function withWranglerDev<Result>(script: string, use: (url: URL) => Promise<Result>): Promise<Result> {
  const home = await mkdtemp(join(tmpdir(), 'spawnpoint-bench-'));
  // Where no wrangler.toml is above it.
  const path = join(home, script);
  await copyFile(fileURLToPath(new URL(`../workers/${script}`, import.meta.url)), path);
  const flags = '--compatibility-date 2026-04-01 --compatibility-flag nodejs_compat --port 0 --inspector-port 0';
  const env = {
    ...plainEnvironment,
    HOME: home,
    CI: '1',
    WRANGLER_SEND_METRICS: 'false',
    // It would look the machine's place up.
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  };
  const dev = new CliProcess(process.execPath, [wrangler, 'dev', path, '--ip', '127.0.0.1', ...flags.split(' ')], {
    cwd: home,
    env,
    hasStdin: false,
  });
  try {
    await dev.until(({ stdout }) => ready.test(stdout));
    return await use(new URL(ready.exec(dev.stdout)?.[1] ?? ''));
  } finally {
    dev.kill('SIGINT');
    await dev.ended;
    await rm(home, { recursive: true, force: true });
  }
}

const ready = /Ready on (http:\/\/127\.0\.0\.1:\d+)\s/;
