/** Events are handed on in order, and credit is granted as they are consumed. */

import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { LogDelivery } from './log-delivery.ts';

const WINDOW = LIMITS.initialCredit;

function start() {
  const granted: number[] = [];
  const errors: Error[] = [];
  const delivered: number[] = [];
  const delivery = new LogDelivery(
    (through) => granted.push(through),
    (error) => errors.push(error),
  );
  /** Delivers an item at once. */
  const push = (number: number, bytes: number) =>
    delivery.push(bytes, () => {
      delivered.push(number);
      return undefined;
    });
  /** Delivers an item that takes until `settle`. */
  const pushSlow = (number: number, bytes: number) => {
    let settle = { resolve: (): void => undefined, reject: (_: Error): void => undefined };
    const promise = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    delivery.push(bytes, () => {
      delivered.push(number);
      return promise;
    });
    return { promise, ...settle };
  };
  return { delivery, granted, errors, delivered, push, pushSlow };
}

describe('LogDelivery', () => {
  it('delivers at once and grants once half a window is consumed', () => {
    const { push, delivered, granted } = start();
    push(1, WINDOW / 2 - 1);
    expect(granted).toEqual([]);
    push(2, 1);
    expect(delivered).toEqual([1, 2]);
    expect(granted).toEqual([WINDOW + WINDOW / 2]);
  });

  it('keeps the order and grants nothing while the receiver is busy', async () => {
    const { push, pushSlow, delivered, granted } = start();
    const first = pushSlow(1, WINDOW);
    push(2, WINDOW);
    expect(delivered).toEqual([1]);
    expect(granted).toEqual([]);
    first.resolve();
    await first.promise;
    expect(delivered).toEqual([1, 2]);
    expect(granted).toEqual([2 * WINDOW, 3 * WINDOW]);
  });

  it('grants on a new line only what came over that line', async () => {
    const { delivery, push, pushSlow, delivered, granted } = start();
    const old = pushSlow(1, WINDOW);
    push(2, WINDOW);
    delivery.restart();
    push(3, WINDOW);
    old.resolve();
    await old.promise;
    expect(delivered).toEqual([1, 2, 3]);
    expect(granted).toEqual([2 * WINDOW]);
  });

  it('tells of a receiver that fails, and delivers nothing more', async () => {
    const { push, pushSlow, delivered, errors } = start();
    const first = pushSlow(1, 1);
    push(2, 1);
    first.reject(new Error('full'));
    await expect(first.promise).rejects.toThrow('full');
    await Promise.resolve();
    push(3, 1);
    expect(delivered).toEqual([1]);
    expect(errors.map(String)).toEqual(['Error: full']);
  });
});
