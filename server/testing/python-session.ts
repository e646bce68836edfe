/** A session around one Python kernel, for tests in workerd. */

import { env } from 'cloudflare:workers';
import { TestSession } from '../kernels/javascript/testing/test-session.ts';
import { PythonFactory } from '../kernels/python/factory.ts';

export const pythonFactory = new PythonFactory({
  assets: env.ASSETS,
  packageIndex: 'https://index.test/simple',
  fetchPackage: async () => new Response('no such package', { status: 404 }),
});

export function openPython(): Promise<TestSession> {
  return TestSession.open(pythonFactory, 'py');
}
