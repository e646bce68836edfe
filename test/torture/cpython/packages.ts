/** CPython's own tests, as Debian packages them: they are in no registry that this project otherwise uses. */

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zipSync } from 'fflate';

const run = promisify(execFile);

/**
 * Those of 3.11, with `test.support`; sqlite3's are not in it, but in PyPy's package, which has those of CPython 3.9.
 * Debian 12 has all three.
 */
const PACKAGES = ['libpython3.11-testsuite', 'libpython3.11-stdlib', 'pypy3-lib-testsuite'];

/** Below usr/lib/, and where that is put: the tests chosen and what they import. */
const CHOSEN: readonly (readonly [path: RegExp, prefix: string])[] = [
  [
    /^python3\.11\/(test\/(?:__init__|re_tests|mapping_tests|list_tests|seq_tests|pickletester|test_code|test_codeop|test_builtin|test_re|test_dict|test_list|test_generators|test_pathlib)\.py)$/,
    '',
  ],
  [/^python3\.11\/(test\/(?:support|test_json)\/.*\.py)$/, ''],
  [/^pypy3\.9\/sqlite3\/(test\/.*\.py)$/, 'sqlite3/'],
];

/** The tests as a zip archive. Throws where the packages cannot be had. */
export async function fetchTests(): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'spawnpoint-cpython-'));
  try {
    // apt-get saves into its working directory.
    await run('apt-get', ['download', ...PACKAGES], { cwd: directory });
    for (const file of await readdir(directory)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', file, 'unpacked'], { cwd: directory });
    }
    return await pack(join(directory, 'unpacked', 'usr', 'lib'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function pack(root: string): Promise<Uint8Array> {
  const contents: Record<string, Uint8Array> = {};
  for (const path of await readdir(root, { recursive: true })) {
    for (const [pattern, prefix] of CHOSEN) {
      const name = pattern.exec(path)?.[1];
      if (name !== undefined) contents[prefix + name] = await readFile(join(root, path));
    }
  }
  return zipSync(contents);
}
