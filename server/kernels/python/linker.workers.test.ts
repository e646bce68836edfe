/** Which compiled modules are linked, and what is noted of it. */

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { modules } from '../../../dist/python/side-modules.js';
import { Linker, MAX_LINK_STEPS } from './linker.ts';

const BYTES = new TextEncoder().encode('the file of a module');
const hash = createHash('sha256');
hash.update(BYTES);
const [MODULE] = Object.values(modules);
if (!MODULE) throw new Error('the build has no side module');
const KNOWN = { [hash.digest('hex')]: MODULE };

it('finds a module by the bytes of its file, whatever that is called', () => {
  const linker = new Linker(KNOWN);
  expect(linker.library('any.so', () => BYTES)).toBe(MODULE);
  const others = [new Uint8Array(), new Uint8Array([...BYTES, 0, 0])];
  for (const bytes of others) expect(() => linker.library('x.so', () => bytes)).toThrow(/^x\.so is compiled code that/);
});

it('notes where modules and functions were put, but not those that failed', () => {
  const linker = new Linker(KNOWN);
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 4 });
  const open = (result: number) =>
    linker.step(8, null, () => {
      linker.library('a.so', () => BYTES);
      linker.memoryBase(() => 1024);
      linker.tableBase(4);
      return linker.slot(table, []) && result;
    });
  open(0);
  expect(linker.steps).toEqual([]);
  open(1);
  expect(linker.steps).toMatchObject([{ modules: [{ memoryBase: 1024, tableBase: 4 }], slots: [5], symbol: null }]);
  expect(linker.slot(table, [2])).toBe(2);
});

it(`takes ${MAX_LINK_STEPS} steps, and not one more`, () => {
  const linker = new Linker(KNOWN);
  const open = () => linker.step(8, null, () => (linker.library('a.so', () => BYTES) ? 1 : 0));
  for (let step = 0; step < MAX_LINK_STEPS; step += 1) open();
  expect(open).toThrow('too many');
  expect(linker.steps).toHaveLength(MAX_LINK_STEPS);
});
