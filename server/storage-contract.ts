/**
 * What every implementation of the `Database` port, and the file store above it, must do. Each test gets an empty
 * database, which is valid only inside the callback: a Durable Object's storage belongs to its own requests.
 */

import { describe, expect, it } from 'vitest';
import type { Database } from './database.ts';

export type WithDatabase = (test: (db: Database) => void | Promise<void>) => Promise<void>;

export function databaseContract(withDatabase: WithDatabase): void {
  describe('the database port', () => {
    const withTable = (test: (db: Database) => void | Promise<void>) =>
      withDatabase((db) => {
        db.run('CREATE TABLE thing (id INTEGER PRIMARY KEY, value ANY) STRICT');
        return test(db);
      });
    const count = (db: Database) => db.all<{ n: number }>('SELECT count(*) AS n FROM thing')[0]?.n;

    it.each([
      ['text', 'grüße 🎉'],
      ['an empty string', ''],
      ['an integer', 42],
      ['a fraction', 0.25],
      ['the largest safe integer', Number.MAX_SAFE_INTEGER],
      ['null', null],
      ['bytes', new Uint8Array([0, 1, 254, 255])],
      ['no bytes', new Uint8Array()],
    ])('gives back %s as it was bound', (_, value) =>
      withTable((db) => {
        db.run('INSERT INTO thing VALUES (?, ?)', 1, value);
        expect(db.all('SELECT value FROM thing')).toEqual([{ value }]);
      }),
    );

    it('binds the part of a buffer that a view shows, and hands out bytes of their own', () =>
      withTable((db) => {
        db.run('INSERT INTO thing VALUES (1, ?)', new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
        const read = () => db.all<{ value: Uint8Array }>('SELECT value FROM thing')[0]?.value;
        read()?.fill(9);
        expect(read()).toEqual(new Uint8Array([2, 3]));
      }));

    it('stores doubles bound to an integer column as integers', () =>
      withDatabase((db) => {
        db.run('CREATE TABLE number (n INTEGER NOT NULL) STRICT');
        db.run('INSERT INTO number VALUES (?)', 2 ** 40);
        expect(db.all('SELECT typeof(n) AS type, n / 3 AS third FROM number')).toEqual([
          { type: 'integer', third: Math.floor(2 ** 40 / 3) },
        ]);
      }));

    it('returns rows in order, none for none, and those of RETURNING', () =>
      withTable((db) => {
        expect(db.all('SELECT id FROM thing')).toEqual([]);
        for (const id of [2, 1]) db.run('INSERT INTO thing VALUES (?, NULL)', id);
        expect(db.all('SELECT id FROM thing ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
        expect(db.all('DELETE FROM thing WHERE id = 1 RETURNING id')).toEqual([{ id: 1 }]);
      }));

    it('throws on bad SQL and on a violated constraint, and goes on', () =>
      withTable((db) => {
        expect(() => db.run('SELEKT 1')).toThrow();
        db.run('INSERT INTO thing VALUES (1, NULL)');
        expect(() => db.run('INSERT INTO thing VALUES (1, NULL)')).toThrow(/UNIQUE/);
        expect(count(db)).toBe(1);
      }));

    it('keeps a transaction that returns, with its result', () =>
      withTable((db) => {
        expect(db.transaction(() => db.run('INSERT INTO thing VALUES (1, NULL)') ?? 'done')).toBe('done');
        expect(count(db)).toBe(1);
      }));

    it('keeps nothing of a transaction that throws, and passes the error on', () =>
      withTable((db) => {
        const failure = new Error('on purpose');
        const attempt = () =>
          db.transaction(() => {
            db.run('INSERT INTO thing VALUES (1, NULL)');
            throw failure;
          });
        expect(attempt).toThrow(failure);
        expect(count(db)).toBe(0);
        db.transaction(() => db.run('INSERT INTO thing VALUES (2, NULL)'));
        expect(count(db)).toBe(1);
      }));

    it('refuses a transaction inside a transaction', () =>
      withTable((db) => {
        const nested = () =>
          db.transaction(() => {
            db.run('INSERT INTO thing VALUES (1, NULL)');
            db.transaction(() => db.run('INSERT INTO thing VALUES (2, NULL)'));
          });
        expect(nested).toThrow(/nested transactions are refused/);
        expect(count(db)).toBe(0);
      }));

    it('refuses an asynchronous transaction and keeps nothing of it', () =>
      withTable((db) => {
        const insert = async () => db.run('INSERT INTO thing VALUES (1, NULL)');
        expect(() => db.transaction(insert)).toThrow(TypeError);
        expect(count(db)).toBe(0);
      }));
  });
}
