/** What the heaps of a session take in its store. */

import * as v from 'valibot';
import { WORKER_NAME } from '../../../server/local/miniflare-options.ts';
import { withPlainWorker } from './plain-worker.ts';
import type { Product } from './product.ts';

const schema = v.array(v.object({ isKeyframe: v.number(), bytes: v.number() }));

export interface StoredHeap {
  /** Whether it stands alone; else it is what one input changed. */
  readonly isKeyframe: boolean;
  readonly bytes: number;
}

/** The stored heaps of `sessions`, oldest first. Ends the server: no two may have the store open. */
export async function readStoredHeaps(
  product: Product,
  sessions: readonly string[],
): Promise<readonly (readonly StoredHeap[])[]> {
  await product.stop();
  const objects = { binding: 'SANDBOX', className: 'Sandbox', persist: product.durableObjects };
  return withPlainWorker({ script: 'stored-heaps.js', name: WORKER_NAME, objects }, (url) =>
    Promise.all(sessions.map((session) => readSession(url, session))),
  );
}

async function readSession(url: URL, session: string): Promise<readonly StoredHeap[]> {
  const request = new URL(url);
  request.searchParams.set('object', JSON.stringify(['local', session]));
  const response = await fetch(request);
  if (!response.ok) throw new Error(`The heaps of ${session} cannot be read: ${await response.text()}`);
  return v
    .parse(schema, await response.json())
    .map(({ isKeyframe, bytes }) => ({ isKeyframe: isKeyframe === 1, bytes }));
}
