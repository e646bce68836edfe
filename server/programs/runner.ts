/**
 * The side of a Worker that runs programs. Locally it is a second process, so that a program that never yields cannot
 * hold up the sessions; deployed, it is the same Worker under another request.
 *
 * | route | does |
 * |---|---|
 * | `POST /v1/runner/run?run=ID` | runs the program in the body (runner/request.ts), answers with records (records.ts) |
 * | `POST /v1/runner/kill?run=ID` | ends it; 404 when there is no such run |
 * | `GET /v1/runner/health` | 200 |
 * | `/v1/runner/previews/…` | previews/routes.ts |
 *
 * `POST /v1/runner/loss` asks why a runner was lost; whoever keeps one alive answers it (server/local/runner-gate.ts).
 */

import { WorkerEntrypoint } from 'cloudflare:workers';
import { type EgressEnv, egressRules } from '../egress/egress.ts';
import { Gateway } from '../egress/gateway.ts';
import { NETWORK_LIMITS } from '../egress/network-list.ts';
import { deployPreview } from '../previews/deploy.ts';
import type { PreviewEnv } from '../previews/environment.ts';
import { previewRoutes } from '../previews/routes.ts';
import { maxRuns } from './limits.ts';
import { execute } from './runner/execute.ts';
import type { RunRequest } from './runner/request.ts';
import { SessionLink } from './runner/session-link.ts';

/** What running programs takes of the Worker's environment. */
export interface RunnerEnv extends EgressEnv, PreviewEnv {
  readonly RUNNER_SECRET?: string;
}

const missingLoader =
  'This server cannot run programs: its Worker has no LOADER binding. Add [[worker_loaders]] to wrangler.toml.';

const tooMany = `${maxRuns} programs run on this server. Wait for one to end, or kill one.`;

/** How long a session that knows the outcome may take to say goodbye. */
const goodbyeMilliseconds = 10_000;

/** How to end each run of this process, by its id. */
const runs = new Map<string, Run>();

interface Run {
  readonly kill: () => void;
  readonly deadline: number;
  readonly gateway: Gateway;
}

/** Answers `/v1/runner/*` to those who know `RUNNER_SECRET` (`Authorization: Bearer …`). */
export async function handleRunner(request: Request, env: RunnerEnv, context: ExecutionContext): Promise<Response> {
  const given = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
  if (!env.RUNNER_SECRET || !(await isSame(given, env.RUNNER_SECRET))) {
    return new Response('The runner secret is missing or wrong.', { status: 401 });
  }
  return answer(request, env, context);
}

/** The runner of a Worker that has no `RUNNER` binding: reached only by the Worker itself, so it asks for no secret. */
export class Runner extends WorkerEntrypoint<RunnerEnv> {
  override fetch(request: Request): Promise<Response> {
    return answer(request, this.env, this.ctx);
  }
}

async function answer(request: Request, env: RunnerEnv, context: ExecutionContext): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname.startsWith('/v1/runner/previews/')) return previewRoutes(request, env);
  const id = url.searchParams.get('run') ?? '';
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /v1/runner/health':
      return new Response('ok');
    case 'POST /v1/runner/run':
      if (id === '' || runs.has(id)) return new Response('A run needs an id of its own.', { status: 409 });
      forgetLost();
      if (runs.size >= maxRuns) return new Response(tooMany, { status: 503 });
      if (request.body === null) return new Response('The program is missing.', { status: 400 });
      return run(id, request.body, env, context);
    case 'POST /v1/runner/kill': {
      const found = runs.get(id);
      runs.delete(id);
      found?.kill();
      return new Response(null, { status: found ? 204 : 404 });
    }
    default:
      return new Response('The runner has no such route.', { status: 404 });
  }
}

function run(id: string, body: ReadableStream<Uint8Array>, env: RunnerEnv, context: ExecutionContext): Response {
  const { readable, writable } = new IdentityTransformStream();
  // Not under waitUntil: when nobody reads the answer any more, the program ends with this request.
  void stream(id, body, writable, env, context);
  return new Response(readable, { headers: { 'content-type': 'application/octet-stream' } });
}

/** Never rejects: a reader that left needs no answer. */
async function stream(
  id: string,
  body: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  env: RunnerEnv,
  context: ExecutionContext,
): Promise<void> {
  const link = new SessionLink(body, writable);
  let gateway: Gateway | undefined;
  try {
    if (!env.LOADER) return await link.send({ type: 'failed', message: missingLoader });
    const request = await link.open();
    gateway = new Gateway(context, {
      rules: egressRules(env, request.network),
      maxRequests: NETWORK_LIMITS.programRequests,
    });
    const reporting = reportRequests(gateway, link);
    const outcome = await Promise.race([
      killed(id, request, gateway),
      request.preview === null
        ? execute({ request, link, loader: env.LOADER, egress: gateway.service })
        : deployPreview(request.preview, { request, link, loader: env.LOADER, env, context }),
    ]);
    gateway.close();
    await reporting;
    if (outcome === null) return;
    await link.send(outcome);
    // The session ends its side once it has the outcome: a connection closed with bytes unread may lose the answer.
    await Promise.race([link.ended, scheduler.wait(goodbyeMilliseconds)]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await link.send({ type: 'failed', message }).catch(() => {});
  } finally {
    runs.delete(id);
    gateway?.close();
    await link.close().catch(() => {});
  }
}

/** Resolves once the gateway is closed and all that went through it is told. Never rejects. */
async function reportRequests(gateway: Gateway, link: SessionLink): Promise<void> {
  for await (const attempt of gateway.attempts()) await link.send({ type: 'request', attempt }).catch(() => {});
}

/** Resolves when somebody asks for the end of the run, or so late that the session that wanted it must be gone. */
function killed(id: string, { timeoutSeconds }: RunRequest, gateway: Gateway): Promise<null> {
  const milliseconds = (timeoutSeconds + 5) * 1000;
  return new Promise((resolve) => {
    runs.set(id, { kill: () => resolve(null), deadline: Date.now() + milliseconds, gateway });
    setTimeout(() => resolve(null), milliseconds);
  });
}

/** A request that its caller cancelled never came to remove its entry. */
function forgetLost(): void {
  for (const [id, run] of runs) {
    if (run.deadline >= Date.now()) continue;
    runs.delete(id);
    run.gateway.close();
  }
}

/** Compares digests, so that the time taken tells nothing about the secret. */
async function isSame(first: string, second: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const [a, b] = await Promise.all([digest(first), digest(second)]);
  return crypto.subtle.timingSafeEqual(a, b);
}
