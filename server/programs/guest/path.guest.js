/** `node:path`, in whose working directory the session's files are: the runtime's own knows another one. */

import process from 'node:process';

const path = process.getBuiltinModule('node:path').posix;
const original = { ...path };

path.resolve = (...parts) => original.resolve(process.cwd(), ...parts);
path.relative = (from, to) => original.relative(path.resolve(from), path.resolve(to));

export const {
  basename,
  delimiter,
  dirname,
  extname,
  format,
  isAbsolute,
  join,
  matchesGlob,
  normalize,
  parse,
  posix,
  relative,
  resolve,
  sep,
  toNamespacedPath,
  win32,
} = path;
export default path;
