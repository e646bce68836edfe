/** CPython's own tests, as Debian packages them: they are in no registry that this project otherwise uses. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zipSync } from 'fflate';

const run = promisify(execFile);

/** Debian 14: the tests are of the kernel's version of Python, whatever Debian this is. */
const RELEASE = 'forky';
const PACKAGES = ['libpython3.14-testsuite', 'libpython3.14-stdlib'];
const LIBRARY = ['usr', 'lib', 'python3.14'];

/** Below the library: packages of tests, and what the tests of all of them import or read. */
const SHARED =
  /^test\/(?:support\/.*\.py|(?:__init__|re_tests|mapping_tests|list_tests|seq_tests|pickletester|picklecommon|archiver_tests|_code_definitions)\.py|(?:archivetestdata|data)\/.*|test_import\/.*\.py|levenshtein_examples\.json)$/;

export interface CpythonTests {
  /** As a zip archive. */
  readonly archive: Uint8Array;
  /** Of Python, such as `3.14.8`. */
  readonly version: string;
}

/** The tests of these modules, such as `test.test_re`, with what they need. Throws where the packages cannot be had. */
export async function fetchTests(modules: readonly string[]): Promise<CpythonTests> {
  const directory = await mkdtemp(join(tmpdir(), 'spawnpoint-cpython-'));
  try {
    await download(directory);
    const packages = (await readdir(directory)).filter((file) => file.endsWith('.deb'));
    for (const file of packages) await run('dpkg-deb', ['-x', file, 'unpacked'], { cwd: directory });
    const version = /_([\d.]+)-/.exec(packages.join())?.[1] ?? 'unknown';
    return { archive: await pack(join(directory, 'unpacked', ...LIBRARY), modules), version };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Downloads the packages of `RELEASE` into `directory`, with lists of its own: those of the machine stay as they are. */
async function download(directory: string): Promise<void> {
  const target = ['indextargets', '--format', '$(LABEL) $(REPO_URI)', 'Created-By: Packages'];
  const targets = await run('apt-get', target);
  const mirror = /^Debian (\S+)$/m.exec(targets.stdout)?.[1];
  if (mirror === undefined) throw new Error('apt-get has no list of Debian packages: apt-get update fetches it');
  for (const each of ['lists/partial', 'cache/archives/partial'])
    await mkdir(join(directory, each), { recursive: true });
  await writeFile(join(directory, 'release.list'), `deb ${mirror} ${RELEASE} main\n`);
  const paths = {
    'Etc::SourceList': 'release.list',
    'Etc::SourceParts': 'none',
    'State::Lists': 'lists',
    Cache: 'cache',
  };
  const options = Object.entries(paths).flatMap(([name, path]) => ['-o', `Dir::${name}=${join(directory, path)}`]);
  await run('apt-get', [...options, 'update'], { cwd: directory });
  // Into the working directory.
  await run('apt-get', [...options, 'download', ...PACKAGES], { cwd: directory });
}

async function pack(root: string, modules: readonly string[]): Promise<Uint8Array> {
  const chosen = new RegExp(`^(?:${modules.map((name) => name.replace('.', '/')).join('|')})(?:\\.py$|/.*\\.py$)`);
  const contents: Record<string, Uint8Array> = {};
  for (const path of await readdir(root, { recursive: true })) {
    if (chosen.test(path) || SHARED.test(path)) contents[path] = await readFile(join(root, path));
  }
  return zipSync(contents);
}
