/** Answers requests for previews: who may see it, which code answers, and what of the answer passes. */

import { isPreviewId } from './address.ts';
import { type PreviewEnv, previewObject } from './environment.ts';
import { guarded, isForeign, passesOf, withoutOurs } from './guest-traffic.ts';
import { loadPreview } from './load.ts';
import { COOKIE_MILLISECONDS, COOKIE_NAME, importKey, LINK_PARAMETER, readPass, signPass } from './pass.ts';
import type { PreviewFacts } from './preview-object.ts';

interface KnownPreview extends Omit<PreviewFacts, 'key'> {
  readonly id: string;
  readonly key: CryptoKey;
}

/** How long this isolate believes what it knows of a preview: a change takes that long to be seen everywhere. */
const FRESH_MILLISECONDS = 1000;
const MAX_KNOWN = 1000;

const known = new Map<string, { readonly at: number; readonly preview: Promise<KnownPreview | null> }>();
/** Cookies that were found genuine, with when they expire. */
const seenPasses = new Map<string, number>();

/** `url`: that of the request; `label` is what precedes the domain in the host's name. */
export async function servePreview(
  request: Request,
  url: URL,
  label: string,
  env: PreviewEnv,
  context: ExecutionContext,
): Promise<Response> {
  const preview = await find(label, env);
  if (preview === null) return page(404, 'There is no preview at this address (any more).');
  if (url.searchParams.has(LINK_PARAMETER)) return exchange(request, url, preview, env);
  if (!preview.isPublic && !(await mayPass(request, url, preview))) return page(403, howToGetIn);
  if (!env.LOADER) return page(501, 'This server has no LOADER binding: it cannot run previews.');
  const { id, hash, files } = preview;
  const worker = loadPreview(env.LOADER, context, id, hash, async () => {
    const object = previewObject(env, id);
    const [content, read] = await Promise.all([object.content(hash), files === null ? null : object.files()]);
    return { ...content, files: read };
  });
  try {
    const guest = files === null ? worker.getEntrypoint() : worker.getEntrypoint(undefined, { props: { files } });
    return guarded(await guest.fetch(withoutOurs(request)));
  } catch (error) {
    forgetPreview(id);
    console.error(error);
    return page(502, 'The code of this preview was stopped. Try again.');
  }
}

/** What is known of a preview here is out of date. */
export function forgetPreview(id: string): void {
  known.delete(id);
}

const howToGetIn =
  'This preview is private, and this link was used before, is too old, or was never one. ' +
  '`spawnpoint-cf ps` shows a new link, which is good for one browser.';

function find(label: string, env: PreviewEnv): Promise<KnownPreview | null> {
  const entry = known.get(label);
  if (entry !== undefined && Date.now() - entry.at < FRESH_MILLISECONDS) return entry.preview;
  if (!isPreviewId(label)) return Promise.resolve(null);
  const preview = readFacts(label, env);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(label, { at: Date.now(), preview });
  preview.catch(() => forgetPreview(label));
  return preview;
}

async function readFacts(id: string, env: PreviewEnv): Promise<KnownPreview | null> {
  const facts = await previewObject(env, id).facts();
  return facts && { ...facts, id, key: await importKey(facts.key) };
}

/** Turns a link into a cookie, and sends the browser on to the address without it. */
async function exchange(request: Request, url: URL, preview: KnownPreview, env: PreviewEnv): Promise<Response> {
  const text = url.searchParams.get(LINK_PARAMETER) ?? '';
  url.searchParams.delete(LINK_PARAMETER);
  const headers = new Headers({ ...pageHeaders, location: url.href });
  const onward = () => new Response(null, { status: 303, headers });
  if (preview.isPublic || (await hasPass(request, preview))) return onward();
  const now = Date.now();
  const link = await readPass(preview.key, { kind: 'link', preview: preview.id }, text, now);
  if (link === null || request.method !== 'GET') return page(403, howToGetIn);
  if (!(await previewObject(env, preview.id).spend(link.nonce, link.expires, now))) return page(403, howToGetIn);
  const pass = await signPass(preview.key, { kind: 'cookie', preview: preview.id }, now + COOKIE_MILLISECONDS);
  const secure = url.protocol === 'https:' ? '; Secure' : '';
  const age = COOKIE_MILLISECONDS / 1000;
  headers.set('set-cookie', `${COOKIE_NAME}=${pass}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`);
  return onward();
}

async function mayPass(request: Request, url: URL, preview: KnownPreview): Promise<boolean> {
  return !isForeign(request, url) && (await hasPass(request, preview));
}

async function hasPass(request: Request, { id, key }: KnownPreview): Promise<boolean> {
  const now = Date.now();
  for (const text of passesOf(request)) {
    const seen = `${id} ${text}`;
    if ((seenPasses.get(seen) ?? 0) > now) return true;
    const pass = await readPass(key, { kind: 'cookie', preview: id }, text, now);
    if (pass === null) continue;
    if (seenPasses.size >= MAX_KNOWN) seenPasses.clear();
    seenPasses.set(seen, pass.expires);
    return true;
  }
  return false;
}

const pageHeaders = { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' };

function page(status: number, text: string): Response {
  const headers = { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' };
  return new Response(`${text}\n`, { status, headers });
}
