/** `npm run build`: everything that is made from sources, in order, into dist/. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { buildWorker } from './server/build-worker.ts';
import { buildJavaScriptEngine } from './server/kernels/javascript/build-base.ts';

/** The parser comes beside functions for yargs's own screens: without them, those and their tables stay out. */
const parserOfYargs: Plugin = {
  name: 'parser-of-yargs',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/platform-shims\/esm\.mjs$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    })),
};

const { values } = parseArgs({ options: { 'update-engine': { type: 'boolean', default: false } } });

await buildJavaScriptEngine({ update: values['update-engine'] });
await buildWorker();
await rm('dist/node', { recursive: true, force: true });
await bundleForNode('cli', 'tui/cli.ts');
await bundleForNode('local/daemon', 'server/local/daemon.ts');

/**
 * What runs on the user's machine, in as few files as may be: each costs time at every start. Only what is loaded late
 * becomes a file of its own. Names are kept, for stack traces.
 */
async function bundleForNode(name: string, entry: string): Promise<void> {
  await build({
    entryPoints: { [name]: entry },
    outdir: 'dist',
    chunkNames: 'node/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    // What is CommonJS among the dependencies asks for Node's modules with `require`.
    banner: {
      js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
    },
    // Neither Ink nor React run in the mode for their own developers.
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    // The one dependency that is installed with the package, and what Ink loads for its own developers only.
    external: ['miniflare', 'react-devtools-core'],
    plugins: [parserOfYargs],
    logLevel: 'warning',
  });
}
