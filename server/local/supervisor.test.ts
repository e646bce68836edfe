/** How soon a process that died is started again. */

import { expect, it } from 'vitest';
import { restartPause } from './supervisor.ts';

it('restarts at once after the first deaths, then at intervals that double up to a bound', () => {
  expect([1, 2, 3, 4, 5, 9, 10, 1000].map(restartPause)).toEqual([0, 0, 50, 100, 200, 3200, 5000, 5000]);
});
