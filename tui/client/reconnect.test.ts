/** Which lost lines are opened again, and when that ends. */

import { beforeEach, describe, expect, it } from 'vitest';
import { CLOSE } from '../../protocol/close.ts';
import { ClientHarness, notice, until } from '../testing/client-harness.ts';
import { ConnectError, ServerStoppedError } from './socket.ts';

let harness: ClientHarness;
beforeEach(() => {
  harness = new ClientHarness();
});

describe('a line', () => {
  const forGood = Object.values(CLOSE).filter(({ reconnect }) => reconnect === 'never');
  const forNow = [
    ...Object.values(CLOSE).filter(({ reconnect }) => reconnect === 'backoff'),
    { code: 1006 },
    { code: 1000 },
  ];

  it.each(forGood)('closed with $code ends the connection', async ({ code }) => {
    const [, line] = await harness.attached();
    line.lose(code, 'go away');
    expect(harness.told.at(-1)).toBe('ended: go away');
    expect(harness.clock.pending).toBe(0);
  });

  it.each(forNow)('closed with $code is opened again', async ({ code }) => {
    const [, line] = await harness.attached();
    line.lose(code);
    expect(harness.told.at(-1)).toBe('lost');
    (await harness.back()).welcome();
    expect(harness.told.at(-1)).toBe('welcome');
  });

  it('that fell silent is opened again', async () => {
    const [, line] = await harness.attached();
    harness.clock.advance(10_000);
    expect(line.texts).toEqual(['p']);
    line.sendText('P');
    harness.clock.advance(1000 + 10_000);
    expect(line.texts).toEqual(['p', 'p']);
    harness.clock.advance(20_000);
    expect(harness.told.at(-1)).toBe('lost');
    expect(line.isClosed).toBe(true);
  });

  it('on which no WELCOME comes is opened again', async () => {
    const greeted = harness.server.greeted();
    harness.connect();
    const line = await greeted;
    harness.clock.advance(10_000 + 20_000);
    expect(line.isClosed).toBe(true);
    (await harness.back()).welcome();
    expect(harness.told).toEqual(['welcome']);
  });

  it('is opened again under the name that the terminal had', async () => {
    const [, line] = await harness.attached();
    const terminals = [
      { id: 1, name: 'ada@lovelace 2', role: 'owner' as const },
      { id: 2, name: 'ada@lovelace', role: 'owner' as const },
    ];
    line.say('state', { revision: 0, busy: [], queued: [], programs: [], terminals });
    line.lose();
    expect((await harness.back()).all('hello')).toMatchObject([{ name: 'ada@lovelace 2' }]);
  });

  it('that was given up says nothing any more', async () => {
    const [, line] = await harness.attached();
    line.lose();
    line.event(1, notice());
    line.lose(4400, 'late');
    expect(harness.told).toEqual(['welcome', 'lost']);
  });

  it('on which the server breaks the protocol ends the connection', async () => {
    const [, line] = await harness.attached();
    line.send(new Uint8Array(5));
    expect(harness.told.at(-1)).toMatch(/^ended: The server broke the protocol/);
  });
});

describe('attempts to connect', () => {
  it('come at growing pauses, from the start again after a WELCOME', async () => {
    const [, line] = await harness.attached();
    harness.server.refusal = new ConnectError('down');
    line.lose();
    for (const pause of [25, 50, 100]) {
      harness.clock.advance(pause - 1);
      expect(harness.clock.pending).toBe(1);
      harness.clock.advance(1);
      expect(harness.clock.pending).toBe(0);
      await until(() => harness.clock.pending === 1);
    }
    harness.server.refusal = null;
    (await harness.back()).welcome();
    harness.server.lines.at(-1)?.lose();
    const greeted = harness.server.greeted();
    harness.clock.advance(25);
    await greeted;
  });

  it('are given up after the time for it, with the reason of the last one', async () => {
    const [, line] = await harness.attached({ giveUpAfterMilliseconds: 1000 });
    harness.clock.advance(500);
    harness.server.refusal = new ConnectError('still down');
    line.lose();
    const began = harness.clock.now();
    while (!harness.told.at(-1)?.startsWith('ended')) {
      harness.clock.advance(10);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
    expect(harness.told).toEqual(['welcome', 'lost', 'ended: still down']);
    expect(harness.clock.now() - began).toBeGreaterThanOrEqual(1000);
    expect(harness.clock.now() - began).toBeLessThan(1000 + 2 * 1000);
    expect(harness.clock.pending).toBe(0);
  });

  it('go on when it was stopped, which is told once for each loss, and at once when it runs again', async () => {
    const [connection, line] = await harness.attached();
    harness.server.refusal = new ServerStoppedError('stopped');
    line.lose();
    for (const pause of [25, 50]) {
      harness.clock.advance(pause);
      await until(() => harness.clock.pending === 1);
    }
    expect(harness.told).toEqual(['welcome', 'lost', 'stopped: stopped']);
    harness.server.refusal = null;
    const greeted = harness.server.greeted();
    connection.hurry();
    const again = await greeted;
    // No further attempt, only the watch over this line.
    expect(harness.clock.pending).toBe(1);
    again.welcome();
    connection.hurry();
    expect(harness.told.at(-1)).toBe('welcome');
    harness.server.refusal = new ServerStoppedError('stopped again');
    again.lose();
    harness.clock.advance(25);
    await until(() => harness.told.at(-1) === 'stopped: stopped again');
  });

  it('end when the server refuses for good', async () => {
    harness.server.refusal = new ConnectError('no', { code: 'FORBIDDEN', message: 'no', retry: false });
    harness.connect();
    await until(() => harness.told.length > 0);
    expect(harness.told).toEqual(['ended: no']);
    expect(harness.clock.pending).toBe(0);
  });

  it('go on when it only refuses for now', async () => {
    harness.server.refusal = new ConnectError('busy', { code: 'RATE', message: 'busy', retry: true });
    harness.connect();
    await until(() => harness.clock.pending === 1);
    harness.server.refusal = null;
    (await harness.back()).welcome();
    expect(harness.told).toEqual(['welcome']);
  });
});
