/** Storm after storm, each with another seed, for as long as it takes: `npm run torture`. SPAWNPOINT_TORTURE is its minutes. */

import { expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';
import { storm } from './storm.ts';

const STORM_MILLISECONDS = 20_000;

it('survives storm after storm', async () => {
  const minutes = Number(process.env.SPAWNPOINT_TORTURE);
  const end = performance.now() + minutes * 60_000;
  for (let seed = Date.now() % 1_000_000; performance.now() < end; seed++) {
    const machine = await Machine.create();
    try {
      const report = await storm(machine, seed, STORM_MILLISECONDS);
      console.log(`seed ${seed}: ${JSON.stringify(report)}`);
      expect(report.kills).toBeGreaterThan(0);
    } finally {
      await machine.dispose();
    }
  }
});
