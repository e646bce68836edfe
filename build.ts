/** `npm run build`: everything that is made from sources, in order, into dist/. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { buildWorkers } from './server/build-worker.ts';
import { buildJavaScriptEngine } from './server/kernels/javascript/build-base.ts';
import { buildPythonEngine } from './server/kernels/python/build/build-engine.ts';
import { buildProgramLibraries } from './server/programs/guest/build-libraries.ts';

/**
 * Libraries of which a command needs a part: what nobody imports from these files stays out of the bundles. The parser
 * of yargs comes beside functions for its screens, the client of ws beside its server.
 */
const parts: Plugin = {
  name: 'parts',
  setup: ({ onResolve }) =>
    onResolve(
      { filter: /(\/platform-shims\/esm\.mjs|^\.\/lib\/(stream|websocket-server)\.js)$/ },
      ({ path, resolveDir }) => ({
        path: join(resolveDir, path),
        sideEffects: false,
      }),
    ),
};

/** What ws asks of Node for an encrypted or compressed line is loaded when there is one: not for the embedded server. */
const lateModules: Plugin = {
  name: 'late-modules',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(https|tls|zlib)$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/ws/') ? { path, namespace: 'late' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require('node:${path}')[name] });`,
    }));
  },
};

const { values } = parseArgs({ options: { 'update-engine': { type: 'boolean', default: false } } });

await buildJavaScriptEngine({ update: values['update-engine'] });
await buildProgramLibraries();
await buildPythonEngine({ update: values['update-engine'] });
await buildWorkers();
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
    // Of a library that comes both ways, the modules, of which only what is used is taken.
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    // What is CommonJS among the dependencies asks for Node's modules with `require`.
    banner: {
      js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
    },
    // Neither Ink nor React run in the mode for their own developers.
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    // The one dependency that is installed with the package, and what Ink loads for its own developers only.
    external: ['miniflare', '*/devtools.js'],
    plugins: [parts, lateModules],
    logLevel: 'warning',
  });
}
