/** A silent line is asked, and given up when it does not answer. */

import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../app/testing/manual-clock.ts';
import { KeepAlive } from './keep-alive.ts';

let clock: ManualClock;
let said: string[];
let keepAlive: KeepAlive;

beforeEach(() => {
  clock = new ManualClock();
  said = [];
  keepAlive = new KeepAlive(clock, { ping: () => said.push('ping'), silent: () => said.push('silent') });
  keepAlive.start();
});

it('pings after 20 seconds of silence and gives up 10 seconds later', () => {
  clock.advance(19_999);
  expect(said).toEqual([]);
  clock.advance(1);
  expect(said).toEqual(['ping']);
  clock.advance(9_999);
  expect(said).toEqual(['ping']);
  clock.advance(1);
  expect(said).toEqual(['ping', 'silent']);
});

it('does not ping while it hears something', () => {
  for (let second = 0; second < 200; second++) {
    clock.advance(1000);
    keepAlive.heard();
  }
  expect(said).toEqual([]);
});

it('goes on as before after an answer', () => {
  clock.advance(20_000);
  keepAlive.heard();
  clock.advance(10_000);
  expect(said).toEqual(['ping']);
  clock.advance(20_000);
  expect(said).toEqual(['ping', 'ping']);
});

it('does nothing once stopped', () => {
  clock.advance(20_000);
  keepAlive.stop();
  clock.advance(1_000_000);
  expect(said).toEqual(['ping']);
  expect(clock.pending).toBe(0);
});
