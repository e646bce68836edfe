/** The guest side of programs and previews as the Worker Loader takes it. Names under `spawnpoint:` cannot clash with a user's. */

import fileRange from '../../../dist/programs/file-range.guest.js';
import fs from '../../../dist/programs/fs.guest.js';
import fsPromises from '../../../dist/programs/fs-promises.guest.js';
import memfs from '../../../dist/programs/memfs.guest.js';
import plainData from '../../../dist/programs/plain-data.guest.js';
import wasiShim from '../../../dist/programs/wasi-shim.guest.js';
import type { BuiltProgram } from '../build/build.ts';
import callbacks from './callbacks.guest.js';
import consoleModule from './console.guest.js';
import files from './files.guest.js';
import main from './main.guest.js';
import output from './output.guest.js';
import path from './path.guest.js';
import preview from './preview.guest.js';
import previewFiles from './preview-files.guest.js';
import previewObjects from './preview-objects.guest.js';
import previewOutput from './preview-output.guest.js';
import previewVolume from './preview-volume.guest.js';
import processModule from './process.guest.js';
import readline from './readline.guest.js';
import result from './result.guest.js';
import stack from './stack.guest.js';
import streams from './streams.guest.js';
import table from './table.guest.js';
import wasi from './wasi.guest.js';
import webassembly from './webassembly.guest.js';

const directory = 'spawnpoint:';

export const guestMain = `${directory}main.guest.js`;

type Modules = Readonly<Record<string, { js: string } | { cjs: string }>>;

/**
 * `(name) => module`, at once: what Node calls `require`, for modules of the runtime that may not be needed. It does not
 * know `node:process`, but a module that imports it.
 */
const builtin: Modules = {
  [`${directory}require.guest.js`]: { cjs: 'module.exports = (name) => require(name);' },
  [`${directory}runtime-process.guest.js`]: { js: "import process from 'node:process'; export default process;" },
};

const always: Modules = {
  ...builtin,
  ...modules({
    callbacks,
    console: consoleModule,
    main,
    output,
    process: processModule,
    stack,
    streams,
    table,
    webassembly,
  }),
};

/** These stand in for modules of the runtime, also for what a program imports. */
const withBuiltins: Modules = {
  ...modules({ readline }),
  'node:path': { js: path },
  'node:path/posix': { js: path },
  'node:readline': {
    js: `export * from '/${directory}readline.guest.js'; export { default } from '/${directory}readline.guest.js';`,
  },
  'node:readline/promises': {
    js: `import { promises } from '/${directory}readline.guest.js'; export const { Interface, createInterface } = promises; export default promises;`,
  },
};

const withFiles: Modules = {
  ...modules({ files, memfs }),
  'node:fs': { js: absolute(fs) },
  'node:fs/promises': { js: absolute(fsPromises) },
};

const withWasi: Modules = modules({ wasi, 'wasi-shim': wasiShim });

const withResult: Modules = modules({ 'plain-data': plainData, result });

/** Those of a program. `isWanted`: whether more is wanted of it than its exit status. */
export function guestModules(
  { usesBuiltins, usesFiles, format }: Pick<BuiltProgram, 'usesBuiltins' | 'usesFiles' | 'format'>,
  isWanted: boolean,
): Modules {
  return {
    ...always,
    ...(usesBuiltins || usesFiles ? withBuiltins : {}),
    ...(usesFiles ? withFiles : {}),
    ...(format === 'wasi' ? withWasi : {}),
    ...(isWanted ? withResult : {}),
  };
}

/** Those of a preview. */
export const previewGuestModules: Modules = {
  ...builtin,
  ...modules({
    console: consoleModule,
    preview,
    'file-range': fileRange,
    'preview-files': previewFiles,
    'preview-objects': previewObjects,
    'preview-output': previewOutput,
    stack,
    table,
    webassembly,
  }),
};

/** Those of a preview that may read files, besides. */
export const previewFileModules: Modules = {
  ...withBuiltins,
  ...withFiles,
  ...modules({ 'preview-volume': previewVolume }),
};

function modules(texts: Readonly<Record<string, string>>): Modules {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`${directory}${name}.guest.js`, { js: absolute(text) }]),
  );
}

function absolute(text: string): string {
  return text.replace(/(\bfrom |\bimport\()'\.\//g, `$1'/${directory}`);
}
