/** Programs in a real workerd: the fixture Worker of server/programs/, alone or with a runner process of its own. */

import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import {
  type Request as InternetRequest,
  Response as InternetResponse,
  Miniflare,
  type MiniflareOptions,
} from 'miniflare';
import type { EgressAttempt } from '../../server/egress/egress.ts';
import type { NetworkList } from '../../server/egress/network-list.ts';
import { publicNetwork } from '../../server/local/miniflare-options.ts';

export interface ProgramCall {
  readonly entry?: string;
  readonly code?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
  readonly network?: NetworkList;
  readonly backpressureMs?: number;
  readonly stdin?: string | AsyncIterable<string>;
  /** Called with each request that it made. */
  readonly onRequest?: (attempt: EgressAttempt) => void;
  /** Called with all of stdout so far, whenever there is more. */
  readonly onOutput?: (stdout: string, kill: () => void) => void;
}

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: { readonly kind: string; readonly code?: number; readonly message?: string };
}

/** Answers the requests that leave the Worker. */
export type Internet = (url: string) => { readonly status: number; readonly location?: string; readonly body?: string };

export const runnerSecret = 'the secret of a runner in tests, 32+';

export class ProgramHost {
  readonly url: URL;
  readonly #miniflare: Miniflare;
  readonly #processes: readonly number[];
  static #script: Promise<string> | undefined;

  private constructor(miniflare: Miniflare, processes: readonly number[], url: URL) {
    this.#miniflare = miniflare;
    this.#processes = processes;
    this.url = url;
  }

  /**
   * `runner`: another host, or the way to one, in which the programs of this one run. `internet` 'public': what leaves
   * the Worker is left to workerd, under the policy of the product.
   */
  static async start(
    options: { runner?: { readonly url: URL }; loader?: boolean; internet?: Internet | 'public' } = {},
  ): Promise<ProgramHost> {
    ProgramHost.#script ??= bundle();
    const contents = await ProgramHost.#script;
    const config: MiniflareOptions = {
      name: 'spawnpoint-cf',
      modules: [{ type: 'ESModule', path: 'worker.js', contents }],
      compatibilityDate: '2026-04-01',
      compatibilityFlags: ['nodejs_compat'],
      cf: false,
      host: '127.0.0.1',
      port: 0,
      durableObjects: { HOST: { className: 'ProgramHost', useSQLite: true } },
      bindings: { RUNNER_SECRET: runnerSecret, OWN_HOSTS: 'spawn.example' },
    };
    if (options.loader !== false) config.workerLoaders = { LOADER: {} };
    if (options.runner)
      config.serviceBindings = { RUNNER: { external: { address: options.runner.url.host, http: {} } } };
    const { internet } = options;
    if (internet === 'public') config.outboundService = publicNetwork;
    else if (internet) {
      config.outboundService = ({ url }: InternetRequest) => {
        const { status, location, body } = internet(url);
        return new InternetResponse(body ?? null, { status, headers: location ? { location } : {} });
      };
    }
    const before = children();
    const miniflare = new Miniflare(config);
    const url = await miniflare.ready;
    const processes = children().filter((pid) => !before.includes(pid));
    return new ProgramHost(miniflare, processes, url);
  }

  /** Runs a program to its end. */
  async run(call: ProgramCall): Promise<ProgramResult> {
    const id = crypto.randomUUID();
    const entry = call.entry ?? 'main.ts';
    const { args, env, timeoutSeconds, network, backpressureMs } = call;
    const files = { ...call.files, ...(call.code === undefined ? {} : { [entry]: call.code }) };
    const stdin = call.stdin ?? '';
    const isStdinWhole = typeof stdin === 'string';
    const head = JSON.stringify({ entry, files, isStdinWhole, args, env, timeoutSeconds, network, backpressureMs });
    const kills: Promise<unknown>[] = [];
    const kill = (): void => {
      kills.push(this.fetch(`/kill?id=${id}`, { method: 'POST' }));
    };
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let exit: ProgramResult['exit'] | undefined;
    for await (const line of this.#lines(id, head, stdin)) {
      const event = JSON.parse(line);
      if (event.attempt !== undefined) call.onRequest?.(event.attempt);
      else if (event.stream === undefined) exit = event;
      else chunks[event.stream as 'stdout' | 'stderr'].push(Buffer.from(event.base64, 'base64'));
      if (event.stream === 'stdout') call.onOutput?.(Buffer.concat(chunks.stdout).toString(), kill);
    }
    await Promise.all(kills);
    if (!exit) throw new Error('The host told no exit.');
    return { stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString(), exit };
  }

  async *#lines(id: string, head: string, stdin: string | AsyncIterable<string>): AsyncGenerator<string> {
    const outgoing = request(new URL(`/run?id=${id}`, this.url), {
      method: 'POST',
      headers: { 'x-start': head },
      agent: false,
    });
    const send = async (): Promise<void> => {
      for await (const chunk of typeof stdin === 'string' ? [stdin] : stdin) outgoing.write(chunk);
      outgoing.end();
    };
    outgoing.flushHeaders();
    const response = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
      outgoing.on('response', resolve).on('error', reject);
      send().catch(reject);
    });
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of response) {
      const lines = Buffer.concat([rest, chunk]).toString('latin1').split('\n');
      rest = Buffer.from(lines.pop() ?? '', 'latin1');
      yield* lines.map((line) => Buffer.from(line, 'latin1').toString());
    }
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(new URL(path, this.url), init);
  }

  /** Kills the workerd processes of this host, as a supervisor does. */
  kill(): void {
    for (const pid of this.#processes) process.kill(pid, 'SIGKILL');
  }

  dispose(): Promise<void> {
    return this.#miniflare.dispose();
  }
}

/** The processes that this one has started. */
function children(): number[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return listed.split('\n').flatMap((line) => {
    const [pid, parent, command = ''] = line.trim().split(/\s+/);
    return Number(parent) === process.pid && command.includes('workerd') ? [Number(pid)] : [];
  });
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../server/programs/fixture/worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    loader: { '.guest.js': 'text' },
    external: ['cloudflare:*', 'node:*'],
  });
  return outputFiles[0]?.text ?? '';
}

/** A program that ended by itself. */
export const exited = (stdout: string, code = 0, stderr = '') => ({ stdout, stderr, exit: { kind: 'exit', code } });

/** What the user is told of a program whose runner is gone. */
export const lostMessage = 'The program was stopped because its runner was lost; nothing of it was kept. Run it again.';
