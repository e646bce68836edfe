/** The way out for guests: every request of a kernel or a program passes here and is judged at each hop. */

import { WorkerEntrypoint } from 'cloudflare:workers';
import { type EgressRules, judge } from './judge.ts';

export interface EgressEnv {
  /** Host names of this deployment, separated by commas, which guests may not call. */
  readonly OWN_HOSTS?: string;
}

const maxRedirects = 20;

/** The rules of this deployment. */
export function egressRules(env: EgressEnv): EgressRules {
  const ownHosts = (env.OWN_HOSTS ?? '').split(',').map((host) => host.trim().toLowerCase());
  return { ownHosts: ownHosts.filter((host) => host !== '') };
}

/**
 * Fetches within the rules. Follows redirects as `request.redirect` says, at most 20, each one judged.
 * Throws `TypeError` with a sentence for the user when something is refused, as `fetch` does for what it cannot reach.
 */
export async function egressFetch(request: Request, rules: EgressRules): Promise<Response> {
  let current = request;
  for (let hops = 0; ; hops++) {
    const verdict = judge(new URL(current.url), rules);
    if (!verdict.allow) throw new TypeError(verdict.reason);
    // A body can be sent once; a redirect that repeats the request needs it again.
    const repeat = request.redirect === 'follow' && current.body !== null ? current.clone() : current;
    const response = await fetch(new Request(current, { redirect: 'manual' }));
    const location = redirectOf(response);
    if (location === null || request.redirect === 'manual') return response;
    await response.body?.cancel();
    if (request.redirect === 'error') throw new TypeError(`${current.url} redirects, and redirect is "error".`);
    if (hops === maxRedirects) throw new TypeError(`${request.url} redirects more than ${maxRedirects} times.`);
    current = redirected(repeat, new URL(location, current.url), response.status);
  }
}

/** `globalOutbound` of programs. The guest's runtime follows redirects itself: each hop comes through here. */
export class EgressGateway extends WorkerEntrypoint<EgressEnv> {
  override async fetch(request: Request): Promise<Response> {
    return egressFetch(new Request(request, { redirect: 'manual' }), egressRules(this.env));
  }
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
  const body = toGet ? null : request.body;
  return new Request(url, { method: toGet ? 'GET' : request.method, headers, body, redirect: request.redirect });
}
