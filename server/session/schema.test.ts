/** Stores of every version become those of this one, or stay as they are. */

import { expect, it } from 'vitest';
import fixture from '../../test/fixtures/session-schema-1/session.sql?raw';
import { type MemoryDatabase, makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { migrate, readMeta, STEPS, writeMeta } from './schema.ts';

async function stored(): Promise<MemoryDatabase> {
  const database = await makeMemoryDatabase();
  for (const statement of fixture.trim().split('\n')) database.run(statement);
  return database;
}

/** The columns of every table. */
function tables(database: MemoryDatabase): Record<string, string> {
  const sql = `SELECT t.name AS name, group_concat(c.name || ' ' || c.type || ' ' || c."notnull") AS columns
    FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' GROUP BY t.name ORDER BY t.name`;
  const rows = database.all<{ name: string; columns: string }>(sql);
  return Object.fromEntries(rows.map(({ name, columns }) => [name, columns]));
}

it('a store of version 1 gets the tables of a new one', async () => {
  const [old, fresh] = [await stored(), await makeMemoryDatabase()];
  migrate(old);
  migrate(fresh);
  expect(tables(old)).toEqual(tables(fresh));
  expect(readMeta(old, 'schema')).toBe(readMeta(fresh, 'schema'));
  expect(old.all('SELECT count(*) AS rows FROM revision')).toEqual([{ rows: 10 }]);
});

it.each(STEPS.map((_, version) => version))('so does one that a server of version %i made', async (version) => {
  const [old, fresh] = [await makeMemoryDatabase(), await makeMemoryDatabase()];
  migrate(old, STEPS.slice(0, version));
  migrate(old);
  migrate(fresh);
  expect(tables(old)).toEqual(tables(fresh));
  expect(readMeta(old, 'schema')).toBe(String(STEPS.length));
});

it('so does one from before there were checkpoints', async () => {
  const [old, fresh] = [await stored(), await makeMemoryDatabase()];
  old.run('DROP TABLE checkpoint');
  migrate(old);
  migrate(fresh);
  expect(tables(old)).toEqual(tables(fresh));
});

it('a store that cannot be brought up to date stays as it was', async () => {
  const old = await stored();
  old.run('CREATE TABLE past (something INTEGER)');
  const before = tables(old);
  expect(() => migrate(old)).toThrow('past');
  expect(tables(old)).toEqual(before);
  expect(readMeta(old, 'schema')).toBe('1');
});

it('a store of a newer version is not touched', async () => {
  const newer = await makeMemoryDatabase();
  migrate(newer);
  const version = Number(readMeta(newer, 'schema')) + 1;
  writeMeta(newer, 'schema', String(version));
  expect(() => migrate(newer)).toThrow(`written by a newer server (schema ${version}, this one knows ${version - 1})`);
  expect(readMeta(newer, 'schema')).toBe(String(version));
});
