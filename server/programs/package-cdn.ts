/** Where this deployment takes packages from. */

import type { Database } from '../database.ts';
import { type EgressEnv, egressFetch, egressRules, serviceFetch } from '../egress/egress.ts';
import { systemClock } from '../system-clock.ts';
import { RemoteModules } from './remote-modules.ts';

export interface CdnEnv extends EgressEnv {
  readonly ESM_CDN_URL?: string;
  readonly ESM_CDN?: Fetcher;
}

const defaultCdn = 'https://esm.sh';

export function remoteModules(env: CdnEnv, database: Database): RemoteModules {
  return new RemoteModules({
    database,
    now: () => systemClock.now(),
    cdn: (env.ESM_CDN_URL ?? defaultCdn).replace(/\/+$/, ''),
    fetchFromCdn: (url, { list, requested }) =>
      serviceFetch(env.ESM_CDN ?? globalThis, new Request(url), list, requested),
    fetchPublic: (url, { list, requested }) => egressFetch(new Request(url), egressRules(env, list), requested),
  });
}
