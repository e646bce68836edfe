/** Session paths: made from what a user wrote, taken apart, and checked. See file-system.ts for what they look like. */

import { FileError } from './file-system.ts';
import { maxPathBytes, maxSegmentBytes } from './limits.ts';

const home = '/home/user';
const encoder = new TextEncoder();
// C0, DEL and C1: none of them is fit to be printed.
const control = /[\u0000-\u001f\u007f-\u009f]/;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * The session path for `userPath`, which is relative to `/home/user` or absolute below it. Throws `FileError`:
 * `EINVAL` for what no path may contain, `EACCES` for what lies outside, `ENAMETOOLONG` beyond a limit.
 */
export function parsePath(userPath: string): string {
  if (control.test(userPath)) {
    throw new FileError('EINVAL', userPath, `The path ${JSON.stringify(userPath)} contains a control character.`);
  }
  if (loneSurrogate.test(userPath)) {
    throw new FileError('EINVAL', userPath, `The path ${JSON.stringify(userPath)} is not well-formed Unicode.`);
  }
  const segments: string[] = [];
  const absolute = userPath.startsWith('/') ? userPath : `${home}/${userPath}`;
  for (const segment of absolute.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  const [first, second, ...rest] = segments;
  if (`/${first}/${second}` !== home) {
    throw new FileError(
      'EACCES',
      userPath,
      `The path "${userPath}" leads outside ${home}, where a session's files are.`,
    );
  }
  const path = rest.join('/');
  checkLength(path, userPath);
  return path;
}

/** Throws `FileError` unless `path` is a session path: for paths about to be created. */
export function checkPath(path: string): void {
  if (parsePath(path) !== path) throw new FileError('EINVAL', path, `"${path}" is not a normalised session path.`);
}

/** The directory a path is in and its name there. The working directory `''` has neither and gives `''` for both. */
export function splitPath(path: string): { parent: string; name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { parent: '', name: path } : { parent: path.slice(0, slash), name: path.slice(slash + 1) };
}

export function joinPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`;
}

/** The directories above `path`, outermost first, without the working directory and `path` itself. */
export function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    ancestors.push(path.slice(0, slash));
  }
  return ancestors;
}

/** Whether `path` lies below `directory`. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '' ? path !== '' : path.startsWith(`${directory}/`);
}

function checkLength(path: string, userPath: string): void {
  const bytes = encoder.encode(path).length;
  if (bytes > maxPathBytes) {
    throw new FileError(
      'ENAMETOOLONG',
      userPath,
      `A path of ${bytes} bytes is too long; the limit is ${maxPathBytes}.`,
    );
  }
  for (const segment of path.split('/')) {
    const segmentBytes = encoder.encode(segment).length;
    if (segmentBytes > maxSegmentBytes) {
      const message = `A name of ${segmentBytes} bytes is too long; the limit is ${maxSegmentBytes}.`;
      throw new FileError('ENAMETOOLONG', userPath, message);
    }
  }
}
