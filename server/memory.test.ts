/** The memory that kernels share: who leaves when there is not enough. */

import { expect, it } from 'vitest';
import { MemoryBudget, type Tenant } from './memory.ts';

function tenant(bytes: number, left: string[], name: string, isIdle = true): Tenant {
  return {
    id: Symbol(name),
    bytes,
    leave: () => {
      if (isIdle) left.push(name);
      return isIdle;
    },
  };
}

it('lets the least recently used leave, as many as it takes', () => {
  const budget = new MemoryBudget(100);
  const left: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => tenant(30, left, name)) as [Tenant, Tenant, Tenant];
  for (const each of [a, b, c, a]) budget.use(each);
  budget.makeRoom(10);
  expect(left).toEqual([]);
  budget.makeRoom(11);
  expect(left).toEqual(['b']);
  budget.makeRoom(70);
  expect(left).toEqual(['b', 'c']);
  budget.makeRoom(71);
  expect(left).toEqual(['b', 'c', 'a']);
  budget.makeRoom(100);
  expect(left).toEqual(['b', 'c', 'a']);
});

it('spares who is busy', () => {
  const budget = new MemoryBudget(100);
  const left: string[] = [];
  const [busy, idle] = [tenant(60, left, 'busy', false), tenant(30, left, 'idle')];
  budget.use(busy);
  budget.use(idle);
  budget.makeRoom(10);
  expect(left).toEqual([]);
  budget.makeRoom(11);
  expect(left).toEqual(['idle']);
  expect(budget.makeRoom(40)).toBe(true);
  expect(budget.makeRoom(41)).toBe(false);
  expect(left).toEqual(['idle']);
  expect(busy.bytes + idle.bytes).toBe(90);
});

it('is as large as the deployment says', () => {
  const budget = new MemoryBudget(100);
  budget.allow(undefined);
  expect([budget.makeRoom(100), budget.makeRoom(101)]).toEqual([true, false]);
  budget.allow('1');
  expect([budget.makeRoom(1024 ** 2), budget.makeRoom(1024 ** 2 + 1)]).toEqual([true, false]);
});

it('lets idle ones leave as early where busy ones may take more', () => {
  const budget = new MemoryBudget(100);
  budget.allow('1');
  const left: string[] = [];
  budget.use(tenant(1024 ** 2 - 60, left, 'busy', false));
  budget.use(tenant(50, left, 'idle'));
  expect([budget.makeRoom(60), budget.makeRoom(61)]).toEqual([true, false]);
  expect(left).toEqual(['idle']);
});
