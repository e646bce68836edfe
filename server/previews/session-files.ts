/**
 * The way from who serves a preview to the files of its session: as long as the session has it served, and to be read only.
 *
 * `GET /v1/previews/<object>/<preview>/files/<path>`, with the id of the session's object and `Authorization: Preview PASS`
 * (pass.ts), answers as session files do (http/files.ts).
 */

import { type PreviewEnv, previewObject } from './environment.ts';
import { FILES_MILLISECONDS, importKey, readPass, signPass } from './pass.ts';

export const SESSION_FILES_PATH = '/v1/previews/';

/** These bytes of a session file as it is now, fewer at its end; null if there is no such file. */
export async function readSessionFile(
  env: PreviewEnv,
  preview: string,
  path: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<ReadableStream<Uint8Array> | null> {
  if (length === 0) return new Response('').body;
  const facts = await previewObject(env, preview).facts();
  if (facts === null || facts.session === null) throw new Error('The preview has ended.');
  const pass = await signPass(await importKey(facts.key), { kind: 'files', preview }, Date.now() + FILES_MILLISECONDS);
  const segments = path.split('/').map(encodeURIComponent).join('/');
  const request = new Request(`http://localhost${SESSION_FILES_PATH}${facts.session}/${preview}/files/${segments}`, {
    headers: { authorization: `Preview ${pass}`, range: `bytes=${offset}-${offset + length - 1}` },
  });
  const response = await ask(env, facts.session, request);
  if (response.status === 206) return response.body;
  await response.body?.cancel();
  if (response.status === 404) return null;
  if (response.status === 416) return new Response('').body;
  throw new Error(`The session does not give ${path}: ${response.status}.`);
}

/** What a request of `readSessionFile` is for; null if it is none. */
export function readSessionFileRequest({ url, headers, method }: Request) {
  const [, object = '', preview = '', path = ''] =
    /^\/v1\/previews\/([0-9a-f]{64})\/([a-z2-7]{20})\/files\/(.+)$/.exec(new URL(url).pathname) ?? [];
  const pass = /^Preview (.+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? '';
  return object === '' || method !== 'GET' ? null : { object, preview, path, pass };
}

/** Whether `pass` is one of the preview with this key. */
export async function mayReadFiles(preview: string, key: Uint8Array, pass: string, now: number): Promise<boolean> {
  return (await readPass(await importKey(key), { kind: 'files', preview }, pass, now)) !== null;
}

function ask(env: PreviewEnv, session: string, request: Request): Promise<Response> {
  if (env.SESSIONS) return env.SESSIONS.fetch(request);
  if (env.SANDBOX) return env.SANDBOX.get(env.SANDBOX.idFromString(session)).fetch(request);
  throw new Error('This Worker has no way to sessions.');
}
