/** Keeps web pages of other origins, and names rebound to this machine, away from the server. */

import { ProtocolError } from '../../protocol/errors.ts';

/**
 * Throws `ProtocolError` FORBIDDEN when a browser sent the request from a page that is not this server's own, or when
 * it was addressed to a host that is not in `hosts` (host names without port; undefined: any that reached us).
 */
export function checkOrigin(request: Request, hosts: readonly string[] | undefined): void {
  const url = new URL(request.url);
  if (hosts !== undefined && !hosts.includes(url.hostname)) {
    throw new ProtocolError('FORBIDDEN', `This server does not answer to the name ${url.hostname}.`);
  }
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== url.origin) {
    throw new ProtocolError('FORBIDDEN', `Pages of ${origin} may not use this server.`);
  }
}
