/** The isolate of a preview: one for each content, found again by every request. */

import type { NetworkList } from '../egress/network-list.ts';
import { entrypoint, type HasExports } from '../loopback.ts';
import { loadableModules, MAIN_MODULE } from './build.ts';
import type { StoredFiles } from './preview-files.ts';

const limits = { cpuMs: 30_000, subRequests: 1000 };

/** What an isolate is made of: `hash` names all of it. */
export interface PreviewContent {
  readonly code: Uint8Array;
  /** Which hosts it may call. */
  readonly network: NetworkList;
  /** What it finds through `node:fs` when the isolate begins; null for code that does not use that. */
  readonly files: StoredFiles | null;
}

/** `content` is asked for only when the isolate does not exist yet. */
export function loadPreview(
  loader: WorkerLoader,
  context: HasExports,
  id: string,
  hash: string,
  content: () => Promise<PreviewContent>,
): WorkerStub {
  return loader.get(`${id}:${hash}`, async () => {
    const found = await content();
    return {
      compatibilityDate: '2026-04-01',
      compatibilityFlags: ['nodejs_compat'],
      mainModule: MAIN_MODULE,
      modules: loadableModules(found),
      env: { SPAWNPOINT: entrypoint(context, 'PreviewGuestHost', { preview: id }) },
      globalOutbound: entrypoint(context, 'PreviewGateway', { preview: id, network: found.network }),
      limits,
    };
  });
}
