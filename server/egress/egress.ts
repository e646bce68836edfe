/** The way out for guests: every request of a kernel or a program passes here, is judged at each hop and told of. */

import { type EgressRules, judge } from './judge.ts';
import { canonicalHost, type NetworkList, portOf, refusalOf } from './network-list.ts';

export interface EgressEnv {
  /** Host names of this deployment, separated by commas, which guests may not call. */
  readonly OWN_HOSTS?: string;
}

/** What became of one request, or of one hop of it. */
export interface EgressAttempt {
  readonly method: string;
  readonly host: string;
  readonly port: number;
  /** The HTTP status of the answer, or why there was none. */
  readonly outcome: number | string;
}

const maxRedirects = 20;
/** Of what an attempt says in words: the guest has a hand in it. */
const maxOutcomeLength = 300;

/** The rules of this deployment and of a session. */
export function egressRules(env: EgressEnv, list: NetworkList): EgressRules {
  const ownHosts = (env.OWN_HOSTS ?? '').split(',').map((host) => host.trim().toLowerCase());
  return { ownHosts: ownHosts.filter((host) => host !== ''), list };
}

/**
 * Fetches within the rules. Follows redirects as `request.redirect` says, at most 20, each one judged and reported.
 * Throws `TypeError` with a sentence for the user when something is refused, as `fetch` does for what it cannot reach.
 */
export async function egressFetch(
  request: Request,
  rules: EgressRules,
  report: (attempt: EgressAttempt) => void,
): Promise<Response> {
  let current = request;
  for (let hops = 0; ; hops++) {
    // A body can be sent once; a redirect that repeats the request needs it again.
    const repeat = request.redirect === 'follow' && current.body !== null ? current.clone() : current;
    const response = await hop(current, rules, report);
    const location = redirectOf(response);
    if (location === null || request.redirect === 'manual') return response;
    await response.body?.cancel();
    if (request.redirect === 'error') throw new TypeError(`${current.url} redirects, and redirect is "error".`);
    if (hops === maxRedirects) throw new TypeError(`${request.url} redirects more than ${maxRedirects} times.`);
    current = redirected(repeat, new URL(location, current.url), response.status);
  }
}

/**
 * Fetches from a service that the operator chose, wherever it is: only the session's list is asked, and its refusal
 * thrown as `egressFetch` does.
 */
export function serviceFetch(
  service: Pick<Fetcher, 'fetch'>,
  request: Request,
  list: NetworkList,
  report: (attempt: EgressAttempt) => void,
): Promise<Response> {
  const refusal = refusalOf(list, new URL(request.url));
  return told(request, report, async () => {
    if (refusal !== null) throw new TypeError(`Network access refused: ${refusal}.`);
    return answerOf(service, request);
  });
}

/** What a service answers. Throws, in words for the user, when there is no answer. */
export async function answerOf(service: Pick<Fetcher, 'fetch'>, request: Request): Promise<Response> {
  try {
    return await service.fetch(request);
  } catch (error) {
    throw isHidden(error) ? new TypeError('no answer') : error;
  }
}

function hop(request: Request, rules: EgressRules, report: (attempt: EgressAttempt) => void): Promise<Response> {
  return told(request, report, async () => {
    const verdict = judge(new URL(request.url), rules);
    if (!verdict.allow) throw new TypeError(verdict.reason);
    try {
      return await fetch(plain(request));
    } catch (error) {
      throw explained(error, request.url);
    }
  });
}

/** The platform hides why a host cannot be reached, among others that workerd's network policy forbids its address. */
function explained(error: unknown, url: string): unknown {
  if (!isHidden(error)) return error;
  return new TypeError(
    `Cannot reach ${new URL(url).host}: it does not answer, or its name does not lead to a public address.`,
  );
}

function isHidden(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('internal error');
}

/** Reports what becomes of the request that `send` sends. */
async function told(
  request: Request,
  report: (attempt: EgressAttempt) => void,
  send: () => Promise<Response>,
): Promise<Response> {
  try {
    const response = await send();
    report(attemptOf(request, response.status));
    return response;
  } catch (error) {
    report(attemptOf(request, error instanceof Error ? error.message : String(error)));
    throw error;
  }
}

/** What is told of a request. */
export function attemptOf({ method, url }: Request, outcome: number | string): EgressAttempt {
  const target = new URL(url);
  return {
    method,
    host: canonicalHost(target).slice(0, maxOutcomeLength),
    port: portOf(target),
    outcome: typeof outcome === 'string' ? outcome.slice(0, maxOutcomeLength) : outcome,
  };
}

/** The request without what could lead it elsewhere than its URL says: the platform's options, and `Host`. */
function plain(request: Request): Request {
  const { method, body, signal, url } = request;
  const headers = new Headers(request.headers);
  headers.delete('host');
  return new Request(url, { method, headers, body, signal, redirect: 'manual' });
}

function redirectOf(response: Response): string | null {
  return [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null;
}

/** The next request, as the fetch standard makes it: method, body and credentials may have to go. */
function redirected(request: Request, url: URL, status: number): Request {
  const toGet =
    (status === 303 && request.method !== 'GET' && request.method !== 'HEAD') ||
    ((status === 301 || status === 302) && request.method === 'POST');
  const headers = new Headers(request.headers);
  if (toGet) for (const name of ['content-length', 'content-type', 'content-encoding']) headers.delete(name);
  if (new URL(request.url).origin !== url.origin) for (const name of ['authorization', 'cookie']) headers.delete(name);
  const { redirect, signal } = request;
  const body = toGet ? null : request.body;
  return new Request(url, { method: toGet ? 'GET' : request.method, headers, body, redirect, signal });
}
