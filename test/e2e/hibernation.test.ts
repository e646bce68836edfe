/** A session that sleeps with its sockets open, and one whose server is replaced by another release, in a real workerd. */

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeClient } from '../../protocol/control.ts';
import { nodeSockets } from '../../tui/node-socket.ts';
import { SessionServer } from '../support/session-server.ts';
import { Random } from '../torture/random.ts';
import { StormClient } from '../torture/storm-client.ts';

let server: SessionServer;

beforeAll(async () => {
  server = await SessionServer.start();
});

afterAll(() => server.stop());

/** The platform drops an object that had nothing to do for 10 s when it next looks, which it does every 10 s. */
const ASLEEP_WITHIN_MILLISECONDS = 21_000;

it.concurrent('wakes up over the same sockets, with nothing lost and nothing doubled', async () => {
  const [one, two] = [await server.attach('sleepy'), await server.attach('sleepy')];
  await one.run('let n = 1; const next = () => ++n');
  await two.done(1);
  await delay(ASLEEP_WITHIN_MILLISECONDS);
  one.send('p');
  await one.find((item) => (item.kind === 'text' ? true : undefined));
  expect(await one.show('console.log("awake"); next()')).toBe('2');
  await two.done(2);
  expect(await server.opened('sleepy')).toBe(2);
  for (const terminal of [one, two]) {
    const fresh = new Set(terminal.received.flatMap((item) => (item.kind === 'event' ? [item.seq] : [])));
    expect([...fresh].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5].filter((seq) => seq >= Math.min(...fresh)));
    expect(terminal.output(2)).toBe('awake\n');
    expect(terminal.received.filter((item) => item.kind === 'server' && item.name === 'welcome')).toHaveLength(1);
  }
  expect(await two.show('next()')).toBe('3');
  await two.server('state', ({ terminals }) => terminals.length === 2);
  one.hangUp();
  expect(await one.ended()).toMatchObject({ code: 1000 });
});

it.concurrent('does not sleep through its timers while a terminal is attached', async () => {
  const terminal = await server.attach('timers');
  await terminal.run(`setTimeout(() => console.log('ring'), ${ASLEEP_WITHIN_MILLISECONDS + 2000}); 1`);
  await terminal.find(() => (terminal.output(1) === 'ring\n' ? true : undefined));
  expect(await server.opened('timers')).toBe(1);
});

it.concurrent('does not sleep while an input waits for a person, or for what never comes', async () => {
  const [asked, waiting] = [await server.attach('asked'), await server.attach('waiting')];
  const answered = asked.run('name = input("name? ")', { language: 'py' });
  const stopped = waiting.run('await new Promise(() => {})');
  const ask = await asked.find((item) => (item.kind === 'event' && item.event.name === 'ask' ? item.seq : undefined));
  await delay(ASLEEP_WITHIN_MILLISECONDS);
  asked.send(encodeClient('reply', { ask, text: 'Ada' }));
  waiting.interrupt();
  expect((await answered).outcome.status).toBe('ok');
  expect((await stopped).outcome.status).toBe('interrupted');
  expect(await asked.run('name', { language: 'py' })).toMatchObject({ outcome: { string: 'Ada' } });
  expect([await server.opened('asked'), await server.opened('waiting')]).toEqual([1, 1]);
});

it('takes what one client sends in the order in which it was sent', async () => {
  const terminal = await server.attach('orderly');
  await terminal.run('const all = []');
  for (let at = 0; at < 90; at++) {
    terminal.submit(`all.push(${at})`);
    await Promise.resolve();
  }
  await terminal.done(91);
  const codes = terminal.events().flatMap((event) => (event.name === 'input' ? [event.body.code] : []));
  expect(codes.slice(1)).toEqual(Array.from({ length: 90 }, (_, at) => `all.push(${at})`));
});

it('a deploy while inputs run drops every line: terminals are back by themselves, no input is told twice or runs twice', async () => {
  const attach = () => new StormClient(nodeSockets(server, 'deployed'), new Random(1));
  const [one, two] = [attach(), attach()];
  await one.submit('let n = 0');
  const running = one.submit('n++; console.log("go"); await new Promise(() => {})');
  await two.until(() => two.told.some(({ event }) => event.includes('go')));
  const queued = two.submit('n++');
  await one.until(() => one.told.filter(({ event }) => event.startsWith('["input"')).length === 3);
  await server.deploy();
  for (const outcome of [await running, await queued]) expect(outcome.status).toBe('aborted');
  expect(await two.submit('String(++n)')).toMatchObject({ status: 'ok', string: '1' });
  expect(await server.release('deployed')).toBe(2);
  await one.hasRead(two.told.at(-1)?.seq ?? 0);
  for (const client of [one, two]) {
    expect([client.losses, client.complaints]).toEqual([1, []]);
    expect(client.told.map(({ seq }) => seq)).toEqual(client.told.map((_, at) => at + 1));
    expect(client.told).toEqual(two.told);
    const ends = client.told.filter(({ event }) => event.startsWith('["done"'));
    expect(ends.map(({ event }) => JSON.parse(event)[1].input)).toEqual([1, 2, 3, 4]);
    client.close();
  }
});
