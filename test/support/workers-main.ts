/** The Worker of the tests that run in workerd: the product's own, and a Durable Object that is nothing but storage. */

import { DurableObject } from 'cloudflare:workers';
import type { Account } from '../../server/account.ts';
import type { Sandbox } from '../../server/sandbox.ts';

export {
  Account,
  default,
  EgressGateway,
  Preview,
  PreviewGateway,
  PreviewGuestHost,
  Runner,
  Sandbox,
} from '../../server/worker.ts';

/** For `runInDurableObject`: its database is empty at first and belongs to the test alone. */
export class StorageHost extends DurableObject {}

declare global {
  namespace Cloudflare {
    interface Env {
      readonly STORAGE: DurableObjectNamespace<StorageHost>;
      readonly SANDBOX: DurableObjectNamespace<Sandbox>;
      readonly ACCOUNT: DurableObjectNamespace<Account>;
      readonly FILES: R2Bucket;
      readonly ASSETS: Fetcher;
      readonly TOKEN_SECRET: string;
    }
  }
}
