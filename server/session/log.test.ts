/** The log on real SQLite: what is appended can be read, over restarts and after pruning. */

import { describe, expect, it } from 'vitest';
import { MessageAssembler } from '../../protocol/assembler.ts';
import { decodeLog, encodeEvent, type LogEvent, type LogMessage } from '../../protocol/events.ts';
import { decodeFrames } from '../../protocol/frame.ts';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import type { Database } from '../database.ts';
import { Log, type LogEntry } from './log.ts';
import { migrate } from './schema.ts';

const LIMITS = { log: 4000, logSegment: 1000 };

async function openDatabase(): Promise<Database> {
  const database = await makeMemoryDatabase();
  migrate(database);
  return database;
}

/** An event of exactly `bytes` bytes, frame header included. */
function output(bytes: number, number = 1): LogEvent {
  const body = { cause: 'input', number, at: 0, stream: 'stdout', bytes: new Uint8Array(bytes - 40) } as const;
  return { name: 'output', body };
}

function decode({ frames }: LogEntry): LogMessage | null {
  const assembler = new MessageAssembler(10_000_000);
  const messages = decodeFrames(frames).map((frame) => assembler.push(frame));
  const last = messages.at(-1);
  return last ? decodeLog(last) : null;
}

/** `n` for an event, `[from, to]` for a gap. */
function summary(entries: readonly LogEntry[]): (number | [number, number])[] {
  return entries.map((entry) => {
    const message = decode(entry);
    if (message === null) throw new Error('An entry is no log message.');
    expect(entry.seq).toBe(message.kind === 'gap' ? message.to : message.seq);
    return message.kind === 'gap' ? [message.from, message.to] : message.seq;
  });
}

const ALL = 1_000_000;

describe('a log', () => {
  it('is empty at first, and named once', async () => {
    const database = await openDatabase();
    const log = new Log(database, () => 'first');
    expect(log.extent).toEqual({ epoch: 'first', tail: 1, head: 0 });
    expect(log.read(1, ALL)).toEqual([]);
    expect(new Log(database, () => 'second').extent.epoch).toBe('first');
  });

  it('gives back the bytes that were appended', async () => {
    const log = new Log(await openDatabase(), () => 'e');
    const event = output(300);
    expect(encodeEvent(1, event)).toHaveLength(300);
    const entries = [log.append(event), log.append(output(1000)), log.append(event)];
    expect(log.read(1, ALL)).toEqual(entries);
    expect(log.read(2, ALL)).toEqual(entries.slice(1));
    expect(log.read(3, 1)).toEqual(entries.slice(2));
    expect(log.read(4, ALL)).toEqual([]);
  });

  it('reads about as much as asked for, and at least one event', async () => {
    const log = new Log(await openDatabase(), () => 'e');
    for (let at = 0; at < 200; at++) log.append(output(100));
    expect(log.read(1, 1)).toHaveLength(1);
    expect(log.read(1, 100)).toHaveLength(1);
    expect(log.read(1, 101)).toHaveLength(2);
    expect(log.read(1, 10_000)).toHaveLength(100);
    expect(log.read(1, ALL)).toHaveLength(200);
  });

  it('drops whole segments, oldest first, once it is larger than it may be', async () => {
    const log = new Log(await openDatabase(), () => 'e', LIMITS);
    for (let at = 0; at < 40; at++) log.append(output(100));
    expect(log.extent).toMatchObject({ tail: 1, head: 40 });
    for (let at = 0; at < 9; at++) log.append(output(100));
    expect(log.extent.tail).toBe(1);
    log.append(output(100));
    expect(log.extent).toMatchObject({ tail: 11, head: 50 });
    expect(summary(log.read(1, ALL)).slice(0, 2)).toEqual([[1, 10], 11]);
    expect(summary(log.read(10, ALL)).slice(0, 2)).toEqual([[10, 10], 11]);
    expect(summary(log.read(11, ALL))[0]).toBe(11);
  });

  it('keeps the beginning of what runs, with a gap behind it', async () => {
    const log = new Log(await openDatabase(), () => 'e', LIMITS);
    for (let at = 0; at < 15; at++) log.append(output(100));
    log.pin(12);
    for (let at = 0; at < 100; at++) log.append(output(100));
    expect(log.extent).toMatchObject({ tail: 11, head: 115 });
    const kept = summary(log.read(1, ALL));
    expect(kept.slice(0, 3)).toEqual([[1, 10], 11, 12]);
    expect(kept.filter(Array.isArray)).toEqual([
      [1, 10],
      [21, 80],
    ]);
    expect(summary(log.read(30, ALL)).slice(0, 2)).toEqual([[30, 80], 81]);
    log.unpin(12);
    for (let at = 0; at < 10; at++) log.append(output(100));
    expect(log.extent.tail).toBe(81);
  });

  it('keeps two beginnings in one segment until both are done', async () => {
    const log = new Log(await openDatabase(), () => 'e', LIMITS);
    log.pin(1);
    log.pin(2);
    for (let at = 0; at < 60; at++) log.append(output(100));
    log.unpin(1);
    for (let at = 0; at < 10; at++) log.append(output(100));
    expect(log.extent.tail).toBe(1);
    log.unpin(2);
    for (let at = 0; at < 10; at++) log.append(output(100));
    expect(log.extent.tail).toBeGreaterThan(20);
  });

  it('takes an event that is larger than a segment, and than the log', async () => {
    const log = new Log(await openDatabase(), () => 'e', LIMITS);
    log.append(output(2500));
    log.append(output(9000));
    log.append(output(100));
    expect(log.extent.head).toBe(3);
    expect(summary(log.read(1, ALL)).at(-1)).toBe(3);
  });

  it('reads a gap over everything when nothing is left but the open segment', async () => {
    const log = new Log(await openDatabase(), () => 'e', { log: 0, logSegment: 100 });
    for (let at = 0; at < 5; at++) log.append(output(100));
    expect(log.extent).toMatchObject({ tail: 6, head: 5 });
    expect(summary(log.read(1, ALL))).toEqual([[1, 5]]);
    expect(summary(log.read(5, ALL))).toEqual([[5, 5]]);
    expect(log.read(6, ALL)).toEqual([]);
  });

  it('is the same after it was opened anew, at every point', async () => {
    const database = await openDatabase();
    let log = new Log(database, () => 'e', LIMITS);
    const steady = new Log(await openDatabase(), () => 'e', LIMITS);
    for (let at = 0; at < 120; at++) {
      const event = output(100 + (at % 7) * 50);
      expect(log.append(event)).toEqual(steady.append(event));
      if (at % 3 === 0) log = new Log(database, () => 'another', LIMITS);
      expect(log.extent).toEqual(steady.extent);
    }
    expect(summary(log.read(1, ALL))).toEqual(summary(steady.read(1, ALL)));
  });

  it('keeps nothing of a transaction that fails, and goes on when opened anew', async () => {
    const database = await openDatabase();
    const log = new Log(database, () => 'e', LIMITS);
    log.append(output(100));
    const failing = () =>
      database.transaction(() => {
        for (let at = 0; at < 50; at++) log.append(output(100));
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    const reopened = new Log(database, () => 'e', LIMITS);
    expect(reopened.extent).toEqual({ epoch: 'e', tail: 1, head: 1 });
    expect(reopened.append(output(100)).seq).toBe(2);
    expect(summary(reopened.read(1, ALL))).toEqual([1, 2]);
  });

  it('stores nothing that no reader would take', async () => {
    const log = new Log(await openDatabase(), () => 'e');
    const bad: LogEvent = { name: 'notice', body: { at: -1, level: 'info', text: '', cause: null } };
    expect(() => log.append(bad)).toThrow('at');
    expect(log.append(output(100)).seq).toBe(1);
  });
});
