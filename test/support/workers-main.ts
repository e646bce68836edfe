/** The Worker of the tests that run in workerd: the product's own, and a Durable Object that is nothing but storage. */

import { DurableObject } from 'cloudflare:workers';

export * from '../../server/worker.ts';
export { default } from '../../server/worker.ts';

/** For `runInDurableObject`: its database is empty at first and belongs to the test alone. */
export class StorageHost extends DurableObject {}

declare global {
  namespace Cloudflare {
    interface Env {
      readonly STORAGE: DurableObjectNamespace<StorageHost>;
      readonly FILES: R2Bucket;
    }
  }
}
