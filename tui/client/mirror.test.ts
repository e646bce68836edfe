/** The client's copy of a session, made of its events. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { EventBody, InputOutcome, LogEvent } from '../../protocol/events.ts';
import { ManualClock } from '../app/testing/manual-clock.ts';
import { until } from '../testing/client-harness.ts';
import { type ServerLine, SessionServer } from '../testing/session-server.ts';
import { SessionHistory } from './history.ts';
import { SessionMirror } from './mirror.ts';
import type { Block, InputBlock } from './session-view.ts';
import { ServerStoppedError } from './socket.ts';

const ME = 1;
const LONGEST_PAUSE = 5_000;
const encoder = new TextEncoder();

let server: SessionServer;
let clock: ManualClock;
let session: SessionMirror;
let line: ServerLine;
let seq: number;

beforeEach(async () => {
  server = new SessionServer();
  clock = new ManualClock();
  seq = 0;
  session = new SessionMirror(
    {
      open: server.open,
      clock,
      random: () => 1,
      client: 'c-0123456789abcdef',
      name: 'ada@lovelace',
      version: '0.1.0',
      readOnly: false,
    },
    {
      history: new SessionHistory(() => Promise.reject(new Error('Nobody asks here.')), 'main', 'ada@lovelace'),
      previews: { list: async () => [], serve: () => Promise.reject(new Error('Nobody serves here.')) },
      readFile: async (path) => (path === 'text' ? encoder.encode('héllo') : Uint8Array.of(0xff)),
      startServer: async () => {
        server.refusal = null;
      },
      localFiles: async () => [],
      readLocalProgram: async (path) => ({ entry: path, sources: [{ path, bytes: encoder.encode('code') }] }),
    },
  );
  const greeted = server.greeted();
  session.start();
  line = await greeted;
  line.welcome({ terminal: ME });
});

/** The next events of the log, in one message each; resolves when the view has them. */
async function events(...list: readonly LogEvent[]): Promise<void> {
  for (const event of list) line.event(++seq, event);
  await Promise.resolve();
}

/** The line breaks and the client comes back. */
async function comeBack(): Promise<void> {
  const greeted = server.greeted();
  line.lose();
  clock.advance(LONGEST_PAUSE);
  line = await greeted;
}

const input = (number: number, code: string, terminal = 'bob@host'): LogEvent => ({
  name: 'input',
  body: { at: 0, input: number, terminal, language: 'ts', code },
});
const output = (
  cause: 'input' | 'program',
  number: number,
  text: string | Uint8Array,
  stream: 'stdout' | 'stderr' = 'stdout',
): LogEvent => ({
  name: 'output',
  body: { at: 0, cause, number, stream, bytes: typeof text === 'string' ? encoder.encode(text) : text },
});
const done = (number: number, outcome: InputOutcome): LogEvent => ({
  name: 'done',
  body: { at: 0, input: number, milliseconds: 1.5, revision: number, outcome },
});
const files = (revision: number, changes: EventBody<'files'>['changes']): LogEvent => ({
  name: 'files',
  body: { at: 0, revision, cause: ['input', 1], changes },
});
const program = (number: number, entry: string, args: string[] = []): LogEvent => ({
  name: 'program',
  body: { at: 0, program: number, terminal: 'bob@host', entry, args },
});
const exit = (number: number, outcome: EventBody<'exit'>['outcome']): LogEvent => ({
  name: 'exit',
  body: { at: 0, program: number, milliseconds: 1, outcome },
});
const ok = (text: string): InputOutcome => ({ status: 'ok', text, isVoid: false, string: null });

const blocks = (): readonly Block[] => session.getSnapshot().blocks;
const inputs = (): InputBlock[] => blocks().flatMap((block) => (block.kind === 'input' ? [block] : []));
const printed = (block: InputBlock | undefined): string => block?.output.map(({ text }) => text).join('') ?? '';
const asks = (input: number, isSecret = false): LogEvent => ({ name: 'ask', body: { at: 1, input, isSecret } });
const log = (): string[] => session.getSnapshot().log.map(({ source, kind, text }) => `${source} ${kind}: ${text}`);

describe('blocks', () => {
  it('are made of the inputs of all terminals, with their output and their end', async () => {
    await events(input(1, '1+1'), output('input', 1, 'a'), output('input', 1, 'b', 'stderr'), done(1, ok('2')));
    expect(inputs()).toMatchObject([{ number: 1, code: '1+1', terminal: 'bob@host', status: 'ok', durationMs: 1.5 }]);
    expect(inputs()[0]?.output).toEqual([
      { sequence: 1, stream: 'stdout', text: 'a' },
      { sequence: 2, stream: 'stderr', text: 'b' },
      { sequence: 3, stream: 'end', text: '2' },
    ]);
  });

  it.each<[InputOutcome, InputBlock['status'], string]>([
    [{ status: 'ok', text: 'undefined', isVoid: true, string: null }, 'ok', ''],
    [{ status: 'error', name: 'Error', message: 'x', text: 'Error: x' }, 'error', 'Uncaught Error: x'],
    [{ status: 'interrupted', reason: 'user', kept: true }, 'interrupted', 'Interrupted.'],
    [
      { status: 'interrupted', reason: 'fuel', kept: false },
      'interrupted',
      'Interrupted: its time is used up. Its changes were rolled back.',
    ],
    [{ status: 'aborted', message: 'The server restarted.' }, 'aborted', 'The server restarted.'],
  ])('tell how they ended: %j', async (outcome, status, text) => {
    await events(input(1, 'x'), done(1, outcome));
    expect(inputs()).toMatchObject([{ status }]);
    expect(printed(inputs()[0])).toBe(text);
  });

  it('of this terminal are there at once, and not twice', async () => {
    session.submit('f()', 'ts');
    await Promise.resolve();
    expect(inputs()).toMatchObject([{ number: null, code: 'f()', terminal: null, status: 'queued' }]);
    line.say('accepted', { request: line.all('submit')[0]?.request ?? 0, cause: 'input', number: 4 });
    await events(input(4, 'f()', 'ada@lovelace'));
    expect(inputs()).toMatchObject([{ number: 4, code: 'f()', terminal: null }]);
    const [before] = inputs();
    await events(output('input', 4, 'x'));
    expect(inputs()[0]?.key).toBe(before?.key);
    expect(inputs()[0]).not.toBe(before);
  });

  it('of this terminal tell why they were refused', async () => {
    session.submit('f()', 'ts');
    const request = line.all('submit')[0]?.request ?? 0;
    line.say('error', { code: 'QUEUE_FULL', message: 'Too many.', retry: true, about: ['request', request] });
    await until(() => inputs()[0]?.status === 'error');
    expect(inputs()).toMatchObject([{ output: [{ stream: 'end', text: 'Too many.' }], number: null }]);
  });

  it('run when the kernel says so', async () => {
    await events(input(1, 'a'), input(2, 'b'));
    line.say('state', { revision: 0, busy: [['javascript', 1]], queued: [2], programs: [], terminals: [] });
    await Promise.resolve();
    expect(inputs().map(({ status }) => status)).toEqual(['running', 'queued']);
    expect(session.getSnapshot().status.busy).toBe(true);
  });

  it('put characters together again that were cut in two', async () => {
    const bytes = encoder.encode('a€b');
    await events(input(1, 'x'), output('input', 1, bytes.subarray(0, 2)));
    await events(output('input', 1, '!', 'stderr'), output('input', 1, bytes.subarray(2)));
    expect(printed(inputs()[0])).toBe('a!€b');
  });

  it('keep the end of long output and say how much is not shown', async () => {
    const size = 100_000;
    await events(
      input(1, 'x'),
      ...Array.from({ length: 8 }, (_, index) => output('input', 1, `${index}`.repeat(size))),
    );
    const kept = inputs()[0]?.output ?? [];
    expect(kept[0]).toMatchObject({ stream: 'gap', text: expect.stringContaining(`${3 * size} characters`) });
    expect(kept.slice(1).map(({ text }) => text[0])).toEqual(['3', '4', '5', '6', '7']);
  });

  it('are 2000 at most, the last ones', async () => {
    await events(...Array.from({ length: 2001 }, (_, index) => input(index + 1, 'x')));
    expect(blocks()).toHaveLength(2000);
    expect(inputs()[0]?.number).toBe(2);
    await events(output('input', 1, 'late'), output('input', 2, 'x'));
    expect(printed(inputs()[0])).toBe('x');
  });

  it('show where the log has a gap', async () => {
    await events(input(1, 'a'));
    line.gap(2, 9);
    seq = 9;
    await events(input(5, 'b'));
    expect(blocks().map(({ kind }) => kind)).toEqual(['input', 'gap', 'input']);
    expect(blocks()[1]).toMatchObject({ message: expect.stringContaining('8 events') });
  });

  it('show where the session went back', async () => {
    await events(input(1, 'a'), {
      name: 'restored',
      body: { at: 0, revision: 3, target: 1, how: 'undo', name: null, terminal: 'bob@host' },
    });
    expect(session.getSnapshot().log.at(-1)).toMatchObject({ source: 'bob@host', kind: 'event' });
    expect(blocks().at(-1)).toMatchObject({ message: expect.stringContaining('back to revision 1') });
  });
});

describe('log lines', () => {
  it('are what programs print, line by line, with their start and end', async () => {
    await events(program(3, 'main.ts', ['-x']), output('program', 3, 'one\ntw'), output('program', 3, 'err', 'stderr'));
    expect(session.getSnapshot().programs).toEqual([{ id: 3, name: 'main.ts', state: 'running' }]);
    await events(output('program', 3, 'o\nrest'), exit(3, { kind: 'exit', code: 7 }));
    expect(log()).toEqual([
      '3 main.ts event: started by bob@host: main.ts -x',
      '3 main.ts stdout: one',
      '3 main.ts stdout: two',
      '3 main.ts stdout: rest',
      '3 main.ts stderr: err',
      '3 main.ts event: exit 7',
    ]);
    expect(session.getSnapshot().programs).toEqual([{ id: 3, name: 'main.ts', state: 'exit 7' }]);
  });

  it('stay bounded however much is printed', async () => {
    await events(program(1, 'a'), output('program', 1, 'x'.repeat(10_001)), output('program', 1, 'y\n'.repeat(30_000)));
    const { log: lines } = session.getSnapshot();
    expect(lines.length).toBeLessThanOrEqual(20_000);
    expect(lines.length).toBeGreaterThanOrEqual(10_000);
    expect(new Set(lines.map(({ sequence }) => sequence)).size).toBe(lines.length);
  });

  it('tell notices', async () => {
    await events({ name: 'notice', body: { at: 0, level: 'info', text: 'one\ntwo', cause: null } });
    expect(log()).toEqual(['session event: one', 'session event: two']);
  });
});

describe('files', () => {
  const list = () => session.getSnapshot().files.map(({ path, kind, size }) => `${path} ${kind} ${size}`);

  function answer(revision: number, entries: [string, 'file' | 'directory', number][]): Promise<void> {
    const { query } = line.all('query').at(-1) ?? { query: 0 };
    line.say('answer', { query, answer: { kind: 'files', entries, revision } });
    return until(() => list().length === entries.length);
  }

  it('are asked for once attached, sorted, and followed from there on', async () => {
    expect(line.all('query')).toMatchObject([{ question: { kind: 'files' } }]);
    await answer(5, [
      ['b', 'file', 1],
      ['a', 'directory', 0],
    ]);
    expect(list()).toEqual(['a directory 0', 'b file 1']);
    await events(
      files(6, [
        ['a/c', 'written', 'file', 2],
        ['b', 'removed', 'file', 0],
      ]),
    );
    expect(list()).toEqual(['a directory 0', 'a/c file 2']);
  });

  it('do not fall back behind their listing', async () => {
    await answer(5, [['a', 'file', 5]]);
    await events(files(5, [['a', 'removed', 'file', 0]]), files(4, [['old', 'written', 'file', 1]]));
    expect(list()).toEqual(['a file 5']);
  });

  it('are asked for again after a gap and on a new line', async () => {
    line.gap(1, 3);
    expect(line.all('query')).toHaveLength(2);
    await comeBack();
    line.welcome({ head: 3 });
    expect(line.all('query')).toMatchObject([{ question: { kind: 'files' } }]);
    await answer(9, [['new', 'file', 1]]);
    expect(list()).toEqual(['new file 1']);
  });

  it('are read as text, if they are', async () => {
    expect(await session.readFile('text')).toEqual({ text: 'héllo', size: 6 });
    expect(await session.readFile('binary')).toEqual({ text: null, size: 1 });
  });
});

describe('the connection', () => {
  it('shows while it is lost, and nothing comes twice after it', async () => {
    await events(input(1, 'a'), output('input', 1, 'x'));
    expect(session.getSnapshot().status).toMatchObject({ session: 'main', connection: 'online', readOnly: false });
    const greeted = server.greeted();
    line.lose();
    await Promise.resolve();
    expect(session.getSnapshot().status.connection).toBe('reconnecting');
    clock.advance(LONGEST_PAUSE);
    line = await greeted;
    line.welcome({ head: 3, role: 'reader' });
    seq = 0;
    await events(input(1, 'a'), output('input', 1, 'x'), done(1, ok('1')));
    expect(session.getSnapshot().status).toMatchObject({ connection: 'online', readOnly: true });
    expect(inputs()).toHaveLength(1);
    expect(printed(inputs()[0])).toBe('x1');
  });

  it('to a server that was stopped is there at once when that is started again', async () => {
    server.refusal = new ServerStoppedError('The server was stopped.');
    line.lose();
    clock.advance(LONGEST_PAUSE);
    await until(() => session.getSnapshot().status.connection === 'stopped');
    expect(session.getSnapshot().log.at(-1)).toMatchObject({ source: 'session', text: 'The server was stopped.' });
    const greeted = server.greeted();
    await session.revive();
    (await greeted).welcome();
    await until(() => session.getSnapshot().status.connection === 'online');
  });

  it('to a session that was made anew begins with nothing', async () => {
    await events(input(1, 'a'), program(1, 'p'), output('program', 1, 'x\n'));
    await comeBack();
    line.welcome({ epoch: 'e2', head: 1 });
    seq = 0;
    await events(input(1, 'b'));
    expect(inputs().map(({ code }) => code)).toEqual(['b']);
    expect(log()).toEqual([]);
    expect(session.getSnapshot().programs).toEqual([]);
  });

  it('that ended says why', async () => {
    line.lose(4404, 'There is no such session.');
    await Promise.resolve();
    expect(session.getSnapshot().status.connection).toBe('offline');
    expect(log()).toEqual(['session event: There is no such session.']);
  });

  it('tells listeners once for all that a message brings', async () => {
    let times = 0;
    const leave = session.subscribe(() => times++);
    await events(input(1, 'a'), output('input', 1, 'x'), done(1, ok('1')));
    expect(times).toBe(1);
    leave();
    await events(input(2, 'b'));
    expect(times).toBe(1);
  });

  it('keeps parts of the view that did not change', async () => {
    await events(input(1, 'a'));
    const before = session.getSnapshot();
    await events(program(1, 'p'));
    expect(session.getSnapshot().blocks).toBe(before.blocks);
    expect(session.getSnapshot().files).toBe(before.files);
    expect(session.getSnapshot().log).not.toBe(before.log);
  });
});

describe('a line that an input asks for', () => {
  const replied = (ask: number, text: string | null): LogEvent => ({
    name: 'reply',
    body: { at: 1, input: 1, ask, terminal: 'ada@lovelace', text, isEnd: text === null },
  });

  it('is given by the terminal that submitted it, and stands where it was asked for', async () => {
    await events(input(1, 'input()', 'ada@lovelace'), output('input', 1, 'name? '), asks(1));
    expect(session.getSnapshot().ask).toMatchObject({ input: 1, isSecret: false, seq: 3 });
    session.reply('Ada');
    session.reply('typed before the answer was seen');
    await until(() => line.all('reply').length === 1);
    expect(line.all('reply')).toEqual([{ ask: 3, text: 'Ada' }]);
    await events(replied(3, 'Ada'));
    expect(session.getSnapshot().ask).toBeNull();
    expect(printed(inputs()[0])).toBe('name? Ada\n');
  });

  it('is sent again when the line is lost before it is known to have come', async () => {
    await events(input(1, 'input()', 'ada@lovelace'), asks(1));
    await until(() => session.getSnapshot().ask !== null);
    session.reply('Ada');
    await comeBack();
    line.welcome({ terminal: ME, head: 2 });
    await until(() => line.all('reply').length === 1);
    await events(replied(2, 'Ada'));
    await comeBack();
    line.welcome({ terminal: ME, head: 3 });
    expect(line.all('reply')).toEqual([]);
  });

  it('is asked of nobody once the input has ended', async () => {
    await events(input(1, 'input()', 'ada@lovelace'), asks(1), done(1, ok('1')));
    expect(session.getSnapshot().ask).toBeNull();
  });
});
