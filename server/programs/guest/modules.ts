/** The guest side of programs and previews as the Worker Loader takes it. Names under `spawnpoint:` cannot clash with a user's. */

import fs from '../../../dist/programs/fs.guest.js';
import fsPromises from '../../../dist/programs/fs-promises.guest.js';
import memfs from '../../../dist/programs/memfs.guest.js';
import plainData from '../../../dist/programs/plain-data.guest.js';
import wasiShim from '../../../dist/programs/wasi-shim.guest.js';
import type { BuiltProgram } from '../build/build.ts';
import callbacks from './callbacks.guest.js';
import consoleModule from './console.guest.js';
import files from './files.guest.js';
import input from './input.guest.js';
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
import table from './table.guest.js';
import wasi from './wasi.guest.js';

const directory = 'spawnpoint:';

export const guestMain = `${directory}main.guest.js`;

type Modules = Readonly<Record<string, { js: string }>>;

/** Some stand in for modules of the runtime, also for what a program imports. */
const always: Modules = {
  ...modules({
    callbacks,
    console: consoleModule,
    input,
    main,
    output,
    process: processModule,
    readline,
    stack,
    table,
  }),
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

/** `usesFiles`: whether the program may need `node:fs`. `isWanted`: whether more is wanted of it than its exit status. */
export function guestModules(
  { usesFiles, format }: Pick<BuiltProgram, 'usesFiles' | 'format'>,
  isWanted: boolean,
): Modules {
  return {
    ...always,
    ...(usesFiles ? withFiles : {}),
    ...(format === 'wasi' ? withWasi : {}),
    ...(isWanted ? withResult : {}),
  };
}

/** Those of a preview. */
export const previewGuestModules: Modules = modules({
  console: consoleModule,
  preview,
  'preview-files': previewFiles,
  'preview-objects': previewObjects,
  'preview-output': previewOutput,
  table,
});

/** Those of a preview that may read files, besides. */
export const previewFileModules: Modules = { ...withFiles, ...modules({ 'preview-volume': previewVolume }) };

function modules(texts: Readonly<Record<string, string>>): Modules {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`${directory}${name}.guest.js`, { js: absolute(text) }]),
  );
}

function absolute(text: string): string {
  return text.replace(/(\bfrom |\bimport\()'\.\//g, `$1'/${directory}`);
}
