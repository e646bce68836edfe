/** How long the client waits before it tries again. */

import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

const take = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next());

it('doubles up to a limit', () => {
  expect(take(new Backoff(() => 1), 10)).toEqual([25, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

it('takes off up to a half by chance', () => {
  expect(take(new Backoff(() => 0), 10)).toEqual([12.5, 25, 50, 100, 200, 400, 800, 1600, 2500, 2500]);
});

it('begins anew after a success, and never grows beyond all bounds', () => {
  const backoff = new Backoff(() => 1);
  expect(take(backoff, 2000).at(-1)).toBe(5000);
  backoff.succeeded();
  expect(backoff.next()).toBe(25);
});
