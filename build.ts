/** `npm run build`: everything that is made from sources, in order, into dist/. */

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
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

/**
 * The TUI is a file of its own, loaded when it is wanted: it is larger than all the rest. Code that was compiled before
 * cannot import by itself, so a module beside it does.
 */
const lateTui: Plugin = {
  name: 'late-tui',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\/interactive\.ts$/ }, () => ({ path: 'tui', namespace: 'late-tui' }));
    onResolve({ filter: /^\.\/tui\.cjs$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'late-tui' }, () => ({
      contents: "export const openTui = async (...all) => (await require('./tui.cjs')()).openTui(...all);",
    }));
  },
};

const { values } = parseArgs({ options: { 'update-engine': { type: 'boolean', default: false } } });

await buildJavaScriptEngine({ update: values['update-engine'] });
await buildProgramLibraries();
await buildPythonEngine({ update: values['update-engine'] });
await buildWorkers();
await bundleForNode('start', 'tui/start.ts', 'cjs');
await bundleForNode('cli', 'tui/cli.ts', 'cjs');
await bundleForNode('interactive', 'tui/interactive.ts', 'esm');
await bundleForNode('local/daemon', 'server/local/daemon.ts', 'esm');
await writeFile('dist/tui.cjs', "module.exports = () => import('./interactive.js');\n");
await putDigest('dist/cli.cjs');

/**
 * What runs on the user's machine, each as one file: every further one costs time at a start. Names are kept, for stack
 * traces. What starts with every command is CommonJS: Node 20 can take that from compiled code (tui/start.ts).
 */
async function bundleForNode(name: string, entry: string, format: 'esm' | 'cjs'): Promise<void> {
  const isModule = format === 'esm';
  await build({
    entryPoints: { [name]: entry },
    outdir: 'dist',
    outExtension: { '.js': isModule ? '.js' : '.cjs' },
    bundle: true,
    platform: 'node',
    format,
    target: 'node20',
    // Of a library that comes both ways, the modules, of which only what is used is taken.
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    banner: {
      js: isModule
        ? // What is CommonJS among the dependencies asks for Node's modules with `require`.
          "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);"
        : "'use strict';const moduleUrl = require('node:url').pathToFileURL(__filename).href;",
    },
    define: {
      // Neither Ink nor React run in the mode for their own developers.
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
      ...(!isModule && { 'import.meta.url': 'moduleUrl' }),
    },
    // The one dependency that is installed with the package, and what Ink loads for its own developers only.
    external: ['miniflare', '*/devtools.js'],
    plugins: [parts, lateModules, ...(isModule ? [] : [lateTui])],
    logLevel: 'warning',
  });
}

/** Compiled code is kept under this digest. */
async function putDigest(path: string): Promise<void> {
  const code = await readFile(path, 'utf8');
  const digest = createHash('sha256').update(code).digest('hex').slice(0, 16);
  await writeFile(path, `/* ${digest} */\n${code}`);
}
