/**
 * Which requests may be the first that a session hears of: those that bring something into it. All others are for
 * sessions that exist, so that a mistyped name makes none.
 */

import * as v from 'valibot';
import type { Role } from '../../protocol/control.ts';
import { ATTACH_EXISTING } from '../../protocol/version.ts';
import { maxOperationBytes } from './files.ts';

const operation = v.pipe(v.string(), v.parseJson(), v.object({ op: v.literal('mkdir') }));

/** `request`: below `/v1/sessions/<session>/`. Leaves its body unread. */
export async function mayBeginSession(request: Request, role: Role): Promise<boolean> {
  if (role === 'reader') return false;
  const { pathname, searchParams } = new URL(request.url);
  const [what = '', ...rest] = pathname.split('/').slice(4);
  switch (`${request.method} ${what}`) {
    case 'GET attach':
      return !searchParams.has(ATTACH_EXISTING);
    case 'PUT files':
    case 'POST network':
      return true;
    case 'POST uploads':
    case 'POST previews':
      return rest.length === 0;
    case 'POST files':
      return makesDirectory(request);
    default:
      return false;
  }
}

async function makesDirectory(request: Request): Promise<boolean> {
  const length = request.headers.get('content-length');
  // What is refused for its size begins nothing, and is not read.
  if (length === null || Number(length) > maxOperationBytes) return false;
  return v.is(operation, await request.clone().text());
}
