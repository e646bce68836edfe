/** The Wasm modules that make a QuickJS instance, in the order in which a base snapshot loads them. */

import type { ExtensionDescriptor } from 'quickjs-wasi';
import crypto from '../../../dist/javascript/crypto.so';
import encoding from '../../../dist/javascript/encoding.so';
import headers from '../../../dist/javascript/headers.so';
import interruptSwitch from '../../../dist/javascript/interrupt-switch.wasm';
import quickjs from '../../../dist/javascript/quickjs.wasm';
import structuredClone from '../../../dist/javascript/structured-clone.so';
import url from '../../../dist/javascript/url.so';

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
