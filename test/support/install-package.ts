/**
 * Global set-up of the tests of the product, as it is built: packs it as `npm publish` would, and unpacks that into a
 * directory where nothing else is found but the dependencies that the package itself declares.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the packed product is installed: the directory with its package.json. */
    packageDirectory: string;
  }
}

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../..', import.meta.url));

export default async function installPackage(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'spawnpoint-package-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    project.provide('packageDirectory', await install(directory));
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

async function install(directory: string): Promise<string> {
  // Without `prepare`, which builds: that was done.
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory], { cwd: repository });
  const [tarball = ''] = await readdir(directory);
  const modules = join(directory, 'node_modules');
  const target = join(modules, 'spawnpoint-cf');
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', join(directory, tarball), '-C', target, '--strip-components=1']);
  for (const name of await dependencies(target)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(repository, 'node_modules', name), join(modules, name));
  }
  return target;
}

async function dependencies(target: string): Promise<string[]> {
  const manifest: unknown = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return [];
  return Object.keys(manifest.dependencies ?? {});
}
