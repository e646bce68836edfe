/** One short storm with a known seed; `npm run torture` has more. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';
import { storm } from '../torture/storm.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

it('cut lines, repeated requests and killed servers lose nothing and run nothing twice', async () => {
  const report = await storm(machine, 20_261_122, 8_000);
  expect(report.inputs).toBeGreaterThan(4);
  expect(report.kills).toBeGreaterThan(0);
  expect(report.losses).toBeGreaterThan(0);
});
