/** A session through time: undo, redo, goto, checkpoints, differences and forks, as commands and in the terminal. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const ENTER = '\r';
const printed = (stdout: string) => ({ stdout, stderr: '', status: 0 });
const refused = (sentence: string, status = 1) => ({ stdout: '', stderr: `spawnpoint-cf: ${sentence}\n`, status });

/** A session whose variable, file and key say the same number; each input that changes them is one step. */
class Session {
  readonly name: string;
  #before = '';

  constructor(name: string) {
    this.name = name;
  }

  run(...args: string[]) {
    return machine.run(['-s', this.name, ...args]);
  }

  async set(n: number): Promise<void> {
    const code = `${this.#before === '' ? 'let ' : ''}n = ${n}; fs.writeFileSync('n.txt', '${n}'); await kv.set('n', ${n})`;
    this.#before = code;
    expect(await this.run('-e', code)).toEqual(printed(''));
  }

  /** What all three say. Looked at from a fork, as looking by a call would be a step. */
  async holds(n: number | null): Promise<void> {
    const look = `look-${crypto.randomUUID()}`;
    await machine.run(['sessions', 'fork', this.name, look]);
    const code =
      "[typeof n === 'undefined' ? null : n, fs.existsSync('n.txt') ? +fs.readFileSync('n.txt', 'utf8') : null, (await kv.get('n')) ?? null]";
    expect(JSON.parse(await machine.print(look, `JSON.stringify(${code})`))).toEqual([n, n, n]);
  }

  async json(...args: string[]) {
    const { stdout, stderr, status } = await this.run(...args, '--json');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return JSON.parse(stdout);
  }
}

describe('undo and redo', () => {
  it('move variables, files and kv together', async () => {
    const session = new Session('together');
    for (const n of [1, 2, 3]) await session.set(n);
    expect(await session.run('undo')).toEqual(printed(''));
    await session.holds(2);
    expect(await session.json('undo')).toEqual({ revision: 5, target: 1 });
    await session.holds(1);
    expect(await session.json('undo')).toEqual({ revision: 6, target: 0 });
    await session.holds(null);
    expect(await session.run('undo')).toEqual(refused('There is nothing to undo.'));
    for (const n of [1, 2, 3]) {
      expect(await session.run('redo')).toEqual(printed(''));
      await session.holds(n);
    }
    expect(await session.run('redo')).toEqual(refused('There is nothing to redo.'));
  });

  it('step over what only looks, and a new step ends the way forward', async () => {
    const session = new Session('looks');
    for (const n of [1, 2]) await session.set(n);
    await session.run('undo');
    expect(await session.run('-p', 'n')).toEqual(printed('1\n'));
    expect(await session.run('-p', 'n + 1')).toEqual(printed('2\n'));
    expect(await session.run('redo')).toEqual(printed(''));
    expect(await session.run('-p', 'n')).toEqual(printed('2\n'));
    await session.run('undo');
    await session.holds(1);
    await session.set(4);
    expect(await session.run('redo')).toEqual(refused('There is nothing to redo.'));
    await session.run('undo');
    await session.holds(1);
  });

  it('count what is done to files from outside as steps', async () => {
    const session = new Session('files');
    await session.set(1);
    await machine.run(['-s', 'files', 'files', 'put', '-', 'n.txt'], { stdin: '2' });
    await session.run('undo');
    await session.holds(1);
  });

  it('keep closures, classes and what was defined after them apart', async () => {
    const session = new Session('closures');
    await session.run('-e', 'class Sum { #n = 0; add(n) { return this.#n += n } }; const sum = new Sum()');
    await session.run('-e', 'sum.add(40)');
    await session.run('-e', 'const later = 1');
    await session.run('undo');
    await session.run('undo');
    expect(await session.run('-p', 'typeof later')).toEqual(printed('undefined\n'));
    expect(await session.run('-p', 'sum.add(2)')).toEqual(printed('2\n'));
  });
});

describe('goto', () => {
  it('leads to any revision, back and forth, and to the beginning', async () => {
    const session = new Session('goto');
    for (const n of [1, 2, 3]) await session.set(n);
    for (const [target, n] of [
      [1, 1],
      [3, 3],
      [0, null],
      [2, 2],
    ] as const) {
      expect(await session.json('goto', String(target))).toMatchObject({ target });
      await session.holds(n);
    }
  });

  it('refuses what is no revision', async () => {
    const session = new Session('nowhere');
    await session.set(1);
    expect(await session.run('goto', '99')).toEqual(refused('Revision 99 is not kept (any more). See the history.'));
    expect(await session.run('goto', 'x')).toEqual(
      refused("'x' is no revision: give a number that spawnpoint-cf history shows", 2),
    );
    await session.holds(1);
  });
});

describe('checkpoints', () => {
  it('are found by name, from before and after them', async () => {
    const session = new Session('checkpoints');
    await session.set(1);
    expect(await session.run('checkpoint', 'one')).toEqual(printed(''));
    await session.set(2);
    expect(await session.json('checkpoint', 'two')).toEqual({ revision: 2, name: 'two' });
    expect(await session.json('restore', 'one')).toEqual({ revision: 3, target: 1 });
    await session.holds(1);
    expect(await session.run('restore', 'two')).toEqual(printed(''));
    await session.holds(2);
    expect((await session.run('history')).stdout).toMatch(/^undo +1 .* \[one\] let n = 1; /m);
    expect(await session.run('checkpoint', 'one')).toEqual(
      refused('Checkpoint one is revision 1 already. With --force it becomes revision 4.'),
    );
    expect(await session.json('checkpoint', 'one', '--force')).toEqual({ revision: 4, name: 'one' });
    expect(await session.json('checkpoint', 'one')).toEqual({ revision: 4, name: 'one' });
  });

  it('have names, which must exist', async () => {
    const session = new Session('names');
    await session.run('network', 'reset');
    expect(await session.run('checkpoint', 'early')).toEqual(
      refused('There is no revision yet. Evaluate something first.'),
    );
    expect(await session.run('restore', 'never')).toEqual(refused('There is no checkpoint "never".'));
    expect(await session.run('checkpoint', 'a b')).toEqual(
      refused('Checkpoints are named with 1 to 64 letters, digits, dots, underscores and hyphens.'),
    );
  });
});

describe('diff', () => {
  it('tells the files and variables that came, went and changed', async () => {
    const session = new Session('diff');
    await session.run('-e', "let a = 1; let b = 'same'; fs.mkdirSync('d'); fs.writeFileSync('d/x', '1')");
    await session.run('-e', "a = 2; const c = [1]; fs.rmSync('d/x'); fs.writeFileSync('y', 'yy')");
    await session.run('-e', "fs.writeFileSync('y', 'yyy')");
    const changes = ['files', '- d/x  1 byte', '+ y  3 bytes', 'variables', '~ a  number 1 → number 2'];
    const { stdout } = await session.run('diff', '1');
    expect(stdout.split('\n').slice(0, 5)).toEqual(changes);
    expect(stdout).toMatch(/^\+ c {2}.*\[ 1 \]\n$/m);
    expect(await session.run('diff', '2', '3')).toEqual(printed('files\n~ y  3 bytes\n'));
    expect(await session.json('diff', '3', '2')).toEqual({
      from: 3,
      to: 2,
      files: [{ path: 'y', change: 'written', kind: 'file', size: 2 }],
      variables: [],
    });
    expect(await session.run('diff', '3')).toEqual(printed(''));
    expect(await session.run('diff', '0', '99')).toEqual(
      refused('Revision 99 is not kept (any more). See the history.'),
    );
  });
});

describe('history', () => {
  it('lists the newest revisions, with what they were', async () => {
    const session = new Session('listed');
    await session.run('network', 'reset');
    expect(await session.run('history')).toEqual(printed(''));
    expect(await session.json('history')).toEqual({ entries: [], undo: null, redo: null, oldest: null });
    await session.set(1);
    await session.run('-p', 'n');
    await machine.run(['-s', 'listed', 'files', 'put', '-', 'a.txt'], { stdin: 'x' });
    await session.run('undo');
    const history = await session.json('history');
    expect(history).toMatchObject({ undo: 0, redo: 3, oldest: 1 });
    expect(history.entries).toMatchObject([
      { revision: 4, cause: 'restore', restored: 2, isStep: false, files: 1 },
      { revision: 3, cause: 'files', code: null, isStep: true, files: 1, path: 'a.txt' },
      { revision: 2, cause: 'input', code: 'n', isStep: false, files: 0 },
      { revision: 1, cause: 'input', causeNumber: 1, isStep: true, files: 1, heapBytes: expect.any(Number) },
    ]);
    const { stdout } = await session.run('history', '-n', '2');
    expect(stdout.split('\n').map((line) => line.trimEnd().replaceAll(/ +/g, ' '))).toEqual([
      ' rev when took stored files what',
      expect.stringMatching(/^head 4 \d\d:\d\d:\d\d 1 undo to 2 by \S+$/),
      expect.stringMatching(/^redo 3 \d\d:\d\d:\d\d 1 files: a\.txt$/),
      'older ones are not shown; the oldest is 1',
      'undo leads to the empty beginning, revision 0',
      '',
    ]);
  });
});

it('nothing moves while an input runs', async () => {
  const session = new Session('busy');
  await session.set(1);
  const runner = machine.start(['-s', 'busy', '-e', 'console.log("go"); await new Promise(() => {})']);
  await runner.until(({ stdout }) => stdout === 'go\n');
  const busy = refused('Something is running in this session. Wait for it to end, or interrupt it.');
  for (const args of [['undo'], ['redo'], ['goto', '1'], ['checkpoint', 'x'], ['restore', 'x']]) {
    expect(await session.run(...args)).toEqual(busy);
  }
  expect((await session.json('history')).entries).toHaveLength(1);
  runner.kill('SIGINT');
  await runner.ended;
  expect(await session.run('undo')).toEqual(printed(''));
});

it('history outlives a server that is killed', async () => {
  const session = new Session('killed');
  for (const n of [1, 2]) await session.set(n);
  await session.run('checkpoint', 'two');
  await session.run('undo');
  const { workers } = JSON.parse(await readFile(join(machine.home, 'daemon.json'), 'utf8'));
  process.kill(workers[0].pid, 'SIGKILL');
  await session.holds(1);
  expect(await session.json('redo')).toEqual({ revision: 4, target: 2 });
  await session.holds(2);
  await session.run('undo');
  await session.run('server', 'stop');
  expect(await session.json('restore', 'two')).toMatchObject({ target: 2 });
  await session.holds(2);
});

describe('a fork', () => {
  it('has everything, and goes its own way', async () => {
    const session = new Session('source');
    for (const n of [1, 2]) await session.set(n);
    expect(await machine.run(['sessions', 'fork', 'source', 'now'])).toEqual(printed(''));
    expect((await machine.run(['sessions', 'fork', 'source', 'then', '--at', '1', '--json'])).stdout).toBe(
      '{"session":"then"}\n',
    );
    expect(await machine.print('now', 'n++')).toBe('2');
    expect(await machine.print('then', 'n')).toBe('1');
    await session.holds(2);
    expect(await machine.run(['-s', 'then', 'files', 'cat', 'n.txt'])).toEqual(printed('1'));
  });

  it('needs a source and a name that is free', async () => {
    await machine.run(['-s', 'taken', '-e', '1']);
    const fork = (...args: string[]) => machine.run(['sessions', 'fork', ...args]);
    expect(await fork('taken', 'taken')).toEqual(refused('There is a session taken already. Choose another name.'));
    expect((await fork('nobody', 'other')).status).toBe(1);
    expect((await fork('taken', 'a/b')).status).toBe(2);
    expect((await fork('taken', 'other', '--at', '99')).status).toBe(1);
  });
});

it('attach shows moves, as text and with --json', async () => {
  const session = new Session('watched');
  await session.run('-e', 'let n = 1');
  await session.run('checkpoint', 'one');
  const text = machine.start(['attach', 'watched']);
  const json = machine.start(['attach', 'watched', '--json']);
  for (const args of [['undo'], ['redo'], ['goto', '0'], ['restore', 'one']]) await session.run(...args);
  await text.until(({ stdout }) => stdout.includes('restore one'));
  expect(text.stdout).toBe(
    '> let n = 1\n[undo: back to the empty beginning, now revision 2]\n[redo: forward to revision 1, now revision 3]\n' +
      '[goto: at the empty beginning, now revision 4]\n[restore one: at revision 1, now revision 5]\n',
  );
  await json.until(({ stdout }) => stdout.includes('"name":"one"'));
  const events = json.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.filter(({ event }) => event === 'restored')).toMatchObject([
    { revision: 2, target: 0, how: 'undo', name: null },
    { revision: 3, target: 1, how: 'redo', name: null },
    { revision: 4, target: 0, how: 'goto', name: null },
    { revision: 5, target: 1, how: 'restore', name: 'one' },
  ]);
});

it('a command on a terminal says what it did', async () => {
  const session = new Session('told');
  await session.run('-e', 'let n = 1');
  const tell = async (args: string[], sentence: string): Promise<void> => {
    const terminal = machine.open(['-s', 'told', ...args]);
    expect(await terminal.ended).toEqual({ status: 0, signal: 0 });
    expect(terminal.screen.trim()).toBe(`spawnpoint-cf: ${sentence}`);
  };
  await tell(['checkpoint', 'one'], 'checkpoint one is revision 1');
  await tell(['undo'], 'undo: back to the empty beginning, now revision 2');
  await tell(['diff', '0'], 'nothing differs between revisions 0 and 2');
  await tell(
    ['sessions', 'fork', 'told', 'told-again', '--at', '1'],
    'session told-again goes on from told at revision 1',
  );
});

it('the terminal goes through time by its dot commands, and sees others do', async () => {
  const session = new Session('screen');
  await session.set(1);
  await session.set(2);
  const terminal = machine.open(['-s', 'screen'], { columns: 120, rows: 40 });
  const does = async (line: string, result: string | RegExp): Promise<void> => {
    terminal.type(`${line}${ENTER}`);
    await terminal.shows(result);
  };
  await terminal.shows('n.txt');
  await does('.checkpoint two', 'Checkpoint two is revision 2.');
  await does('.history', /head +2 .* \[two\] n = 2; /);
  await does('.undo', '── undo: back to revision 1, now revision 3');
  await does('n', /^1\s/m);
  await does('.diff 2', '~ n  number 2 → number 1');
  await does('.redo', '── redo: forward to revision 2, now revision 5');
  await does('.redo', 'There is nothing to redo.');
  await does('.goto 0', '── goto: at the empty beginning, now revision 6');
  await terminal.shows('no files yet');
  await does('.restore two', '── restore two: at revision 2, now revision 7');
  await does('.fork aside', 'Session aside goes on from here.');
  expect(await machine.print('aside', 'n')).toBe('2');
  await session.run('undo');
  await terminal.shows('── undo: back to revision 1, now revision 8');
  terminal.type(`.exit${ENTER}`);
  expect(await terminal.ended).toEqual({ status: 0, signal: 0 });
  const watcher = machine.open(['attach', 'screen', '--read-only'], { columns: 120, rows: 40 });
  await watcher.shows('── undo: back to revision 1, now revision 8');
  watcher.type(`.redo${ENTER}`);
  await watcher.shows('This terminal is read-only: it watches');
  watcher.type('\x04');
  expect((await watcher.ended).status).toBe(0);
});
