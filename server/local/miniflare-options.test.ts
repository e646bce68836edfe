/** What the embedded server runs is what wrangler.toml deploys. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { mainOptions, readModules, runnerOptions, WORKER_NAME } from './miniflare-options.ts';

/** A binding as wrangler reads it, whose own types need the Workers' ones. */
interface Binding {
  readonly binding: string;
}

const worker = {
  modules: [],
  assets: tmpdir(),
  storage: '/s/main',
  tokenSecret: 't',
  runnerSecret: 'r',
  runnerAddress: '127.0.0.1:1',
  esmCdn: null,
  pythonIndex: null,
  previewDomain: 'd',
};
const runner = { modules: [], storage: '/p', secret: 'r', previewDomain: 'd', sessionsAddress: '127.0.0.1:2' };

const configPath = fileURLToPath(new URL('../../wrangler.toml', import.meta.url));

function objectsOf(options: object): object {
  return Reflect.get(options, 'durableObjects');
}

it('says what wrangler.toml says', () => {
  const config = unstable_readConfig({ config: configPath });
  const sqlite = config.migrations.flatMap(
    (migration: { new_sqlite_classes?: string[] }) => migration.new_sqlite_classes ?? [],
  );
  expect(config.name).toBe(WORKER_NAME);
  const objects = { ...objectsOf(mainOptions(worker, 0)), ...objectsOf(runnerOptions(runner, 0)) };
  expect({ ...mainOptions(worker, 0), durableObjects: objects }).toMatchObject({
    name: config.name,
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name: className }: { name: string; class_name: string }) => [
        name,
        { className, useSQLite: sqlite.includes(className) },
      ]),
    ),
    r2Buckets: config.r2_buckets.map(({ binding }: Binding) => binding),
    serviceBindings: { [config.assets?.binding ?? '']: { disk: { path: worker.assets } } },
    workerLoaders: Object.fromEntries(config.worker_loaders.map(({ binding }: Binding) => [binding, {}])),
  });
});

it('has one Worker for both plans, but for what the free plan refuses', () => {
  const paid = unstable_readConfig({ config: configPath });
  const free = unstable_readConfig({ config: configPath, env: 'free' }, { hideWarnings: true });
  const { no_bundle, assets, rules, migrations, durable_objects, compatibility_date, compatibility_flags } = paid;
  expect(free).toMatchObject({
    ...{ no_bundle, assets, rules, migrations, durable_objects, compatibility_date, compatibility_flags },
    r2_buckets: [{ binding: 'FILES' }],
    worker_loaders: [],
    limits: {},
  });
  expect(free.limits).not.toHaveProperty('cpu_ms');
  expect(free.r2_buckets[0]?.bucket_name).not.toBe(paid.r2_buckets[0]?.bucket_name);
});

it('gives the runner nothing that belongs to the sessions', () => {
  const options = runnerOptions(runner, 0);
  expect(Object.keys(objectsOf(options))).toEqual(['PREVIEW']);
  expect(JSON.stringify(options)).not.toContain('/s/');
  expect(options).not.toHaveProperty('r2Buckets');
  expect(JSON.stringify(options)).not.toContain('TOKEN_SECRET');
});

it('reads modules by their kind, the entry first', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spawnpoint-'));
  try {
    mkdirSync(join(directory, 'engine'));
    const files = [
      'a.js',
      'engine/b.wasm',
      'engine/c.bin',
      'd.guest.txt',
      'e.so',
      'notes.md',
      'worker.js',
      'worker.js.map',
    ];
    for (const file of files) writeFileSync(join(directory, file), file);
    const modules = readModules(directory);
    expect(modules[0]?.path).toBe('worker.js');
    expect(Object.fromEntries(modules.map(({ path, type }) => [path, type]))).toEqual({
      'a.js': 'ESModule',
      'd.guest.txt': 'Text',
      'e.so': 'CompiledWasm',
      'engine/b.wasm': 'CompiledWasm',
      'engine/c.bin': 'Data',
      'worker.js': 'ESModule',
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
