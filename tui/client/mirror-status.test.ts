/** What the client's copy of a session says of its line and of who is there. */

import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../app/testing/manual-clock.ts';
import { type ServerLine, SessionServer } from '../testing/session-server.ts';
import { SessionHistory } from './history.ts';
import { SessionMirror } from './mirror.ts';
import { NEWS_MILLISECONDS } from './presence-news.ts';

const nobody = () => Promise.reject(new Error('Nobody asks here.'));

let clock: ManualClock;
let session: SessionMirror;
let line: ServerLine;

beforeEach(async () => {
  const server = new SessionServer();
  clock = new ManualClock();
  const identity = { client: 'c-0123456789abcdef', name: 'ada@lovelace', version: '0.1.0', readOnly: false };
  session = new SessionMirror(
    { ...identity, open: server.open, clock, random: () => 1 },
    {
      history: new SessionHistory(nobody, 'main', 'ada@lovelace'),
      previews: { list: nobody, serve: nobody },
      readFile: nobody,
      startServer: nobody,
      localFiles: nobody,
      readLocalProgram: nobody,
    },
  );
  const greeted = server.greeted();
  session.start();
  line = await greeted;
  line.welcome({ terminal: 1 });
});

it('is who has come, and leaves nothing behind when the session is closed', async () => {
  const terminals = [1, 2].map((id) => ({ id, name: `name ${id}`, role: 'owner' as const }));
  line.say('state', { revision: 0, busy: [], queued: [], programs: [], terminals });
  await Promise.resolve();
  expect(session.getSnapshot().status.terminals).toEqual(['name 1', 'name 2']);
  clock.advance(NEWS_MILLISECONDS);
  await Promise.resolve();
  expect(session.getSnapshot().log).toMatchObject([{ source: 'name 2', kind: 'event', text: 'attached' }]);
  session.close();
  expect(clock.pending).toBe(0);
});

it('is for how long an answer has been missing', async () => {
  const unanswered = () => Promise.resolve().then(() => session.getSnapshot().status.unanswered);
  session.submit('f()', 'ts');
  clock.advance(2999);
  expect(await unanswered()).toBe(0);
  clock.advance(1);
  expect(await unanswered()).toBe(3);
  line.sendText('P');
  expect(await unanswered()).toBe(0);
  clock.advance(14_000);
  expect(await unanswered()).toBe(4);
  line.lose();
  expect(await unanswered()).toBe(0);
});
