/** Makes JavaScript kernels from the base snapshot of the build. */

import baseFile from '../../../dist/javascript/base.bin';
import memoryComparer from '../../../dist/javascript/memory-comparer.wasm';
import { EngineGoneError, type Kernel, type KernelFactory, type KernelHost, type StoredHeap } from '../kernel.ts';
import { type BaseImage, decodeBaseImage } from './base-image.ts';
import lock from './engine.lock.json' with { type: 'json' };
import { engineModules } from './engine-modules.ts';
import { isComplete } from './is-complete.ts';
import { isPure } from './is-pure.ts';
import { JavaScriptKernel } from './javascript-kernel.ts';
import { splitInputs } from './split-inputs.ts';
import { StoredHeapState } from './stored-heap.ts';

/** Unpacked once in an isolate, on first use, and shared by its kernels. */
let base: BaseImage | undefined;

export const javascriptFactory: KernelFactory = {
  name: 'javascript',
  engine: lock.engine,
  // Its memory, and the copy that it is compared with.
  bootBytes: 8 * 1024 * 1024,
  async boot(host: KernelHost, heap?: StoredHeap): Promise<Kernel> {
    if (heap && heap.engine !== lock.engine) throw new EngineGoneError(heap.engine, lock.engine);
    base ??= decodeBaseImage(new Uint8Array(baseFile));
    const { memory, stackPointer } = base.snapshot;
    const state = new StoredHeapState(memory, stackPointer, heap?.deltas ?? [], memoryComparer);
    return JavaScriptKernel.boot({
      id: lock.engine,
      modules: engineModules,
      base,
      heap: state,
      ran: heap?.ran ?? 0,
      host,
    });
  },
  isComplete: (code, language) => isComplete(code, language === 'ts' ? 'ts' : 'js'),
  split: (text, language, from) => splitInputs(text, language === 'ts' ? 'ts' : 'js', from),
  isPure: (code, language) => isPure(code, language === 'ts' ? 'ts' : 'js'),
};
