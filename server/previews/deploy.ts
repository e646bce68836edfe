/** Begins to serve what a session sent, if it can be served. */

import { WorkerEntrypoint } from 'cloudflare:workers';
import { BuildError } from '../programs/build/build-error.ts';
import { ProgramSources } from '../programs/build/sources.ts';
import type { Outcome } from '../programs/runner/execute.ts';
import type { RunRequest } from '../programs/runner/request.ts';
import { AskError, type SessionLink } from '../programs/runner/session-link.ts';
import { type BuiltPreview, buildPreview } from './build.ts';
import { type PreviewEnv, previewObject } from './environment.ts';
import { loadPreview } from './load.ts';
import { storeFiles } from './preview-files.ts';
import { forgetPreview } from './serve.ts';

/** The class in the isolate's main module, programs/guest/preview.guest.js. */
declare class PreviewGuest extends WorkerEntrypoint {
  check(): Promise<unknown>;
}

type Target = NonNullable<RunRequest['preview']>;

export interface Deployment {
  readonly request: RunRequest;
  /** To the session that wants it served. */
  readonly link: SessionLink;
  readonly loader: WorkerLoader;
  readonly env: PreviewEnv;
  readonly context: { readonly exports: object };
}

/** Exit 0 once it is served; `failed`, having changed nothing, with what is wrong. Never rejects. */
export async function deployPreview(
  { id, keepsCode, beyond, ...owner }: Target,
  deployment: Deployment,
): Promise<Outcome> {
  const { request, link, env } = deployment;
  try {
    const snapshot = () => link.snapshot();
    if (keepsCode) {
      const object = previewObject(env, id);
      // Only of code that reads files it is known that there are any.
      if ((await object.facts())?.files != null) await object.replaceFiles(await storeFiles(await snapshot()));
      forgetPreview(id);
      return { type: 'exit', code: 0 };
    }
    const { entry, sources: sent, network } = request;
    const sources = new ProgramSources(sent, link);
    const built = await buildPreview(entry, { sent, beyond, sources, network, snapshot });
    const problem = await check(id, built, deployment);
    if (problem !== null) return { type: 'failed', message: `${entry} cannot be served: ${problem}` };
    await previewObject(env, id).deploy(built, owner);
    forgetPreview(id);
    return { type: 'exit', code: 0 };
  } catch (error) {
    if (error instanceof BuildError || error instanceof AskError) return { type: 'failed', message: error.message };
    console.error(error);
    return {
      type: 'failed',
      message: `The preview cannot be served: ${error instanceof Error ? error.message : error}`,
    };
  }
}

/** Null, or why the module cannot serve: it is evaluated to see. */
async function check(id: string, built: BuiltPreview, { loader, context }: Deployment): Promise<string | null> {
  try {
    const guest = loadPreview(loader, context, id, built.hash, async () => built).getEntrypoint<PreviewGuest>();
    const problem: unknown = await guest.check();
    return problem === null ? null : String(problem);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
