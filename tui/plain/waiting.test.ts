/** A command whose input waits for another one says so, once, to a person. */

import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SessionState } from '../../protocol/control.ts';
import { ManualClock } from '../app/testing/manual-clock.ts';
import { until } from '../testing/client-harness.ts';
import { type ServerLine, SessionServer } from '../testing/session-server.ts';
import { Output } from './output.ts';
import { PlainSession } from './plain-session.ts';
import { WAITING_MILLISECONDS } from './waiting.ts';

let clock: ManualClock;
let line: ServerLine;
let session: PlainSession;
let told: string[];

beforeEach(async () => {
  clock = new ManualClock();
  told = [];
  const server = new SessionServer();
  const greeted = server.greeted();
  const output = new Output(new PassThrough(), { isTty: true, color: false }, () => undefined);
  const say = (text: string) => void told.push(text);
  const io = { env: {}, stdin: new PassThrough(), stdout: output, stderr: output, warn: say, inform: say, status: say };
  session = new PlainSession({ open: server.open, session: 'shared', clock, readsStdin: false }, io);
  line = await greeted;
  line.welcome();
});
afterEach(() => session.close());

/** Submits an input, which the session accepts as number 13, in this state. */
async function submit(language: 'ts' | 'py', state: Pick<SessionState, 'busy' | 'queued'>): Promise<void> {
  session.submit({ language, code: '1', timeout: null }).catch(() => undefined);
  await until(() => line.all('submit').length === 1);
  line.say('accepted', { request: line.all('submit')[0]?.request ?? 0, cause: 'input', number: 13 });
  line.say('state', { revision: 0, programs: [], terminals: [], ...state });
  await Promise.resolve();
}

it.each<[string, 'ts' | 'py', SessionState['busy'], number[]]>([
  [
    'input 12',
    'ts',
    [
      ['python', 11],
      ['javascript', 12],
    ],
    [13],
  ],
  [
    'input 11',
    'py',
    [
      ['python', 11],
      ['javascript', 12],
    ],
    [13],
  ],
  ['what runs', 'py', [], [10, 13]],
])('for %s', async (what, language, busy, queued) => {
  await submit(language, { busy, queued });
  clock.advance(WAITING_MILLISECONDS - 1);
  expect(told).toEqual([]);
  clock.advance(10 * WAITING_MILLISECONDS);
  expect(told).toEqual([
    `waiting for ${what} in session shared; Ctrl-C gives up. To see it, and interrupt it there: spawnpoint-cf attach shared`,
  ]);
});

it('not while its own input runs, however long', async () => {
  await submit('ts', { busy: [['javascript', 13]], queued: [] });
  clock.advance(10 * WAITING_MILLISECONDS);
  expect(told).toEqual([]);
});
