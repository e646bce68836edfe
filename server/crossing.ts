/**
 * Errors that leave an object. The platform hands only their text to whoever called: an error with a code carries it in
 * there, and a store without room becomes such an error.
 */

import { ERROR_CODES, ProtocolError } from '../protocol/errors.ts';
import { asProtocolError } from './http/file-errors.ts';

/** SQLite's own words, then its name for them. */
const FULL = 'SQLITE_FULL';

/** `error`, or what it means to a person if it is about a file, or the platform's word for a store without room. */
export function understood(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes(FULL)) return asProtocolError(error);
  return new ProtocolError(
    'QUOTA',
    'No room is left to store this session. What ran was not kept, all before it is. Free space on the disk of a local ' +
      'server, or remove sessions that nobody needs.',
  );
}

/** What to throw from an object in place of `error`. */
export function leaving(error: unknown): unknown {
  const known = understood(error);
  return known instanceof ProtocolError ? new Error(`${known.code}: ${known.message}`) : error;
}

/** What another object threw, with the code that it had there. */
export function arrived(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ProtocolError) return error;
  const [code, message] = error.message.replace(/^Error: /, '').split(/: (.*)/s);
  const known = ERROR_CODES.find((each) => each === code);
  return known === undefined || message === undefined ? error : new ProtocolError(known, message);
}
