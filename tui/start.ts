/**
 * The first code of the executable: runs the command line from what V8 compiled at an earlier start, which saves a
 * third of the time of a command. Node does this by itself from version 22 on.
 */

import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { userDirectories } from '../server/local/directories.ts';

/** The build puts the digest of the code into its first line, as a comment. */
const DIGEST = /^\/\* (\w{16}) \*\/\n/;

/** What the file of compiled code begins with; see `sealOf`. */
const SEAL_BYTES = 32;

start(join(__dirname, 'cli.cjs'));

function start(file: string): void {
  const require = createRequire(file);
  if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') {
    module.enableCompileCache();
    require(file);
    return;
  }
  const code = readFileSync(file, 'utf8');
  const digest = DIGEST.exec(code)?.[1] ?? '';
  const cache = join(userDirectories(process.env).data, `compiled-${process.version}`);
  const cachedData = readOwn(cache, digest);
  const script = new Script(`(function (require, __filename) {${code}\n})`, {
    filename: file,
    ...(cachedData !== undefined && { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected) process.once('exit', () => keep(cache, digest, script));
  script.runInThisContext()(require, file);
}

/**
 * What nobody but this user can have written, since it is code, and only if it is whole and made from this very code:
 * V8 would crash over the one and run the other.
 */
function readOwn(path: string, digest: string): Buffer | undefined {
  try {
    const { uid, mode } = statSync(path);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return undefined;
    const bytes = readFileSync(path);
    const compiled = bytes.subarray(SEAL_BYTES);
    return sealOf(digest, compiled).equals(bytes.subarray(0, SEAL_BYTES)) ? compiled : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all. Where there is no data directory yet, nothing is kept. */
function keep(path: string, digest: string, script: Script): void {
  const part = `${path}.${process.pid}`;
  try {
    const compiled = script.createCachedData();
    writeFileSync(part, Buffer.concat([sealOf(digest, compiled), compiled]), { mode: 0o600 });
    renameSync(part, path);
  } catch {
    // The next start compiles as this one did.
  }
}

function sealOf(digest: string, compiled: Buffer): Buffer {
  return createHash('sha256').update(digest).update(compiled).digest();
}
