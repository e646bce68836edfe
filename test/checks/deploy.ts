/**
 * `npm run check:deploy`: wrangler accepts both environments, offline, each script fits its plan, and no file beside it
 * is larger than one may be.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const MB = 1_000_000;

/** What Cloudflare accepts as one Worker's script, all its modules together, compressed. */
const PLANS = [
  { plan: 'paid', environment: '', maxBytes: 10 * MB },
  { plan: 'free', environment: 'free', maxBytes: 3 * MB },
];

/** What Cloudflare accepts as one static file. */
const MAX_ASSET_BYTES = 25 * 1024 * 1024;
const ASSETS = 'dist/assets';

for (const path of readdirSync(ASSETS, { recursive: true, encoding: 'utf8' })) {
  const { size } = statSync(join(ASSETS, path));
  if (size > MAX_ASSET_BYTES) {
    console.error(`${path} is too large to be served: ${(size / MB).toFixed(2)} MB.`);
    process.exitCode = 1;
  }
}

for (const { plan, environment, maxBytes } of PLANS) {
  const bytes = compressedSize(environment);
  const megabytes = `${(bytes / MB).toFixed(2)} of ${maxBytes / MB} MB`;
  if (bytes > maxBytes) {
    console.error(`The Worker is too large for the ${plan} plan: ${megabytes}, compressed.`);
    process.exitCode = 1;
  } else {
    console.log(`The Worker can be deployed on the ${plan} plan: ${megabytes}, compressed.`);
  }
}

/** Bytes after gzip of the modules that wrangler would upload. Throws if wrangler refuses the configuration. */
function compressedSize(environment: string): number {
  const directory = mkdtempSync(join(tmpdir(), 'spawnpoint-deploy-'));
  try {
    const { status, stdout, stderr } = spawnSync(
      'npx',
      ['wrangler', 'deploy', '--dry-run', '--env', environment, '--outdir', directory],
      {
        env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' },
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`wrangler refuses to deploy:\n${stdout}${stderr}`);
    const modules = readdirSync(directory).filter((name) => !name.endsWith('.md') && !name.endsWith('.map'));
    if (modules.length === 0) throw new Error('wrangler wrote no module');
    return modules.reduce((sum, name) => sum + gzipSync(readFileSync(join(directory, name))).length, 0);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
