/** Terminals and presence: credit, lag, catching up from the log, and who waits for whom. */

import { beforeEach, describe, expect, it } from 'vitest';
import { MessageAssembler } from '../../protocol/assembler.ts';
import { decodeServer } from '../../protocol/control.ts';
import { decodeLog, type LogEvent } from '../../protocol/events.ts';
import { CHANNEL_LOG, decodeFrames } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Log } from './log.ts';
import { Presence } from './presence.ts';
import { migrate } from './schema.ts';
import { newTerminalState, Terminal, type TerminalState } from './terminal.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

let clock: ManualClock;
let log: Log;
let presence: Presence;

beforeEach(async () => {
  const database = await makeMemoryDatabase();
  migrate(database);
  clock = new ManualClock();
  log = new Log(database, () => 'e');
  presence = new Presence(log, clock, (error) => {
    throw error;
  });
});

/** An event that takes exactly `bytes` bytes of the log. */
function event(bytes: number): LogEvent {
  const frames = Math.ceil(bytes / (LIMITS.framePayload + 16));
  const body = { cause: 'input', number: 1, at: 0, stream: 'stdout' } as const;
  return { name: 'output', body: { ...body, bytes: new Uint8Array(bytes - 24 - 16 * frames) } };
}

/** A line to nowhere that remembers what went over it. */
class Recorder {
  readonly messages: Uint8Array[] = [];
  saved: TerminalState | null = null;
  closed: [number, string] | null = null;

  send(bytes: Uint8Array): void {
    this.messages.push(bytes);
  }
  close(code: number, reason: string): void {
    this.closed = [code, reason];
  }
  save(state: TerminalState): void {
    this.saved = structuredClone(state);
  }

  /** The numbers of the marks that were sent. */
  marks(): number[] {
    const assembler = new MessageAssembler(LIMITS.serverMessage);
    return this.messages.flatMap(decodeFrames).flatMap((frame) => {
      const message = assembler.push(frame);
      const decoded = message === null || message.channel === CHANNEL_LOG ? null : decodeServer(message);
      return decoded?.name === 'mark' ? [decoded.body.mark] : [];
    });
  }

  /** Log events that were sent, in order; gaps as pairs. Waits for what is queued. */
  async log(): Promise<(number | [number, number])[]> {
    await Promise.resolve();
    const assembler = new MessageAssembler(LIMITS.serverMessage);
    const seen: (number | [number, number])[] = [];
    for (const frame of this.messages.flatMap(decodeFrames)) {
      const message = assembler.push(frame);
      if (message === null || message.channel !== CHANNEL_LOG) continue;
      const item = decodeLog(message);
      if (item !== null) seen.push(item.kind === 'gap' ? [item.from, item.to] : item.seq);
    }
    return seen;
  }
}

interface Attached {
  readonly line: Recorder;
  readonly terminal: Terminal;
}

function attach({ next = log.extent.head + 1, lossless = false, client = 'c', provesReading = false } = {}): Attached {
  const line = new Recorder();
  const identity = { id: presence.nextId(), name: 'n', role: 'owner', client, lossless, provesReading } as const;
  const terminal = new Terminal(line, newTerminalState(identity, next));
  presence.add(terminal);
  terminal.catchUp(log);
  return { line, terminal };
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

describe('a terminal', () => {
  it('gets events as they come while it has credit, and the rest when it grants more', async () => {
    const { line, terminal } = attach();
    for (let at = 0; at < 6; at++) presence.publish(event(64 * KIB));
    expect(await line.log()).toEqual(upTo(4));
    expect(terminal.lag).toBe(128 * KIB);
    presence.granted(terminal, LIMITS.initialCredit + 1);
    expect(await line.log()).toEqual(upTo(5));
    presence.granted(terminal, LIMITS.initialCredit + 1);
    presence.granted(terminal, 0);
    expect(await line.log()).toEqual(upTo(5));
    presence.granted(terminal, 2 * LIMITS.initialCredit);
    expect(await line.log()).toEqual(upTo(6));
    expect(terminal.lag).toBe(0);
    presence.publish(event(100));
    expect(await line.log()).toEqual(upTo(7));
  });

  it('gets an event that is larger than its credit whole, and then nothing', async () => {
    const { line, terminal } = attach();
    presence.publish(event(3 * MIB));
    presence.publish(event(100));
    expect(await line.log()).toEqual([1]);
    presence.granted(terminal, 3 * MIB);
    expect(await line.log()).toEqual([1]);
    presence.granted(terminal, 3 * MIB + 1);
    expect(await line.log()).toEqual([1, 2]);
  });

  it('keeps the order between what waits and what is new', async () => {
    const { line, terminal } = attach();
    for (let at = 0; at < 8; at++) presence.publish(event(64 * KIB));
    presence.granted(terminal, LIMITS.initialCredit + 1);
    presence.publish(event(100));
    presence.granted(terminal, 10 * LIMITS.initialCredit);
    presence.publish(event(100));
    expect(await line.log()).toEqual(upTo(10));
  });

  it('is read the log from where it asked, with a gap for what is gone', async () => {
    for (let at = 0; at < 20; at++) presence.publish(event(MIB));
    const { tail } = log.extent;
    expect(tail).toBeGreaterThan(1);
    const { line, terminal } = attach({ next: 1 });
    expect(await line.log()).toEqual([[1, tail - 1], tail]);
    expect(terminal.lag).toBe((20 - tail) * MIB);
    for (let sent = 2 * MIB; sent < 30 * MIB; sent += MIB) presence.granted(terminal, sent);
    expect(await line.log()).toEqual([[1, tail - 1], ...upTo(20, tail)]);
    expect(terminal.lag).toBe(0);
  });

  it('sends what was queued in one turn as one message, but no message without end', async () => {
    const { line } = attach();
    for (let at = 0; at < 10; at++) presence.publish(event(100));
    await Promise.resolve();
    expect(line.messages.map((message) => message.length)).toEqual([1000]);
    for (let at = 0; at < 3; at++) presence.publish(event(40 * KIB));
    await Promise.resolve();
    expect(line.messages.map((message) => message.length)).toEqual([1000, 80 * KIB, 40 * KIB]);
  });

  it('goes on from what it saved, and sends again what came after', async () => {
    const { line, terminal } = attach({ client: 'sleepy' });
    presence.publish(event(100));
    terminal.save();
    presence.publish(event(100));
    expect(line.saved).toMatchObject({ next: 2, credit: { sent: 100 }, identity: { client: 'sleepy' } });
    presence.remove(terminal);
    const later = new Recorder();
    if (line.saved === null) throw new Error('It was not saved.');
    const woken = new Terminal(later, line.saved);
    presence.add(woken);
    woken.catchUp(log);
    presence.publish(event(100));
    expect(await later.log()).toEqual([2, 3]);
    expect(JSON.stringify(line.saved).length).toBeLessThan(16_000);
  });

  it('that grants without reading is sent so much and one event more; what it reads, it is asked to prove', async () => {
    const { line, terminal } = attach({ provesReading: true });
    const greed = () => presence.granted(terminal, Number.MAX_SAFE_INTEGER);
    for (let at = 0; at < 12 * 16; at++) {
      presence.publish(event(64 * KIB));
      greed();
    }
    const sent = () => line.messages.reduce((sum, message) => sum + message.length, 0);
    await Promise.resolve();
    expect([sent() >= LIMITS.unread, sent() < LIMITS.unread + 65 * KIB]).toEqual([true, true]);
    expect(line.marks()).toHaveLength(1);
    presence.proved(terminal, (line.marks()[0] ?? 0) + 1);
    const before = sent();
    expect(sent()).toBe(before);
    for (let proven = 0; proven < line.marks().length; proven++) {
      presence.proved(terminal, line.marks()[proven] ?? 0);
      await Promise.resolve();
    }
    expect(await line.log()).toEqual(upTo(12 * 16));
  });

  it.each([
    ['and asks without end is cut off', true, LIMITS.unread],
    ['and cannot prove it is cut off; it may come again', false, LIMITS.unreadControl],
  ])('that reads nothing %s', (_, provesReading, log) => {
    const { line, terminal } = attach({ provesReading });
    for (let at = 0; line.closed === null; at++) {
      presence.publish(event(64 * KIB));
      presence.granted(terminal, Number.MAX_SAFE_INTEGER);
      if (at * 64 * KIB > log) terminal.sendBytes(new Uint8Array(64 * KIB));
    }
    const sent = line.messages.reduce((sum, message) => sum + message.length, 0);
    expect(sent).toBeLessThanOrEqual(LIMITS.unreadControl);
    expect(sent).toBeGreaterThan(LIMITS.unreadControl - 200 * KIB);
    expect(line.closed).toEqual([4408, expect.stringContaining('Attach again')]);
  });

  it('that slept with a mark under way takes its proof', async () => {
    const { line, terminal } = attach({ provesReading: true });
    for (let at = 0; at < 5; at++) presence.publish(event(64 * KIB));
    presence.granted(terminal, Number.MAX_SAFE_INTEGER);
    if (line.saved === null) throw new Error('It was not saved.');
    presence.remove(terminal);
    const later = new Recorder();
    const woken = new Terminal(later, line.saved);
    presence.add(woken);
    for (let at = 0; at < 12 * 16; at++) {
      presence.publish(event(64 * KIB));
      presence.granted(woken, Number.MAX_SAFE_INTEGER);
    }
    await Promise.resolve();
    expect(later.marks()).toEqual([]);
    presence.proved(woken, line.marks()[0] ?? 0);
    await Promise.resolve();
    expect(later.marks()).toHaveLength(1);
  });

  it('sends what is queued before it closes', () => {
    const { line, terminal } = attach();
    presence.publish(event(100));
    terminal.close(4404, 'gone');
    expect([line.messages.length, line.closed]).toEqual([1, [4404, 'gone']]);
  });
});

describe('presence', () => {
  it('numbers terminals, lists them, and knows since when nobody is there', () => {
    clock.advance(5);
    expect(presence.emptyFor).toBe(Number.POSITIVE_INFINITY);
    const [one, two] = [attach(), attach()];
    expect(presence.list().map(({ id }) => id)).toEqual([1, 2]);
    clock.advance(100);
    expect(presence.emptyFor).toBe(0);
    presence.remove(one.terminal);
    presence.remove(one.terminal);
    expect(attach().terminal.identity.id).toBe(3);
    expect(presence.size).toBe(2);
    presence.remove(two.terminal);
    expect(presence.emptyFor).toBe(0);
  });

  it('lets a stalled terminal cost nobody anything', async () => {
    const [stalled, reader] = [attach(), attach()];
    for (let at = 1; at <= 100; at++) {
      presence.publish(event(64 * KIB));
      presence.granted(reader.terminal, at * 64 * KIB + LIMITS.initialCredit);
      expect(presence.backpressure('c')).toBe(undefined);
    }
    expect(await reader.line.log()).toEqual(upTo(100));
    expect(await stalled.line.log()).toEqual(upTo(4));
    expect(stalled.line.messages.reduce((sum, message) => sum + message.length, 0)).toBe(LIMITS.initialCredit);
  });

  it('makes what a lossless terminal submitted wait beyond exactly 4 MiB', async () => {
    const { line, terminal } = attach({ lossless: true, client: 'plain' });
    attach({ lossless: true, client: 'another' });
    presence.publish(event(LIMITS.initialCredit));
    for (let at = 0; at < 4; at++) presence.publish(event(MIB));
    expect([terminal.lag, presence.backpressure('plain')]).toEqual([LIMITS.losslessLag, undefined]);
    presence.publish(event(100));
    const wait = presence.backpressure('plain');
    expect(wait).toBeInstanceOf(Promise);
    let isOver = false;
    void wait?.then(() => {
      isOver = true;
    });
    expect(presence.backpressure('nobody')).toBe(undefined);
    presence.granted(terminal, LIMITS.initialCredit);
    await Promise.resolve();
    expect(isOver).toBe(false);
    presence.granted(terminal, LIMITS.initialCredit + 1);
    await wait;
    expect(await line.log()).toEqual([1, 2]);
  });

  it('ends the wait when the terminal leaves', async () => {
    const { terminal } = attach({ lossless: true });
    for (let at = 0; at < 6; at++) presence.publish(event(MIB));
    const wait = presence.backpressure('c');
    presence.remove(terminal);
    await wait;
    expect(presence.backpressure('c')).toBe(undefined);
  });

  it('counts what a lossless terminal had not read when it came back', () => {
    for (let at = 0; at < 10; at++) presence.publish(event(MIB));
    const { terminal } = attach({ next: 1, lossless: true });
    expect(terminal.lag).toBe(9 * MIB);
    expect(presence.backpressure('c')).toBeInstanceOf(Promise);
    for (let sent = 2 * MIB; sent <= 6 * MIB; sent += MIB) presence.granted(terminal, sent);
    presence.publish(event(MIB));
    expect(terminal.lag).toBe(5 * MIB);
    for (let sent = 7 * MIB; sent <= 8 * MIB; sent += MIB) presence.granted(terminal, sent);
    expect(presence.backpressure('c')).toBe(undefined);
  });
});
