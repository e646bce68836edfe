/** What Python keeps through history, forks, restarts and idleness; and what it does not, which is told once. */

import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import { isolateMemory } from '../memory.ts';
import { PREPARE_STORAGE, storageInput } from '../testing/python-storage-inputs.ts';
import type { TestTerminal } from '../testing/terminal.ts';
import { request, TestSession } from '../testing/workers-client.ts';

/** Each `step()` counts in everything that a session keeps; `counts` shows all of it, and to look at it is no step. */
const MAKE = `
import asyncio, os, sqlite3, _spawnpoint_host as host

def counter():
    n = 0
    def tick():
        nonlocal n
        n += 1
    return tick

def numbers():
    at = 0
    while True:
        yield (at := at + 1)

class Slot:
    def __init__(self): self.__n = 0
    def add(self): self.__n += 1

async def work():
    at = 0
    while True:
        await wake.wait()
        wake.clear()
        at += 1
        done.append(at)

n, tick, each, slot, done, wake = 0, counter(), numbers(), Slot(), [], asyncio.Event()
lines, db = open('lines.txt', 'w'), sqlite3.connect('n.sqlite')
made = db.execute('create table t (n)'), next(each)
task = asyncio.get_event_loop().create_task(work())

async def step():
    global n
    n += 1
    tick(); next(each); slot.add(); wake.set(); lines.write('x')
    with db: db.execute('insert into t values (?)', (n,))
    write()
    while len(done) < n: await asyncio.sleep(0)

def write():
    with open('n.txt', 'w') as file: file.write(str(n))
    host.kv_set('n', str(n).encode())

class Counts:
  def __repr__(self):
    held = tick.__closure__[0].cell_contents, each.gi_frame.f_locals['at'] - 1, slot._Slot__n, lines.tell()
    stored = db.execute('select count(*) from t').fetchone()[0], int(open('n.txt').read()), int(host.kv_get('n'))
    return str({n, len(done), *held, *stored})

counts = Counts()
write()
`;

async function post(session: TestSession, path: string, body: object): Promise<void> {
  const init = { method: 'POST', body: JSON.stringify(body) };
  const response = await request(session.user, `/v1/sessions/${session.name}/${path}`, init);
  expect([response.status, response.ok ? '' : await response.text()]).toEqual([200, '']);
}

async function show(terminal: TestTerminal, code: string): Promise<string> {
  const { outcome } = await terminal.run(code, { language: 'py' });
  if (outcome.status !== 'ok') throw new Error(JSON.stringify(outcome));
  return outcome.text.replace(/\u001b\[[\d;]*m/g, '');
}

/** What was said of things that did not come back. */
function tellings(terminal: TestTerminal): string[] {
  const texts = terminal
    .events()
    .map((event) => (event.name === 'output' ? new TextDecoder().decode(event.body.bytes) : ''));
  return texts.filter((text) => text.includes('could not bring'));
}

describe('everything of a session', () => {
  const session = new TestSession();
  const fork = new TestSession('fork', session.user);
  const move = (body: object) => post(session, 'history', body);
  /** By count. */
  const revisions: (number | null)[] = [];
  const goTo = (count: number) => move({ op: 'goto', revision: revisions[count] });

  beforeAll(async () => {
    const terminal = await session.attach();
    for (const code of [MAKE, 'await step()', 'await step()', 'await step()']) {
      const { revision } = await terminal.run(code, { language: 'py' });
      revisions.push(revision);
    }
  });

  it.each<[how: string, act: () => Promise<unknown>, expected: number, where?: TestSession]>([
    ['an undo', () => move({ op: 'undo' }), 2],
    ['a redo', () => move({ op: 'redo' }), 3],
    ['going far back', () => goTo(0), 0],
    ['and forward', () => goTo(3), 3],
    ['a checkpoint', () => move({ op: 'checkpoint', name: 'three' }), 3],
    ['a second terminal', async () => show(await session.attach(), 'await step()'), 4],
    ['coming back to the checkpoint', () => move({ op: 'restore', name: 'three' }), 3],
    ['the end of its object', () => session.restart(), 3],
    ['a fork', () => post(session, 'fork', { to: 'fork' }), 3, fork],
    ['what its fork does', async () => show(await fork.attach(), 'await step()'), 3],
    [
      'the fork of an old revision',
      () => post(session, 'fork', { to: 'old', at: revisions[1] }),
      1,
      new TestSession('old', session.user),
    ],
    ['going on', async () => show(await session.attach(), 'await step()'), 4],
    ['leaving memory when idle', () => runInDurableObject(session.stub, () => void isolateMemory.makeRoom(1e12)), 4],
  ])('survives %s', async (_how, act, expected, where = session) => {
    await act();
    const terminal = await where.attach();
    expect(await show(terminal, 'counts')).toBe(`{${expected}}`);
    terminal.hangUp();
  });
});

describe('Ctrl-C', () => {
  const session = new TestSession();

  it.each([
    ['a loop', 'while True: pass'],
    ['time.sleep', 'import time; time.sleep(1000)'],
    ['await', 'import asyncio; await asyncio.sleep(1000)'],
    ['input()', 'input("? ")'],
    ['a line of sys.stdin', 'import sys; sys.stdin.readline()'],
  ])('ends %s and keeps the state; others are answered meanwhile', async (_what, code) => {
    const [terminal, other] = [await session.attach(), await session.attach()];
    await show(terminal, 'kept = []');
    const handled = `try:\n    kept.append(1); print("on")\n    ${code}\nexcept BaseException:\n    kept.append(2)\n    raise`;
    const submitted = terminal.submit(handled, { language: 'py' });
    const { number } = await terminal.server('accepted', (accepted) => accepted.request === submitted);
    await terminal.find(() => (terminal.output(number).includes('on') ? true : undefined));
    expect(await other.show('6 * 7')).toBe('42');
    expect((await request(session.user, '/v1/sessions/main/files')).status).toBe(200);
    terminal.interrupt();
    expect(await terminal.done(number)).toMatchObject({ outcome: { status: 'interrupted', kept: true } });
    expect(await show(terminal, 'kept')).toBe('[1, 2]');
    for (const each of [terminal, other]) each.hangUp();
  });
});

it('an ordinary session takes little of the store', async () => {
  const session = new TestSession();
  const terminal = await session.attach();
  await show(terminal, PREPARE_STORAGE);
  // A sample of test/torture/python-storage.test.ts; its sequence is a golden one.
  for (let at = 1; at <= 40; at += 1) await terminal.run(storageInput(at, (at * 0.618034) % 1), { language: 'py' });
  await show(terminal, 'y = 1');
  const sizes = await runInDurableObject(session.stub, (_, { storage }) =>
    storage.sql.exec<{ bytes: number }>('SELECT length(bytes) AS bytes FROM heap ORDER BY id DESC').toArray(),
  );
  expect(sizes[0]?.bytes).toBeLessThanOrEqual(250_000);
  expect(sizes.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(8 * 1024 * 1024);
});

describe('what does not come back', () => {
  it('is named once, and cannot be taken for anything else', async () => {
    const session = new TestSession();
    const first = await session.attach();
    await show(
      first,
      `import asyncio, os, socket, tempfile, _spawnpoint_host as host
from _spawnpoint_host.calls import call
call('kv_set', 'key', 'value')
proxy, ends, line = call('kv_get', 'key'), os.pipe(), socket.socket()
kept = open('kept.txt', 'w+')
second = os.dup(kept.fileno())
removed = tempfile.TemporaryFile()
asked = asyncio.get_event_loop().create_task(host.fetch('http://203.0.113.1/'))
os.mkdir('d')
os.chdir('d')`,
    );
    await session.restart();
    await request(session.user, '/v1/sessions/main/files/d', { method: 'DELETE' });
    const terminal = await session.attach();
    await terminal.run('1', { language: 'py' });
    const [told = ''] = tellings(terminal);
    expect(told).toMatch(/^Python could not bring everything back: JavaScript objects \(\d\); .*\.\n$/);
    for (const part of ['a pipe (descriptor 3)', 'a pipe (descriptor 4)', 'a socket (descriptor 5)', 'removed while'])
      expect(told).toContain(part);
    expect(told).toContain('the working directory /home/user/d');
    expect(told).not.toContain('kept.txt');

    const failing = async (code: string) => show(terminal, `try: ${code}\nexcept OSError as e: x = e.strerror\nx`);
    expect(await failing('os.write(ends[1], b"1")')).toBe("'Stale file handle'");
    expect(await failing('removed.write(b"1"); removed.flush()')).toBe("'Stale file handle'");
    // A new file takes none of their numbers.
    expect(await show(terminal, 'fresh = open("fresh.txt", "w"); fresh.fileno() > second')).toBe('True');
    expect(await show(terminal, 'os.write(second, b"ab"); kept.seek(0, 1), kept.seek(0), kept.read()')).toBe(
      "(2, 0, 'ab')",
    );
    expect(await show(terminal, 'os.close(ends[0]); os.open("kept.txt", os.O_RDONLY) == ends[0]')).toBe('True');
    expect(await failing('line.close()')).toContain('');

    await session.restart();
    const third = await session.attach();
    await third.run('1', { language: 'py' });
    expect(tellings(third)).toEqual([]);
  });
});
