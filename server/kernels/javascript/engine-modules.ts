/** The Wasm modules that make a QuickJS instance, in the order in which a base snapshot loads them. */

import type { ExtensionDescriptor } from 'quickjs-wasi';
import crypto from 'quickjs-wasi/crypto.so';
import encoding from 'quickjs-wasi/encoding.so';
import headers from 'quickjs-wasi/headers.so';
import quickjs from 'quickjs-wasi/quickjs.wasm';
import structuredClone from 'quickjs-wasi/structured-clone.so';
import url from 'quickjs-wasi/url.so';
import interruptSwitch from '../../../dist/javascript/interrupt-switch.wasm';

export interface EngineModules {
  readonly quickjs: WebAssembly.Module;
  readonly interruptSwitch: WebAssembly.Module;
  readonly extensions: ExtensionDescriptor[];
}

export const engineModules: EngineModules = {
  quickjs,
  interruptSwitch,
  extensions: [
    { name: 'url', wasm: url },
    { name: 'encoding', wasm: encoding },
    { name: 'headers', wasm: headers },
    { name: 'crypto', wasm: crypto },
    { name: 'structured-clone', wasm: structuredClone },
  ],
};
