/**
 * The way from who serves a preview to the files of its session, open as long as the session has it served. Requests name
 * the id of the session's object and have `Authorization: Preview PASS` (pass.ts).
 *
 * GET  /v1/previews/<object>/<preview>/files/<path>  answers as session files do (http/files.ts)
 * POST /v1/previews/<object>/<preview>/changes       MessagePack of a list of changes (programs/asks.ts); answers with
 *                                                    `{revision}`: they are in all that follow it
 */

import { decode, encode } from '@msgpack/msgpack';
import * as v from 'valibot';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Change } from '../programs/asks.ts';
import { changesShape } from '../programs/records.ts';
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
  const segments = path.split('/');
  // In a URL they would lead elsewhere.
  if (segments.some((segment) => segment === '.' || segment === '..')) return null;
  const headers = { range: `bytes=${offset}-${offset + length - 1}` };
  const response = await ask(env, preview, `files/${segments.map(encodeURIComponent).join('/')}`, { headers });
  if (response.status === 206) return response.body;
  await response.body?.cancel();
  if (response.status === 404) return null;
  if (response.status === 416) return new Response('').body;
  throw new Error(`The session does not give ${path}: ${response.status}.`);
}

/** Hands over what the code of a preview changed. Resolves with a revision: the changes are in all that follow it. */
export async function changeSessionFiles(
  env: PreviewEnv,
  preview: string,
  changes: readonly Change[],
): Promise<number> {
  const response = await ask(env, preview, 'changes', { method: 'POST', body: encode(changes) });
  const { revision, error } = v.parse(answerShape, await response.json());
  if (revision !== undefined) return revision;
  throw new Error(`What the preview wrote could not be kept. ${error?.message ?? response.status}`);
}

const answerShape = v.object({
  revision: v.optional(v.number()),
  error: v.optional(v.object({ message: v.string() })),
});

/** What such a request is for; null if it is none. `path`: of the file that is asked for, null for changes. */
export function readSessionFilesRequest({ url, headers, method }: Request) {
  const [, object = '', preview = '', rest = ''] =
    /^\/v1\/previews\/([0-9a-f]{64})\/([a-z2-7]{20})\/(.+)$/.exec(new URL(url).pathname) ?? [];
  const pass = /^Preview (.+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? '';
  const path = /^files\/(.+)$/.exec(rest)?.[1] ?? null;
  const isRight = path === null ? method === 'POST' && rest === 'changes' : method === 'GET';
  return isRight ? { object, preview, path, pass } : null;
}

/** The changes of a request for them. Throws `ProtocolError`. */
export async function readChanges(request: Request): Promise<readonly Change[]> {
  const { success, output } = v.safeParse(changesShape, decode(await request.arrayBuffer()));
  if (!success) throw new ProtocolError('BAD_REQUEST', 'These are no changes of files.');
  return output;
}

/** Whether `pass` is one of the preview with this key. */
export async function mayUseFiles(preview: string, key: Uint8Array, pass: string, now: number): Promise<boolean> {
  return (await readPass(await importKey(key), { kind: 'files', preview }, pass, now)) !== null;
}

async function ask(
  env: PreviewEnv,
  preview: string,
  what: string,
  init: { method?: string; headers?: Record<string, string>; body?: Uint8Array },
): Promise<Response> {
  const facts = await previewObject(env, preview).facts();
  if (facts === null || facts.session === null) throw new Error('The preview has ended.');
  const pass = await signPass(await importKey(facts.key), { kind: 'files', preview }, Date.now() + FILES_MILLISECONDS);
  const headers = { ...init.headers, authorization: `Preview ${pass}` };
  const url = `http://localhost${SESSION_FILES_PATH}${facts.session}/${preview}/${what}`;
  const request = new Request(url, { ...init, headers });
  if (env.SESSIONS) return env.SESSIONS.fetch(request);
  if (env.SANDBOX) return env.SANDBOX.get(env.SANDBOX.idFromString(facts.session)).fetch(request);
  throw new Error('This Worker has no way to sessions.');
}
