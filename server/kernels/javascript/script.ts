/** A script as a fresh QuickJS instance runs it: the modules that it is made of, and how it ends. */

import type { JSValueHandle } from 'quickjs-wasi';
import type { FileSystem } from '../../files/file-system.ts';
import { checkPath } from '../../files/paths.ts';
import { type BuiltModule, type BuiltProgram, buildProgram } from '../../programs/build/build.ts';
import { BuildError } from '../../programs/build/build-error.ts';
import { ProgramSources } from '../../programs/build/sources.ts';
import type { Evaluation, ScriptRequest } from '../kernel.ts';
import type { Engine } from './engine.ts';
import { BUILT_IN_NAMES, builtInModuleSource, builtInName } from './guest/built-in-modules.ts';
import { type Guest, toHandle } from './guest.ts';
import { readNumber, readText } from './host-arguments.ts';
import setup from './script.guest.js';

const HOME = '/home/user/';
/** Where a script asks for its standard input. */
const STDIN_URL = 'file:///dev/stdin';
/** Frames of what is named so are not shown. */
const SETUP_NAME = 'spawnpoint:script';
const REQUIRE_SYMBOL = 'spawnpoint.require';
const FUNCTION_PARAMETERS = 'exports, require, module, __filename, __dirname';

export class Script {
  readonly #request: ScriptRequest;
  readonly #program: BuiltProgram;
  /** The status that it asked to end with. */
  exitCode: number | null = null;
  /** What it threw and nobody caught. */
  uncaught: JSValueHandle | null = null;
  /** See `Evaluation`. */
  #result: string | null = null;

  /** Throws `BuildError` for a script that cannot start. */
  static async build(request: ScriptRequest, files: FileSystem): Promise<Script> {
    const sources = new ProgramSources([], {
      file: async (paths) => {
        const path = paths.find((each) => isFile(files, each));
        return path === undefined ? null : { path, bytes: files.read(path) };
      },
      module: (url) => request.module(url),
    });
    const program = await buildProgram(request.entry, sources);
    if (program.format === 'wasi') throw new BuildError(`${request.entry} cannot run here: ${NO_WASM}`);
    return new Script(request, program);
  }

  private constructor(request: ScriptRequest, program: BuiltProgram) {
    this.#request = request;
    this.#program = program;
  }

  /** See `EngineOptions.moduleLoader`. */
  normalize(specifier: string): string {
    const builtIn = builtInName(specifier);
    if (builtIn !== null) return `node:${builtIn}`;
    if (!specifier.startsWith('/')) throw new Error(notThere(specifier));
    const path = specifier.startsWith(HOME) ? specifier.slice(HOME.length) : specifier.slice(1);
    if (this.#program.modules[path] === undefined) throw new Error(notThere(specifier));
    return `${HOME}${path}`;
  }

  load(name: string): string {
    const builtIn = builtInModuleSource(name);
    if (builtIn !== null) return builtIn;
    const path = name.slice(HOME.length);
    const module = this.#module(path);
    if ('js' in module) return module.js;
    if ('text' in module) return `export default ${JSON.stringify(module.text)};`;
    if ('wasm' in module) throw new Error(`${path} cannot be imported here: ${NO_WASM}`);
    return `export default globalThis[Symbol.for('${REQUIRE_SYMBOL}')](${JSON.stringify(path)});`;
  }

  /** What the script is given for a request that is one for its standard input; null for any other. */
  answer(request: Request): Response | null {
    return request.url === STDIN_URL ? new Response(this.#request.stdin) : null;
  }

  /** The end of a script that ended by itself. */
  ended(code: number): Evaluation {
    return { status: 'exit', code, ...(this.#result === null ? {} : { result: this.#result }) };
  }

  /** Begins; resolves with a promise of the guest for `announceExit` of script.guest.js. Throws `GuestThrew`. */
  async start(engine: Engine, guest: Guest): Promise<JSValueHandle> {
    const made = engine.vm.evalCode(setup, SETUP_NAME);
    const handles = [
      engine.newHostFunction('scriptExit', (code) => {
        this.exitCode ??= readNumber(code) & 0xff;
        engine.polls.interrupt();
        return engine.vm.undefined;
      }),
      engine.newHostFunction('scriptFail', (error) => {
        this.uncaught ??= error?.dup() ?? engine.vm.undefined;
        engine.polls.interrupt();
        return engine.vm.undefined;
      }),
      engine.newHostFunction('scriptCompile', (path) => this.#compile(engine, readText(path))),
      engine.newHostFunction('scriptText', (path) => toHandle(engine, this.#textOf(readText(path)))),
      toHandle(engine, REQUIRE_SYMBOL),
      engine.newHostFunction('scriptResult', (result) => {
        this.#result = readText(result);
        return engine.vm.undefined;
      }),
    ];
    const plain = [guest.handle('encodePlain'), guest.handle('decodePlain')];
    const run = await engine.call(made, ...handles, ...plain);
    const { entry, args, env, wanted = null } = this.#request;
    const json = toHandle(engine, JSON.stringify({ entry, format: this.#program.format, args, env, wanted }));
    try {
      return await engine.call(run, json);
    } finally {
      for (const handle of [made, run, json, ...handles]) handle.dispose();
    }
  }

  #module(path: string): BuiltModule {
    const module = this.#program.modules[path];
    if (module === undefined) throw new Error(notThere(path));
    return module;
  }

  /** The JSON of a module that is data, as `require` wants it; undefined for code. */
  #textOf(path: string): string | undefined {
    const module = this.#module(path);
    if ('json' in module) return JSON.stringify(module.json);
    return 'text' in module ? JSON.stringify(module.text) : undefined;
  }

  /** The function that node makes of a CommonJS module. */
  #compile(engine: Engine, path: string): JSValueHandle {
    const module = this.#module(path);
    const own = path.replace(/^spawnpoint:required\//, '');
    if (!('cjs' in module)) throw new Error(`${own} is an ES module: import it instead of requiring it.`);
    return engine.vm.evalCode(`(function (${FUNCTION_PARAMETERS}) {${module.cjs}\n})`, `${HOME}${path}`);
  }
}

const NO_WASM = 'WebAssembly takes a server with a LOADER binding (the paid plan of Cloudflare).';

function notThere(specifier: string): string {
  return `Cannot find module '${specifier}'. Of node's modules there are ${BUILT_IN_NAMES}.`;
}

function isFile(files: FileSystem, path: string): boolean {
  try {
    checkPath(path);
    return files.stat(path)?.kind === 'file';
  } catch {
    return false;
  }
}
