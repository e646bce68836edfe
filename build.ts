/** `npm run build`: everything that is made from sources, in order, into dist/. */

import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { buildWorker } from './server/build-worker.ts';
import { buildJavaScriptEngine } from './server/kernels/javascript/build-base.ts';

const { values } = parseArgs({ options: { 'update-engine': { type: 'boolean', default: false } } });

await buildJavaScriptEngine({ update: values['update-engine'] });
await buildWorker();
await bundleForNode({ 'local/daemon': 'server/local/daemon.ts' });

/** What runs on the user's machine. Code that several entries share, or that one loads late, becomes files of its own. */
async function bundleForNode(entryPoints: Record<string, string>): Promise<void> {
  await build({
    entryPoints,
    outdir: 'dist',
    chunkNames: 'node/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The one dependency that is installed with the package.
    external: ['miniflare'],
    logLevel: 'warning',
  });
}
