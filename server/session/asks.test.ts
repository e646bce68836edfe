/** Lines that inputs ask for: told through the log, answered once, by whoever is first. */

import { beforeEach, describe, expect, it } from 'vitest';
import { decodeLog, type LogEvent } from '../../protocol/events.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { messageOf } from '../../protocol/messages.test-support.ts';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Asks } from './asks.ts';
import { Log } from './log.ts';
import { Presence } from './presence.ts';
import { migrate } from './schema.ts';

let log: Log;
let asks: Asks;

beforeEach(async () => {
  const database = await makeMemoryDatabase();
  migrate(database);
  const clock = new ManualClock();
  log = new Log(database, () => 'e');
  const presence = new Presence(log, clock, (error) => {
    throw error;
  });
  asks = new Asks({ log, presence, clock });
});

function events(): LogEvent[] {
  return [...log.read(1, LIMITS.log)].flatMap(({ frames }) => {
    const message = decodeLog(messageOf(frames));
    return message?.kind === 'event' ? [message.event] : [];
  });
}

describe('a line', () => {
  it('comes from the first terminal that replies', async () => {
    const line = asks.ask(7, false);
    asks.reply('ada', { ask: 1, text: 'one' });
    asks.reply('bob', { ask: 1, text: 'two' });
    expect(await line).toBe('one');
    expect(events()).toMatchObject([
      { name: 'ask', body: { input: 7, isSecret: false } },
      { name: 'reply', body: { input: 7, ask: 1, terminal: 'ada', text: 'one', isEnd: false } },
    ]);
  });

  it('that is secret is in no log', async () => {
    const line = asks.ask(7, true);
    asks.reply('ada', { ask: 1, text: 'hunter2' });
    expect(await line).toBe('hunter2');
    expect(events().at(-1)).toMatchObject({ name: 'reply', body: { text: null, isEnd: false } });
  });

  it('may be the end of all lines', async () => {
    const line = asks.ask(7, false);
    asks.reply('ada', { ask: 1, text: null });
    expect(await line).toBeNull();
    expect(events().at(-1)).toMatchObject({ name: 'reply', body: { text: null, isEnd: true } });
  });

  it('comes no more once its input is given up', async () => {
    const [given, other] = [asks.ask(7, false), asks.ask(8, false)];
    asks.abandon(7);
    asks.reply('ada', { ask: 1, text: 'late' });
    asks.reply('ada', { ask: 2, text: 'in time' });
    expect([await given, await other]).toEqual([null, 'in time']);
    expect(events().map(({ name }) => name)).toEqual(['ask', 'ask', 'reply']);
  });
});
