/** Build step of every engine: its base snapshot is made under workerd, by a Worker that answers with the bytes. */

import { Miniflare, type ModuleDefinition } from 'miniflare';

/** What the Worker answers to `sources`. `modules`: its script first, their paths absolute. Throws what it says if it fails. */
export async function runBaseWorker(modules: ModuleDefinition[], sources: object): Promise<Uint8Array> {
  const miniflare = new Miniflare({
    modules,
    modulesRoot: '/',
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
  });
  try {
    const response = await miniflare.dispatchFetch('http://base/', { method: 'POST', body: JSON.stringify(sources) });
    const body = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw new Error(`the base snapshot could not be made: ${Buffer.from(body).toString()}`);
    return body;
  } finally {
    await miniflare.dispose();
  }
}
