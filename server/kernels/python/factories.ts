/** The Python of a server: none without the files beside the script. */

import { answerOf } from '../../egress/egress.ts';
import type { Env } from '../../env.ts';
import type { KernelFactory } from '../kernel.ts';
import { PythonFactory } from './factory.ts';

const INDEX = 'https://pypi.org/simple';

export function pythonFactories({ ASSETS, PYTHON_INDEX, PYTHON_INDEX_URL }: Env): KernelFactory[] {
  if (!ASSETS) return [];
  const fetchPackage = (request: Request) => answerOf(PYTHON_INDEX ?? globalThis, request);
  return [new PythonFactory({ assets: ASSETS, packageIndex: PYTHON_INDEX_URL ?? INDEX, fetchPackage })];
}
