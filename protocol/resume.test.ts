/** Where a terminal goes on in the log, as both sides reckon it. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogCursor, type LogExtent, replayFrom } from './resume.ts';

describe('replayFrom', () => {
  const log: LogExtent = { epoch: 'e', tail: 5, head: 9 };
  test.each([
    ['only what is new', null, null, 10],
    ['from the next one', 'e', 8, 8],
    ['up to date', 'e', 10, 10],
    ['before the tail: what is gone is told by a gap', 'e', 2, 2],
    ['ahead of the log', 'e', 11, 1],
    ['another log', 'x', 8, 1],
    ['any log, from an event on', null, 7, 7],
    ['from zero', 'e', 0, 1],
  ])('%s', (_, epoch, from, first) => {
    expect(replayFrom(log, { epoch, from })).toBe(first);
  });
});

describe('LogCursor', () => {
  test('refuses an event that leaves others out, and events before WELCOME', () => {
    const cursor = new LogCursor(1);
    cursor.welcome('e', 9);
    cursor.event(1);
    expect(() => cursor.event(3)).toThrow('Event 3 came where 2 was due');
    expect(() => cursor.gap(3, 4)).toThrow('A gap from 3 came where 2 was due');
    expect(() => new LogCursor(null).event(1)).toThrow('before WELCOME');
    expect(() => new LogCursor(null).gap(1, 2)).toThrow('before WELCOME');
  });

  test('shows only the new part of a gap', () => {
    const cursor = new LogCursor(3);
    cursor.welcome('e', 9);
    expect(cursor.gap(1, 2)).toBeNull();
    expect(cursor.gap(1, 4)).toEqual({ from: 3, to: 4 });
    expect(cursor.event(4)).toBe('duplicate');
    expect(cursor.event(5)).toBe('fresh');
  });

  test('starts over when the log ends before what was seen', () => {
    const cursor = new LogCursor(1);
    cursor.welcome('e', 2);
    cursor.event(1);
    cursor.event(2);
    expect(cursor.welcome('e', 1)).toBe(true);
    expect(cursor.hello()).toEqual({ epoch: 'e', from: 1 });
    expect(cursor.event(1)).toBe('fresh');
  });
});

/** A server's log of numbered texts, of which some in the middle or at the start may be gone. */
class ModelLog {
  epoch = 1;
  #events: (string | null)[] = [];

  append(): void {
    this.#events.push(`${this.epoch}:${this.#events.length + 1}`);
  }

  prune(from: number, many: number): void {
    this.#events.fill(null, from, from + many);
  }

  recreate(): void {
    this.epoch += 1;
    this.#events = [];
  }

  get extent(): LogExtent {
    const first = this.#events.findIndex((event) => event !== null);
    const head = this.#events.length;
    return { epoch: `e${this.epoch}`, tail: first === -1 ? head + 1 : first + 1, head };
  }

  /** What is sent from `first` on: events, and gaps for those that are gone. */
  replay(first: number): ({ seq: number; text: string } | { from: number; to: number })[] {
    const sent: ({ seq: number; text: string } | { from: number; to: number })[] = [];
    for (let seq = first; seq <= this.#events.length; seq++) {
      const text = this.#events[seq - 1];
      const previous = sent.at(-1);
      if (typeof text === 'string') sent.push({ seq, text });
      else if (previous !== undefined && 'to' in previous) previous.to = seq;
      else sent.push({ from: seq, to: seq });
    }
    return sent;
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), many: fc.nat(8) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('prune' as const), from: fc.nat(20), many: fc.nat(10) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('recreate' as const) }) },
    /** A connection that is lost after so many messages, with some sent twice. */
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('connect' as const),
        until: fc.nat(15),
        repeats: fc.array(fc.nat(5), { minLength: 1 }),
      }),
    },
  ),
  { maxLength: 40 },
);

test.each([
  ['from the start', 1],
  ['only what is new', null],
] as const)('over any disconnects, each event is shown once and in order or counted in a gap (%s)', (_, from) => {
  fc.assert(
    fc.property(steps, (script) => {
      const log = new ModelLog();
      const cursor = new LogCursor(from);
      /** What the client accounts for of the present log: a text, or null for an event that is gone. */
      let shown: (string | null)[] = [];
      let first: number | null = null;
      const connect = (until: number, repeats: readonly number[]) => {
        const { epoch, head } = log.extent;
        const start = replayFrom(log.extent, cursor.hello());
        if (cursor.welcome(epoch, head)) {
          shown = [];
          first = 1;
        }
        first ??= from ?? head + 1;
        const sent = log.replay(start);
        for (const [index, message] of sent.slice(0, until).entries()) {
          const again = repeats[index % repeats.length] ?? 0;
          // What a server that slept with an old copy of its state sends once more.
          for (const each of [...sent.slice(Math.max(0, index - again), index), message]) {
            if ('seq' in each) {
              if (cursor.event(each.seq) === 'fresh') shown.push(each.text);
              continue;
            }
            const gap = cursor.gap(each.from, each.to);
            if (gap === null) continue;
            expect(gap.from).toBe(first + shown.length);
            for (let seq = gap.from; seq <= gap.to; seq++) shown.push(null);
          }
        }
      };
      for (const step of script) {
        if (step.do === 'append') for (let many = step.many; many > 0; many--) log.append();
        else if (step.do === 'prune') log.prune(step.from, step.many);
        else if (step.do === 'recreate') log.recreate();
        else connect(step.until, step.repeats);
      }
      connect(Number.POSITIVE_INFINITY, [0]);
      const start = first ?? 1;
      expect(shown).toHaveLength(log.extent.head - start + 1);
      for (const [index, text] of shown.entries()) {
        if (text !== null) expect(text).toBe(`${log.epoch}:${start + index}`);
      }
      for (const message of log.replay(start)) {
        if ('seq' in message) expect(shown[message.seq - start]).toBe(message.text);
      }
    }),
    { numRuns: 500 },
  );
});
