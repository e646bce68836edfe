/** From what a user calls a file to the session path that the host knows, and back to errors that name it. */

import { hostFailure } from '../core/failures.ts';

export const HOME = '/home/user';

const NODE_ERRORS: Record<string, { errno: number; text: string }> = {
  ENOENT: { errno: -2, text: 'no such file or directory' },
  EACCES: { errno: -13, text: 'permission denied' },
  EEXIST: { errno: -17, text: 'file already exists' },
  ENOTDIR: { errno: -20, text: 'not a directory' },
  EISDIR: { errno: -21, text: 'illegal operation on a directory' },
  EINVAL: { errno: -22, text: 'invalid argument' },
  EFBIG: { errno: -27, text: 'file too large' },
  ENOSPC: { errno: -28, text: 'no space left on device' },
  ENAMETOOLONG: { errno: -36, text: 'name too long' },
  ENOTEMPTY: { errno: -39, text: 'directory not empty' },
};

/** The limits of the session are not Node's: for these the host's own words follow. */
const EXPLAINED = new Set(['EACCES', 'EINVAL', 'EFBIG', 'ENOSPC', 'ENAMETOOLONG']);

interface Place {
  readonly syscall: string;
  readonly path?: string;
  readonly dest?: string;
}

/** An error as Node makes it: `ENOENT: no such file or directory, open 'x'`, with errno, code, syscall, path and dest. */
export function fsError(code: string, place: Place, explanation = ''): Error {
  const { errno, text } = NODE_ERRORS[code] ?? { errno: -5, text: 'i/o error' };
  const names = [place.path, place.dest].filter((name) => name !== undefined).map((name) => ` '${name}'`);
  const more = explanation === '' ? '' : ` (${explanation})`;
  const error = new Error(`${code}: ${text}, ${place.syscall}${names.join(' ->')}${more}`);
  return Object.assign(error, { errno, code, ...place });
}

/** Does a host call; its failures become Node's errors about `place`. */
export function attempt<T>(place: Place, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    const { code, message } = hostFailure(thrown);
    throw fsError(code, place, EXPLAINED.has(code) ? message : '');
  }
}

/** The path as the user wrote it, from a string, a `file:` URL or bytes. */
export function nameOf(path: unknown): string {
  const name = path instanceof URL ? fromUrl(path) : path instanceof Uint8Array ? new TextDecoder().decode(path) : path;
  if (typeof name === 'string' && !name.includes('\0')) return name;
  const type = typeof name === 'string' ? 'a string with null bytes' : name === null ? 'null' : `type ${typeof name}`;
  const error = new TypeError(`The "path" argument must be a string, a file: URL or a Uint8Array. Received ${type}`);
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

function fromUrl(url: URL): string {
  if (url.protocol === 'file:') return decodeURIComponent(url.pathname);
  throw Object.assign(new TypeError('The URL must be of scheme file'), { code: 'ERR_INVALID_URL_SCHEME' });
}

/** The session path of `name`, which is relative to the home directory or lies below it. */
export function sessionPath(name: string, syscall: string): string {
  if (name === '') throw fsError('ENOENT', { syscall, path: name });
  const segments: string[] = [];
  for (const segment of (name.startsWith('/') ? name : `${HOME}/${name}`).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const [home, user, ...rest] = segments;
  if (home === 'home' && user === 'user') return rest.join('/');
  throw fsError('EACCES', { syscall, path: name }, `a session's files are below ${HOME}`);
}
