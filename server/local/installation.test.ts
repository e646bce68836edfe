/** The package that runs, and which of two versions is newer. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { compareVersions, installation } from './installation.ts';

it('finds the package that this file belongs to', () => {
  const { version, daemonEntry, workerDirectory } = installation();
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(dirname(dirname(daemonEntry))).toBe(dirname(workerDirectory));
  expect(existsSync(join(dirname(workerDirectory), '..', 'package.json'))).toBe(true);
});

it('orders versions by their numbers, a pre-release before its release', () => {
  const ordered = ['0.9.9', '0.10.0', '1.0.0-beta.2', '1.0.0-beta.10', '1.0.0', '1.0.1'];
  const signs = ordered.map((a) => ordered.map((b) => Math.sign(compareVersions(a, b))));
  expect(signs).toEqual(ordered.map((_, i) => ordered.map((__, j) => Math.sign(i - j))));
});
