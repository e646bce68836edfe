/** Output gathered into events: by size, by time, by stream and by input; limited. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { OutputEvent } from '../../protocol/events.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { OutputGatherer } from './output.ts';

const CHUNK = 16 * 1024;

let clock: ManualClock;
let events: OutputEvent[];
let limitCalls: number;

beforeEach(() => {
  clock = new ManualClock();
  events = [];
  limitCalls = 0;
});

function gatherer(limit?: number): OutputGatherer {
  const onLimit = () => {
    limitCalls += 1;
  };
  return new OutputGatherer('input', 1, clock, (event) => events.push(event), onLimit, limit);
}

const texts = () => events.map(({ number, stream, bytes }) => [number, stream, new TextDecoder().decode(bytes)]);
const sizes = () => events.map(({ bytes }) => bytes.length);

describe('output', () => {
  it('of 16 ms is one event', () => {
    const output = gatherer();
    for (const text of ['a', 'b', '', 'c']) output.writeText('stdout', text);
    clock.advance(15);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(texts()).toEqual([[1, 'stdout', 'abc']]);
    expect(events[0]).toMatchObject({ cause: 'input', at: clock.now() });
    expect(clock.waiting).toBe(0);
    output.writeText('stdout', 'd');
    clock.advance(16);
    expect(texts().at(-1)).toEqual([1, 'stdout', 'd']);
  });

  it('of 16 KiB is one event at once', () => {
    const output = gatherer();
    output.write('stdout', new Uint8Array(CHUNK - 1));
    expect(sizes()).toEqual([]);
    output.write('stdout', new Uint8Array(1));
    expect([sizes(), clock.waiting]).toEqual([[CHUNK], 0]);
    output.write('stdout', new Uint8Array(2 * CHUNK + 5));
    expect([sizes(), clock.waiting]).toEqual([[CHUNK, CHUNK, CHUNK], 1]);
    output.flush();
    expect(sizes().at(-1)).toBe(5);
  });

  it('keeps its order over streams and inputs', () => {
    const output = gatherer();
    output.writeText('stdout', 'a');
    output.writeText('stderr', 'b');
    output.writeText('stderr', 'c');
    output.writeText('stderr', 'd', 2);
    output.writeText('stdout', 'e', 2);
    output.writeText('stdout', 'f');
    output.flush();
    expect(texts()).toEqual([
      [1, 'stdout', 'a'],
      [1, 'stderr', 'bc'],
      [2, 'stderr', 'd'],
      [2, 'stdout', 'ef'],
    ]);
  });

  it('is flushed once, and not again by its timer', () => {
    const output = gatherer();
    output.writeText('stdout', 'a');
    output.flush();
    output.flush();
    clock.advance(100);
    expect(sizes()).toEqual([1]);
  });

  it('may reach its limit, and is cut there by the next byte', () => {
    const output = gatherer(10);
    output.writeText('stdout', '0123456');
    output.writeText('stdout', '789');
    expect([limitCalls, output.isOverLimit]).toEqual([0, false]);
    output.writeText('stdout', 'x');
    expect([limitCalls, output.isOverLimit, texts()]).toEqual([1, true, [[1, 'stdout', '0123456789']]]);
    output.writeText('stdout', 'y');
    output.flush();
    expect([limitCalls, sizes()]).toEqual([1, [10]]);
  });

  it('beyond the limit in one write keeps what fits', () => {
    const output = gatherer(CHUNK + 3);
    output.write('stdout', new Uint8Array(5 * CHUNK));
    expect([limitCalls, sizes()]).toEqual([1, [CHUNK, 3]]);
  });
});
