/** `attach` without a terminal to draw on: the log of a session, as text and as JSON, while others work in it. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

describe('attach', () => {
  it('shows what was and follows what other processes do, live', async () => {
    await machine.run(['-s', 'text', '-e', 'let a = 1']);
    const watcher = machine.start(['attach', 'text']);
    let text = '> let a = 1\n';
    const follows = async (args: string[], expected: string, stdin?: string): Promise<void> => {
      await machine.run(['-s', 'text', ...args], stdin === undefined ? {} : { stdin });
      text += expected;
      await watcher.until(({ stdout }) => stdout.length >= text.length);
      expect(watcher.stdout).toBe(text);
    };
    await watcher.until(({ stdout }) => stdout === text);
    await follows(['-p', 'a + 1'], '> a + 1\n2\n');
    await follows(
      ['-e', 'console.log("out"); console.error("err")'],
      '> console.log("out"); console.error("err")\nout\nerr\n',
    );
    await follows(['-e', 'if (a) {\n  a\n}'], '> if (a) {\n…   a\n… }\n1\n');
    await follows(['-e', 'throw new Error("no")'], '> throw new Error("no")\nUncaught Error: no\n    at REPL5:1:11\n');
    await follows(['-'], '$ stdin.ts  [1]\n42\n[1] done\n', 'console.log(42)');
    await follows(
      ['-', 'x'],
      '$ stdin.ts x  [2]\nno end of line\n[2] exit status 3\n',
      'process.stdout.write("no end of line"); process.exit(3)',
    );
    expect(watcher.stderr).toBe('');
  });

  it('shows an input while it runs', async () => {
    const runner = machine.start(['-s', 'live', '-e', 'console.log("go"); await new Promise(() => {})']);
    await runner.until(({ stdout }) => stdout === 'go\n');
    const watcher = machine.start(['attach', 'live']);
    await watcher.until(({ stdout }) => stdout.endsWith('\ngo\n'));
    runner.kill('SIGINT');
    await watcher.until(({ stdout }) => stdout.endsWith('[interrupted; what it changed is kept]\n'));
    expect((await runner.ended).status).toBe(130);
  });

  it('tells one event a line with --json', async () => {
    await machine.run(['-s', 'json', '-e', 'console.log("é"); 1']);
    const watcher = machine.start(['attach', '--json', 'json']);
    await machine.run(['-s', 'json', 'files', 'put', '-', 'a.txt'], { stdin: 'abc' });
    await watcher.until(({ stdout }) => stdout.includes('"files"') && stdout.endsWith('\n'));
    const events = watcher.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toMatchObject([
      { seq: 1, event: 'input', input: 1, language: 'ts', code: 'console.log("é"); 1' },
      { seq: 2, event: 'output', cause: 'input', number: 1, stream: 'stdout', text: 'é\n' },
      { seq: 3, event: 'done', input: 1, outcome: { status: 'ok', isVoid: false } },
      { seq: 4, event: 'files', changes: [['a.txt', 'written', 'file', 3]] },
    ]);
  });

  it('takes the session from -s as well, and main without', async () => {
    await machine.run(['-e', '"in main"']);
    for (const args of [['attach'], ['attach', 'main'], ['attach', '-s', 'main'], ['attach', '--read-only']]) {
      const watcher = machine.start(args);
      await watcher.until(({ stdout }) => stdout === `> "in main"\n'in main'\n`);
      watcher.kill('SIGTERM');
      await watcher.ended;
    }
  });

  it('ends after the time that it is given', async () => {
    await machine.run(['-s', 'brief', '-e', '"seen"']);
    expect(await machine.run(['attach', 'brief', '--timeout', '1'])).toEqual({
      stdout: `> "seen"\n'seen'\n`,
      stderr: '',
      status: 124,
    });
  });

  it('goes on over a server that was stopped', async () => {
    await machine.run(['-s', 'stays', '-e', '"before"']);
    const watcher = machine.start(['attach', 'stays']);
    const before = `> "before"\n'before'\n`;
    await watcher.until(({ stdout }) => stdout === before);
    expect((await machine.run(['server', 'stop'])).stdout).toBe('stopped\n');
    await machine.run(['-s', 'stays', '-e', '"after"']);
    const after = `${before}> "after"\n'after'\n`;
    await watcher.until(({ stdout }) => stdout.length >= after.length);
    expect(watcher.stdout).toBe(after);
    expect(watcher.stderr).toMatch(/^spawnpoint-cf: the connection is lost; trying to get it back\n/);
  });
});
