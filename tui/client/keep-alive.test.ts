/** A silent line is asked; that it does not answer is told, and after a while it is given up. */

import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../app/testing/manual-clock.ts';
import { KeepAlive } from './keep-alive.ts';

let clock: ManualClock;
let said: string[];
let keepAlive: KeepAlive;

beforeEach(() => {
  clock = new ManualClock();
  said = [];
  keepAlive = new KeepAlive(clock, {
    ping: () => said.push('ping'),
    unanswered: (seconds) => said.push(`unanswered ${seconds}`),
    silent: () => said.push('silent'),
  });
  keepAlive.start();
});

const counted = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `unanswered ${from + index}`);

it('pings after 10 seconds of silence, tells when no answer comes, and gives up after 20 more', () => {
  clock.advance(9_999);
  expect(said).toEqual([]);
  clock.advance(1);
  expect(said).toEqual(['ping']);
  clock.advance(2_999);
  expect(said).toEqual(['ping']);
  clock.advance(17_000);
  expect(said).toEqual(['ping', ...counted(3, 19)]);
  clock.advance(1);
  expect(said.slice(18)).toEqual(['silent']);
  clock.advance(100_000);
  expect(said).toHaveLength(19);
});

it('pings soon when something that was asked for does not come', () => {
  clock.advance(5_000);
  keepAlive.asked();
  clock.advance(500);
  keepAlive.asked();
  clock.advance(500);
  expect(said).toEqual(['ping']);
  clock.advance(2_000);
  keepAlive.asked();
  expect(said).toEqual(['ping', 'unanswered 3']);
  clock.advance(18_000);
  expect(said).toEqual(['ping', ...counted(3, 20), 'silent']);
});

it('does not ping when it comes', () => {
  keepAlive.asked();
  keepAlive.heard();
  clock.advance(10_999);
  expect(said).toEqual([]);
  clock.advance(1);
  expect(said).toEqual(['ping']);
});

it('tells when the answer came after all', () => {
  clock.advance(14_000);
  keepAlive.heard();
  expect(said).toEqual(['ping', 'unanswered 3', 'unanswered 4', 'unanswered 0']);
  clock.advance(9_999);
  expect(said).toHaveLength(4);
  clock.advance(1);
  expect(said[4]).toBe('ping');
});

it('does not ping while it hears something', () => {
  for (let second = 0; second < 200; second++) {
    clock.advance(1000);
    keepAlive.heard();
  }
  expect(said).toEqual([]);
});

it('does nothing once stopped', () => {
  clock.advance(13_000);
  keepAlive.stop();
  keepAlive.heard();
  keepAlive.asked();
  clock.advance(1_000_000);
  expect(said).toEqual(['ping', 'unanswered 3']);
  expect(clock.pending).toBe(0);
});
