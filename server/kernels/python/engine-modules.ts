/**
 * What makes an interpreter: modules, which are compiled when the first Python kernel of an isolate boots, and files that
 * the platform serves beside the script.
 */

import type { BaseHeader } from './base-image.ts';
import type { InterpreterModules } from './interpreter.ts';

export interface EngineModules extends InterpreterModules {
  readonly pageHasher: WebAssembly.Module;
  readonly checkCounter: WebAssembly.Module;
  /** Names of the wheels whose compiled parts `sideModules` are. */
  readonly wheels: readonly string[];
}

let modules: Promise<EngineModules> | undefined;

/** Loaded on first use, then shared by the kernels of an isolate. */
export function loadModules(): Promise<EngineModules> {
  modules ??= importModules();
  return modules;
}

async function importModules(): Promise<EngineModules> {
  const [glue, python, trampoline, signatures, sentinel, pageHasher, checkCounter, side] = await Promise.all([
    import('../../../dist/python/glue.js'),
    import('../../../dist/python/python.wasm'),
    import('../../../dist/python/trampoline.wasm'),
    import('../../../dist/python/signatures.wasm'),
    import('../../../dist/python/sentinel.wasm'),
    import('../../../dist/python/page-hasher.wasm'),
    import('../../../dist/python/check-counter.wasm'),
    import('../../../dist/python/side-modules.js'),
  ]);
  return {
    createGlue: glue.default,
    python: python.default,
    trampoline: trampoline.default,
    signatures: signatures.default,
    sentinel: sentinel.default,
    pageHasher: pageHasher.default,
    checkCounter: checkCounter.default,
    sideModules: side.modules,
    wheels: side.wheels,
  };
}

/** The platform's static files: `ASSETS` of wrangler.toml. */
export interface Assets {
  fetch(request: string): Promise<Response>;
}

/** Any host: requests to the binding do not leave the platform. */
const ORIGIN = 'https://assets';

/** A file of `dist/assets/python/`. */
export async function openAsset(assets: Assets, name: 'base.json' | 'base.bin' | 'library.zip'): Promise<Response> {
  const response = await assets.fetch(`${ORIGIN}/python/${name}`);
  if (!response.ok) throw new Error(`The server's file python/${name} cannot be read (status ${response.status}).`);
  return response;
}

let header: BaseHeader | undefined;

export async function loadBaseHeader(assets: Assets): Promise<BaseHeader> {
  header ??= (await (await openAsset(assets, 'base.json')).json()) as BaseHeader;
  return header;
}
