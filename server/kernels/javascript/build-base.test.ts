/** The engine of a build: the same bytes every time, under an id that cannot change unnoticed. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeEngine } from './build-base.ts';
import { checkEngineLock } from './build-engine-lock.ts';

describe('the engine', () => {
  it('is the same in every build, and the one that is committed', async () => {
    const [first, second] = [await makeEngine(), await makeEngine()];
    expect(Buffer.compare(first.base, second.base)).toBe(0);
    expect(first.id).toBe(second.id);
    const committed: unknown = JSON.parse(await readFile(new URL('./engine.lock.json', import.meta.url), 'utf8'));
    expect(committed, 'run `npm run build -- --update-engine` if the change is meant').toEqual({ engine: first.id });
  });
});

describe('the engine lock', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'engine-lock-'));
  const file = join(directory, 'engine.lock.json');
  afterAll(() => rm(directory, { recursive: true }));

  it('refuses another engine and says what to do', async () => {
    await writeFile(file, '{ "engine": "old" }');
    await expect(checkEngineLock(file, 'new', false)).rejects.toThrow(
      /its id is new, but .* says old.*--update-engine/,
    );
    await expect(checkEngineLock(file, 'old', false)).resolves.toBeUndefined();
  });

  it('is changed when the change is meant', async () => {
    await writeFile(file, '{ "engine": "old" }');
    await checkEngineLock(file, 'new', true);
    expect(await readFile(file, 'utf8')).toBe('{\n  "engine": "new"\n}\n');
  });
});
