/** Modules of the network: how large, how many, and where they come from. */

import { expect, it } from 'vitest';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { type ModuleNetwork, moduleLimits, RemoteModules } from './remote-modules.ts';

const network: ModuleNetwork = { list: { allow: [], deny: [] }, requested: () => {} };

/** The CDN answers `/N` with N bytes. `fetched` are the URLs that were asked for. */
async function open() {
  const fetched: string[] = [];
  let now = 0;
  const fetchFromCdn = async (url: string) => {
    fetched.push(url);
    return new Response(new Uint8Array(Number(new URL(url).pathname.slice(1).replace(/\/.*/, ''))));
  };
  const fetchPublic = async () => {
    throw new Error('no network');
  };
  const database = await makeMemoryDatabase();
  const modules = new RemoteModules({ database, now: () => ++now, cdn: 'https://cdn.test', fetchFromCdn, fetchPublic });
  return { fetched, get: async (name: string) => (await modules.get(name, network)).bytes.length };
}

it('takes a module that is as large as it may be, and none that is larger', async () => {
  const { get } = await open();
  expect(await get(`npm:${moduleLimits.module}`)).toBe(moduleLimits.module);
  expect(await get(`npm:${moduleLimits.module}`)).toBe(moduleLimits.module);
  await expect(get(`npm:${moduleLimits.module + 1}`)).rejects.toThrow('a module may have 8 MiB');
});

it('keeps as much as it may, and lets go of what was not used for longest', async () => {
  const { get, fetched } = await open();
  const names = Array.from(
    { length: moduleLimits.cache / moduleLimits.module },
    (_, n) => `${moduleLimits.module}/${n}`,
  );
  for (const name of names) await get(`npm:${name}`);
  for (const name of names) await get(`npm:${name}`);
  expect(fetched).toHaveLength(names.length);
  await get(`npm:${names[0]}`);
  await get('npm:1');
  await get(`npm:${names[0]}`);
  expect(fetched).toHaveLength(names.length + 1);
  await get(`npm:${names[1]}`);
  expect(fetched).toHaveLength(names.length + 2);
});

it('goes to the public network for what is not of the CDN', async () => {
  const { get, fetched } = await open();
  await expect(get('https://elsewhere.test/1')).rejects.toThrow('Cannot fetch https://elsewhere.test/1 (no network)');
  expect(await get('https://cdn.test/7')).toBe(7);
  expect(fetched).toEqual(['https://cdn.test/7']);
});
