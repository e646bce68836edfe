/** A sample of the kills of `npm run torture`. SPAWNPOINT_SEED repeats it. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';
import { killTrial } from '../torture/kill-trial.ts';

const KILLS = 20;

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

it(`survives ${KILLS} kills with nothing lost, nothing doubled and nothing torn`, { timeout: 120_000 }, async () => {
  const report = await killTrial(machine, Number(process.env.SPAWNPOINT_SEED) || Date.now() % 1_000_000, KILLS);
  expect(report.kills).toBeGreaterThanOrEqual(KILLS);
  expect(report.aborted).toBeGreaterThan(0);
  expect(report.committed).toBeGreaterThan(report.aborted);
});
