/**
 * The main module of a program's isolate: what the runner calls.
 *
 * `run` never returns by itself. The platform cancels it when nothing is left that could wake the program (no timer,
 * no request, no read of stdin): the very moment at which node would exit. `process.exit` ends it earlier. Then the
 * runner calls `finish`, in the same isolate.
 */

import { WorkerEntrypoint } from 'cloudflare:workers';
import { guard, guardCallbacks } from './callbacks.guest.js';
import { installConsole } from './console.guest.js';
import { attachSink, drainOutput, print } from './output.guest.js';
import { conclude, ownProcess, prepareProcess, uncaught } from './process.guest.js';
import { installStacks } from './stack.guest.js';
import { explainWebAssembly } from './webassembly.guest.js';

let started = false;
let settled = false;
/** Null for a program that has no use for files. */
let fileSystem = null;
/** Null for a program of which only the exit status is wanted. */
let results = null;
/** Held here, because the platform gives up a request whose promise was collected as garbage. */
const never = new Promise(() => {});

export default class extends WorkerEntrypoint {
  async run({ entry, format, args, env, columns, usesBuiltins, files, wanted }, sink) {
    if (started) throw new Error('A program runs once.');
    started = true;
    attachSink(sink);
    installConsole(print);
    prepareProcess({ entry, args, env, input: () => sink.input() }, guard);
    installStacks({ entry, columns });
    guardCallbacks();
    explainWebAssembly();
    // Who imports it comes by no other way.
    if (usesBuiltins || files !== null) ownProcess();
    if (files !== null) await openFiles(files, sink);
    if (wanted !== null) {
      results = await import('./result.guest.js');
      results.keepResult(wanted, entry);
    }
    await sink.begin();
    start({ entry, format, args, env });
    await never;
  }

  /** Hands over what the program changed in the session's files since the last time. Returns whether there was any. */
  async save(sink) {
    let isChanged = false;
    for (const batch of fileSystem?.takeChanges() ?? []) {
      await sink.change(batch);
      isChanged = true;
    }
    return isChanged;
  }

  /** Hands over the output that is still queued; returns the exit status. */
  async finish(sink) {
    if (!started) throw new Error('The program never ran.');
    attachSink(sink);
    const code = conclude(settled);
    await drainOutput();
    await this.save(sink);
    return code;
  }

  /** JSON of what was wanted of the program; null if it has no such thing. To be called after `finish`. */
  result() {
    return results?.resultOf() ?? null;
  }
}

async function openFiles(snapshot, sink) {
  fileSystem = await import('./files.guest.js');
  fileSystem.loadFiles(snapshot, (...part) => sink.part(...part));
}

/** Called by the program's body with its default export, which it returns. */
function defaultExport(value) {
  results?.defaultExport(value);
  return value;
}

async function start({ entry, format, args, env }) {
  try {
    const module = await import(`/${entry}`);
    if (format === 'esm') await module.default(defaultExport);
    else if (format === 'wasi') ownProcess().exitCode = await runWasi(module.default, { entry, args, env });
    else runScript(entry, module.default);
    await results?.takeDefault();
    settled = true;
  } catch (error) {
    settled = true;
    uncaught(error);
  }
}

async function runWasi(module, program) {
  const wasi = await import('./wasi.guest.js');
  return wasi.runWasi(module, program);
}

function runScript(entry, [resolve, body]) {
  const filename = `/home/user/${entry}`;
  const module = { exports: {}, id: '.', filename, loaded: false, children: [], paths: [] };
  const require = (specifier) => resolve(specifier);
  require.main = module;
  const { exports } = module;
  body.call(exports, exports, require, module, filename, filename.replace(/\/[^/]*$/, ''));
  module.loaded = true;
  if (module.exports !== exports || Object.keys(exports).length > 0) defaultExport(module.exports);
}
