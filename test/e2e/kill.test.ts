/** A sample of the kills of `npm run torture`. SPAWNPOINT_SEED repeats it. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';
import { killTrial } from '../torture/kill-trial.ts';

const KILLS = 20;
/** Python starts anew in each round that has it. */
const PYTHON = 0.2;

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

it(`survives ${KILLS} kills with nothing lost, nothing doubled and nothing torn`, { timeout: 600_000 }, async () => {
  const seed = Number(process.env.SPAWNPOINT_SEED) || Date.now() % 1_000_000;
  const report = await killTrial(machine, { seed, kills: KILLS, python: PYTHON });
  expect(report.kills).toBeGreaterThanOrEqual(KILLS);
  expect(Math.min(...Object.values(report.reached))).toBeGreaterThan(0);
  expect(report.aborted).toBeGreaterThan(0);
  expect(report.committed.js).toBeGreaterThan(0);
});
