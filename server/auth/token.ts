/** Who is asking: JWT, HS256 only, checked before anything else happens. */

import { errors, jwtVerify } from 'jose';
import * as v from 'valibot';
import { ProtocolError } from '../../protocol/errors.ts';
import { isName } from '../../protocol/names.ts';

const AUDIENCE = 'spawnpoint';
const MIN_SECRET_BYTES = 32;

const claims = v.object({
  sub: v.pipe(v.string(), v.check(isName, 'is no user name')),
  jti: v.pipe(v.string(), v.minLength(1)),
  role: v.picklist(['owner', 'writer', 'reader']),
});

export interface Identity {
  readonly user: string;
  readonly role: 'owner' | 'writer' | 'reader';
}

/**
 * The identity that the request's bearer token proves.
 * Throws `ProtocolError` NOT_CONFIGURED without a secret of at least 32 bytes, else UNAUTHENTICATED.
 */
export async function authenticate(request: Request, secret: string | undefined): Promise<Identity> {
  const key = new TextEncoder().encode(secret ?? '');
  if (key.length < MIN_SECRET_BYTES) {
    throw new ProtocolError(
      'NOT_CONFIGURED',
      'This server has no TOKEN_SECRET of at least 32 bytes. Set one: wrangler secret put TOKEN_SECRET.',
    );
  }
  const credentials = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  if (credentials === undefined) {
    throw new ProtocolError('UNAUTHENTICATED', 'A token is missing. Send it as "Authorization: Bearer …".');
  }
  const token = /^[\w-]+\.[\w-]+\.[\w-]+$/.exec(credentials)?.[0];
  if (token === undefined) throw new ProtocolError('UNAUTHENTICATED', 'The token is refused: it is no JSON Web Token.');
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      requiredClaims: ['exp'],
    });
    const { sub, role } = v.parse(claims, payload);
    return { user: sub, role };
  } catch (error) {
    throw new ProtocolError('UNAUTHENTICATED', `The token is refused: ${reason(error)}.`);
  }
}

function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it is expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'it was signed with another secret';
  if (error instanceof errors.JOSEError || error instanceof v.ValiError) return error.message;
  throw error;
}
