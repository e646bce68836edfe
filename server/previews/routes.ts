/**
 * How a session's Worker reaches previews that are served: routes of the runner (programs/runner.ts), below
 * `/v1/runner/previews/`. What is served is a run like that of a program: see deploy.ts.
 *
 * | route | does |
 * |---|---|
 * | `DELETE ID` | serves it no more; `?data=1`: what its objects stored goes too |
 * | `GET ID/log` | a stream of records (programs/records.ts): what it prints |
 */

import { isPreviewId } from './address.ts';
import { type PreviewEnv, previewObject } from './environment.ts';
import { forgetPreview } from './serve.ts';

export async function previewRoutes(request: Request, env: PreviewEnv): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const [id = '', part] = pathname.slice('/v1/runner/previews/'.length).split('/');
  if (!isPreviewId(id)) return new Response('A preview needs an id.', { status: 400 });
  const object = previewObject(env, id);
  switch (`${request.method} ${part ?? ''}`) {
    case 'DELETE ':
      await object.withdraw(searchParams.has('data'));
      forgetPreview(id);
      return new Response(null, { status: 204 });
    case 'GET log':
      return new Response(await object.follow(), { headers: { 'content-type': 'application/octet-stream' } });
    default:
      return new Response('The runner has no such route.', { status: 404 });
  }
}
