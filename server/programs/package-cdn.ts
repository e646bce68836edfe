/** Where this deployment takes packages from. */

import type { Database } from '../database.ts';
import { type EgressEnv, egressFetch, egressRules } from '../egress/egress.ts';
import { systemClock } from '../system-clock.ts';
import { RemoteModules } from './remote-modules.ts';

export interface CdnEnv extends EgressEnv {
  readonly ESM_CDN_URL?: string;
  readonly ESM_CDN?: Fetcher;
}

const defaultCdn = 'https://esm.sh';

export function remoteModules(env: CdnEnv, database: Database): RemoteModules {
  const rules = egressRules(env);
  return new RemoteModules({
    database,
    now: () => systemClock.now(),
    cdn: (env.ESM_CDN_URL ?? defaultCdn).replace(/\/+$/, ''),
    fetchFromCdn: (url) => (env.ESM_CDN ?? globalThis).fetch(url),
    fetchPublic: (url) => egressFetch(new Request(url), rules),
  });
}
