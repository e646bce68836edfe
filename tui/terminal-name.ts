/** What other terminals of a session see of this one. */

import { hostname, userInfo } from 'node:os';
import { LIMITS } from '../protocol/limits.ts';
import { clipUtf8 } from '../protocol/utf8.ts';

/** `user@host`; only the host for a user whom the system does not know, as in some containers. */
export function terminalName(user: () => string = systemUser, host: string = hostname()): string {
  let name = host;
  try {
    name = `${user()}@${host}`;
  } catch {}
  return clipUtf8(name, LIMITS.label);
}

function systemUser(): string {
  return userInfo().username;
}
