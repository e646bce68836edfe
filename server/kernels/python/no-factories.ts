/** In place of factories.ts where the script has no room for Python: on the free plan. */

import type { KernelFactory } from '../kernel.ts';

export function pythonFactories(): KernelFactory[] {
  return [];
}
