/** What serving previews takes of the Worker's environment. */

import type { PreviewAddressEnv } from './address.ts';
import type { Preview } from './preview-object.ts';

export interface PreviewEnv extends PreviewAddressEnv {
  readonly LOADER?: WorkerLoader;
  /** The sessions, where they are this Worker's own; else the way to the Worker that has them. */
  readonly SANDBOX?: {
    idFromString(id: string): DurableObjectId;
    get(id: DurableObjectId): Pick<Fetcher, 'fetch'>;
  };
  readonly SESSIONS?: Fetcher;
  /** Absent where previews are another Worker's business: see RUNNER in env.ts. */
  readonly PREVIEW?: DurableObjectNamespace<Preview>;
}

/** The object that keeps a preview. Throws where this Worker serves none. */
export function previewObject(env: PreviewEnv, id: string): DurableObjectStub<Preview> {
  if (!env.PREVIEW) throw new Error('This Worker has no PREVIEW binding.');
  return env.PREVIEW.get(env.PREVIEW.idFromName(id));
}
