/** The bindings of the Worker, as wrangler.toml and server/local/ declare them. */

import type { Account } from './account.ts';
import type { Preview } from './previews/preview-object.ts';
import type { Sandbox } from './sandbox.ts';

export interface Env {
  readonly SANDBOX: DurableObjectNamespace<Sandbox>;
  readonly ACCOUNT: DurableObjectNamespace<Account>;
  readonly FILES: R2Bucket;
  /** `dist/assets/`. Absent on the free plan, whose script has no Python. */
  readonly ASSETS?: Fetcher;
  /** Address of the index that `%pip` installs from; https://pypi.org/simple when absent. */
  readonly PYTHON_INDEX_URL?: string;
  /** The way to that index, where it is not on the public network. */
  readonly PYTHON_INDEX?: Fetcher;
  /** Absent on the free plan: programs then run in an interpreter, and previews are refused. */
  readonly LOADER?: WorkerLoader;
  /** Where previews are kept. Locally only the runner has it. */
  readonly PREVIEW?: DurableObjectNamespace<Preview>;
  /** See previews/address.ts. */
  readonly PREVIEW_DOMAIN?: string;
  /** Where programs run, so that a runaway one cannot block this process. Absent: in this Worker itself. */
  readonly RUNNER?: Fetcher;
  /** What the Worker behind RUNNER asks for; at least 32 random bytes. Needed only where RUNNER is bound. */
  readonly RUNNER_SECRET?: string;
  /** Where programs get packages (`npm:…`) from: a CDN that serves ES modules. Absent: https://esm.sh. */
  readonly ESM_CDN_URL?: string;
  /** The way to that CDN, where it is not on the public network. */
  readonly ESM_CDN?: Fetcher;
  /** Room for the kernels of all sessions in one isolate, where the isolate is not Cloudflare's with its 128 MB. */
  readonly KERNEL_MEMORY_MIB?: string;
  /** Host names of this deployment, separated by commas, which guests may not call. */
  readonly OWN_HOSTS?: string;
  /** HMAC secret of the tokens, at least 32 bytes. Absent or shorter: every request is answered 503. */
  readonly TOKEN_SECRET?: string | undefined;
}
