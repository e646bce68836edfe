/** A long Python session keeps within what its history may take. SPAWNPOINT_SEED repeats a trial. */

import { expect, it } from 'vitest';
import { PREPARE_STORAGE, storageInput } from '../../server/testing/python-storage-inputs.ts';
import { Product } from '../bench/support/product.ts';
import { SessionTerminal } from '../bench/support/session-terminal.ts';
import { readStoredHeaps } from '../bench/support/stored-heaps.ts';
import { Random } from './random.ts';

const INPUTS = 500;
const PLAIN_INPUTS = 20;
/** Of heaps, as retention.ts has it; revisions since it last looked come on top. */
const KEPT_BYTES = 64 * 1024 * 1024;
const PLAIN_BYTES = 250_000;
const seed = Number(process.env.SPAWNPOINT_SEED) || Date.now() % 1_000_000;

it(`${INPUTS} inputs of Python stay within the limit of a session (seed ${seed})`, async () => {
  const random = new Random(seed);
  const heaps = await Product.use(async (product) => {
    const terminal = await SessionTerminal.open(product, 'main', { language: 'py' });
    await terminal.evaluate(PREPARE_STORAGE);
    for (let at = 0; at < INPUTS; at += 1) await terminal.submit(storageInput(at, random.next())).done;
    for (let at = 0; at < PLAIN_INPUTS; at += 1) await terminal.evaluate('y = 1');
    terminal.close();
    return (await readStoredHeaps(product, ['main']))[0] ?? [];
  });
  const total = heaps.reduce((sum, { bytes }) => sum + bytes, 0);
  const plain = heaps.filter(({ isKeyframe }) => !isKeyframe).slice(-PLAIN_INPUTS + 1);
  const largest = Math.max(...plain.map(({ bytes }) => bytes));
  console.log(`${heaps.length} heaps are stored, in ${total} bytes; y = 1 took at most ${largest}`);
  expect(total).toBeLessThan(KEPT_BYTES);
  expect(largest).toBeLessThanOrEqual(PLAIN_BYTES);
});
