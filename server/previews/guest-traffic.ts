/** What a guest's code may see of a request, and what of its response may reach the browser. */

import { COOKIE_NAME } from './pass.ts';

/** Names the object that a request is for, on its way from a guest to `Preview`; see guest/preview-objects.guest.js. */
export const OBJECT_HEADER = 'x-spawnpoint-object';

/** The value of each cookie of our name: a page of another preview may have set some of them. */
export function passesOf(request: Request): string[] {
  return cookiesOf(request).flatMap((cookie) => (isOurs(cookie) ? [cookie.slice(COOKIE_NAME.length + 1)] : []));
}

/** The request without what is ours; most have nothing of it, and are passed on as they are. */
export function withoutOurs(request: Request): Request {
  const all = cookiesOf(request);
  const cookies = all.filter((cookie) => !isOurs(cookie));
  if (cookies.length === all.length && !request.headers.has(OBJECT_HEADER)) return request;
  const headers = new Headers(request.headers);
  headers.delete(OBJECT_HEADER);
  if (cookies.length === 0) headers.delete('cookie');
  else headers.set('cookie', cookies.join('; '));
  return new Request(request, { headers });
}

/**
 * Whether a page of another host made this request, rather than a person who follows a link: it would be answered with
 * what only its owner may see. `url`: that of the request.
 */
export function isForeign(request: Request, url: URL): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== url.origin) return true;
  const site = request.headers.get('sec-fetch-site');
  const isElsewhere = site === 'cross-site' || site === 'same-site';
  return isElsewhere && request.headers.get('sec-fetch-mode') !== 'navigate';
}

/** The guest's response: it leaks no address by `Referer`, and its cookies stay on its own host and are not ours. */
export function guarded(response: Response): Response {
  const answer = new Response(response.body, response);
  answer.headers.set('referrer-policy', 'no-referrer');
  if (!answer.headers.has('set-cookie')) return answer;
  const cookies = answer.headers.getSetCookie();
  answer.headers.delete('set-cookie');
  for (const cookie of cookies) {
    if (!isOurs(cookie.trimStart())) answer.headers.append('set-cookie', cookie.replace(/;\s*domain\s*=[^;]*/gi, ''));
  }
  return answer;
}

function cookiesOf(request: Request): string[] {
  const header = request.headers.get('cookie');
  return header === null ? [] : header.split(';').map((cookie) => cookie.trim());
}

function isOurs(cookie: string): boolean {
  return cookie.slice(0, COOKIE_NAME.length + 1).toLowerCase() === `${COOKIE_NAME}=`;
}
