/** Python's engine is made of the same bytes each time: else no heap would open after the next build. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makeEngine } from '../../server/kernels/python/build/build-engine.ts';

const LOCK = new URL('../../server/kernels/python/engine.lock.json', import.meta.url);

it('the engine of Python is built twice, byte for byte the same', async () => {
  const [first, second] = [await makeEngine(), await makeEngine()];
  expect(Buffer.compare(first.memory, second.memory)).toBe(0);
  expect(Buffer.compare(first.header, second.header)).toBe(0);
  const { engine } = JSON.parse(readFileSync(LOCK, 'utf8'));
  expect([first.id, second.id]).toEqual([engine, engine]);
});
