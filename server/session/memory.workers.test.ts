/** Kernels of several sessions share the isolate's memory: idle ones leave, and come back with their state. */

import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { isolateMemory } from '../memory.ts';
import { TestSession } from '../testing/workers-client.ts';

it('an idle kernel that left memory goes on where it was', async () => {
  const session = new TestSession();
  const terminal = await session.attach();
  await terminal.show('let n = 41; const next = () => ++n; n');
  // In the object's isolate, which is this one: everyone idle has to leave.
  await runInDurableObject(session.stub, () => {
    isolateMemory.makeRoom(Number.MAX_SAFE_INTEGER);
  });
  expect(await terminal.show('next()')).toBe('42');
});

it('thirty sessions with large heaps can be used in turn', async () => {
  const terminals = [];
  for (let number = 0; number < 30; number++) {
    const terminal = await new TestSession().attach();
    await terminal.show(`const big = "x".repeat(4e6) + ${number}; big.length`);
    terminals.push(terminal);
  }
  for (const [number, terminal] of terminals.entries()) {
    expect(await terminal.show('big.slice(4e6)')).toBe(`'${number}'`);
  }
});
