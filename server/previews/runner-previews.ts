/** Previews as the session core has them served: by the runner, through a run for their code and routes for the rest. */

import { entrypoint } from '../loopback.ts';
import type { LoaderRunnerEnv } from '../programs/loader-runner.ts';
import type { PreviewTarget, ProgramIo, ProgramRunner } from '../programs/program.ts';
import { RecordDecoder } from '../programs/records.ts';
import type { PreviewAddressEnv } from './address.ts';
import type { PreviewCode, PreviewHost, PreviewListener, PreviewSurroundings } from './contract.ts';

/** How long it may take to build the code and to evaluate it. */
const DEPLOY_SECONDS = 60;

export class RunnerPreviews implements PreviewHost {
  readonly domain: string | null;
  readonly #programs: ProgramRunner;
  readonly #runner: Fetcher;
  readonly #secret: string;
  readonly #session: string;

  constructor(
    env: LoaderRunnerEnv & PreviewAddressEnv,
    context: { readonly exports: object; readonly id: DurableObjectId },
    programs: ProgramRunner,
  ) {
    this.domain = env.PREVIEW_DOMAIN || null;
    this.#programs = programs;
    this.#session = context.id.toString();
    this.#runner = env.RUNNER ?? entrypoint(context, 'Runner');
    this.#secret = env.RUNNER_SECRET ?? '';
  }

  async deploy(preview: PreviewTarget, code: PreviewCode | null, around: PreviewSurroundings): Promise<string | null> {
    const { entry, sources, beyond } = code ?? { entry: '', sources: [], beyond: [] };
    const spec = {
      id: 0,
      entry,
      sources,
      args: [],
      env: {},
      timeoutSeconds: DEPLOY_SECONDS,
      network: around.network,
      preview: { ...preview, keepsCode: code === null, session: this.#session, beyond },
    };
    const exit = await this.#programs.start(spec, ioFor(around)).exit;
    if (exit.kind === 'exit') return null;
    return exit.kind === 'failed' ? exit.message : `${entry} was not ready to serve within ${DEPLOY_SECONDS} seconds.`;
  }

  async withdraw(id: string, withData: boolean): Promise<void> {
    const response = await this.#request(withData ? `${id}?data=1` : id, { method: 'DELETE' });
    if (!response.ok) throw new Error(`The runner answers ${response.status}: ${await response.text()}`);
  }

  async follow(id: string, { write, requested }: PreviewListener, signal: AbortSignal): Promise<void> {
    try {
      const response = await this.#request(`${id}/log`, { method: 'GET', signal });
      if (!response.ok || response.body === null) throw new Error(`The runner answers ${response.status}.`);
      const decoder = new RecordDecoder();
      for await (const chunk of response.body) {
        for (const record of decoder.push(chunk)) {
          if (record.type === 'stdout' || record.type === 'stderr') await write(record.type, record.bytes);
          if (record.type === 'request') requested(record.attempt);
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #request(path: string, init: RequestInit): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#secret}` };
    return this.#runner.fetch(`http://runner/v1/runner/previews/${path}`, { ...init, headers });
  }
}

/** What is being deployed prints nothing, reads nothing and changes nothing: it may ask for files. */
function ioFor({ file, snapshot, requested }: PreviewSurroundings): ProgramIo {
  return {
    write: () => undefined,
    requested,
    backpressure: () => undefined,
    stdin: new ReadableStream({ start: (controller) => controller.close() }),
    session: {
      file,
      part: () => Promise.resolve(null),
      snapshot,
      change: () => undefined,
      commit: () => undefined,
      direct: null,
    },
  };
}
