/** Makes Python kernels from the base snapshot of the build. */

import { EngineGoneError, type Kernel, type KernelFactory, type KernelHost, type StoredHeap } from '../kernel.ts';
import type { PythonServices } from './boot.ts';
import lock from './engine.lock.json' with { type: 'json' };
import { isComplete } from './is-complete.ts';
import { isPure } from './is-pure.ts';
import { PythonKernel } from './python-kernel.ts';
import { splitInputs } from './split-inputs.ts';

export class PythonFactory implements KernelFactory {
  readonly name = 'python';
  readonly engine = lock.engine;
  readonly bootBytes = 48 * 1024 * 1024;
  readonly #services: PythonServices;

  constructor(services: PythonServices) {
    this.#services = services;
  }

  async boot(host: KernelHost, heap?: StoredHeap): Promise<Kernel> {
    if (heap && heap.engine !== lock.engine) throw new EngineGoneError(heap.engine, lock.engine);
    return PythonKernel.boot(lock.engine, this.#services, host, heap);
  }

  isComplete(code: string): ReturnType<KernelFactory['isComplete']> {
    return isComplete(code);
  }

  split(text: string): ReturnType<KernelFactory['split']> {
    return splitInputs(text);
  }

  isPure(code: string): boolean {
    return isPure(code);
  }
}
