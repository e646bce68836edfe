/** Hundreds of kills: `npm run torture`. SPAWNPOINT_SEED repeats a trial. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';
import { killTrial } from './kill-trial.ts';

const SESSIONS = 4;
const KILLS = 60;
const PYTHON = 0.5;

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const first = Number(process.env.SPAWNPOINT_SEED) || Date.now() % 1_000_000;

it.each(Array.from({ length: SESSIONS }, (_, at) => first + at))('survives kills (seed %i)', async (seed) => {
  const report = await killTrial(machine, { seed, kills: KILLS, python: PYTHON });
  console.log(`seed ${seed}: ${JSON.stringify(report)}`);
  expect(report.kills).toBeGreaterThanOrEqual(KILLS);
  expect(Math.min(...Object.values(report.reached))).toBeGreaterThan(0);
});
