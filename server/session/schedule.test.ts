/** One alarm for all jobs, with due times that outlive the process. */

import { beforeEach, expect, it } from 'vitest';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import type { Database } from '../database.ts';
import { Schedule } from './schedule.ts';
import { migrate } from './schema.ts';

let database: Database;
let alarms: number[];

beforeEach(async () => {
  database = await makeMemoryDatabase();
  migrate(database);
  alarms = [];
});

function open(collectOrphans: () => Promise<number | null>): Schedule {
  const jobs = {
    collectOrphans,
    endForsaken: async () => null,
    expireUploads: async () => null,
    prune: async () => null,
  };
  return new Schedule(database, { set: (at) => alarms.push(at) }, jobs);
}

const rows = () => database.all<{ name: string; due: number }>('SELECT name, due FROM job');

it('asks for the earliest time', () => {
  const schedule = open(async () => null);
  schedule.request('collectOrphans', 500);
  schedule.request('collectOrphans', 900);
  schedule.request('collectOrphans', 300);
  expect([alarms, rows()]).toEqual([[500, 500, 300], [{ name: 'collectOrphans', due: 300 }]]);
});

it('runs what is due, and nothing before', async () => {
  let runs = 0;
  const schedule = open(async () => {
    runs += 1;
    return null;
  });
  schedule.request('collectOrphans', 500);
  await schedule.run(499);
  expect([runs, alarms]).toEqual([0, [500, 500]]);
  await schedule.run(500);
  expect([runs, rows()]).toEqual([1, []]);
  await schedule.run(1000);
  expect([runs, alarms]).toEqual([1, [500, 500]]);
});

it('runs a job again when it says so, also in another process', async () => {
  const schedule = open(async () => 800);
  schedule.request('collectOrphans', 500);
  await schedule.run(600);
  expect([alarms.at(-1), rows()]).toEqual([800, [{ name: 'collectOrphans', due: 800 }]]);
  let isRun = false;
  const later = open(async () => {
    isRun = true;
    return null;
  });
  await later.run(800);
  expect(isRun).toBe(true);
});

it('keeps a job that failed', async () => {
  const schedule = open(() => Promise.reject(new Error('no bucket')));
  schedule.request('collectOrphans', 500);
  await expect(schedule.run(600)).rejects.toThrow('no bucket');
  expect(rows()).toEqual([{ name: 'collectOrphans', due: 500 }]);
});
