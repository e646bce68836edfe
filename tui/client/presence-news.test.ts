/** What of who comes and goes is told. */

import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../app/testing/manual-clock.ts';
import { NEWS_MILLISECONDS, PresenceNews } from './presence-news.ts';

let clock: ManualClock;
let told: string[];
let news: PresenceNews;

beforeEach(() => {
  clock = new ManualClock();
  told = [];
  news = new PresenceNews(clock, (name, what) => told.push(`${name} ${what}`));
});

it('is what lasts', () => {
  news.update(['ada', 'bob']);
  clock.advance(NEWS_MILLISECONDS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(['ada attached', 'bob attached']);
  news.update(['ada']);
  clock.advance(NEWS_MILLISECONDS);
  expect(told.slice(2)).toEqual(['bob left']);
});

it('is no short call, however many there are', () => {
  for (let call = 0; call < 20; call++) {
    news.update(['bob', 'bob 2']);
    clock.advance(NEWS_MILLISECONDS - 1);
    news.update(['bob']);
  }
  expect(told).toEqual(['bob attached']);
});

it('is nobody who comes back at once', () => {
  news.update(['bob']);
  clock.advance(NEWS_MILLISECONDS);
  news.update([]);
  clock.advance(NEWS_MILLISECONDS - 1);
  news.update(['bob']);
  clock.advance(NEWS_MILLISECONDS);
  expect(told).toEqual(['bob attached']);
  news.update([]);
  news.close();
  expect(clock.pending).toBe(0);
});
