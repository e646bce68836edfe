/** Ctrl-C, signals and closed pipes: what runs for the command stops, and the command ends as shells expect. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const LOOPS = [
  ['a loop', 'while (true) {}'],
  ['a wait', 'await new Promise(() => {})'],
  ['timers', 'await new Promise(() => setInterval(() => {}, 1))'],
] as const;

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  const status = signal === 'SIGINT' ? 130 : 143;

  it.each(LOOPS)('interrupts an input: %s; its state is kept', async (name, loop) => {
    const session = `${signal}-${name.replace(' ', '-')}`;
    await machine.run(['-s', session, '-e', 'let before = 1']);
    const cli = machine.start(['-s', session, '-e', `let begun = 2; console.log("go"); ${loop}`]);
    await cli.until(({ stdout }) => stdout === 'go\n');
    cli.kill(signal);
    expect(await cli.ended).toMatchObject({ stdout: 'go\n', status });
    expect(await machine.print(session, '[before, begun]')).toBe('[ 1, 2 ]');
  });

  it.each([
    ['a loop', 'while (true) {}'],
    ['timers', 'setInterval(() => {}, 1)'],
  ])('ends a program: %s', async (_, loop) => {
    const cli = machine.start([], { stdin: '' });
    cli.stdin.end(`console.log("go"); await new Promise((resolve) => setTimeout(resolve, 20)); ${loop}`);
    await cli.until(({ stdout }) => stdout === 'go\n');
    cli.kill(signal);
    expect(await cli.ended).toMatchObject({ stdout: 'go\n', status });
    expect(await machine.run(['ps'])).toEqual({ stdout: '', stderr: '', status: 0 });
  });

  it('ends what only watches', async () => {
    await machine.run(['-s', 'watched', '-e', '1']);
    const cli = machine.start(['attach', 'watched']);
    await cli.until(({ stdout }) => stdout.includes('> 1'));
    cli.kill(signal);
    expect(await cli.ended).toMatchObject({ stderr: '', status });
  });
});

it('an input that waits for another says so on a terminal', async () => {
  const first = machine.start(['-s', 'queue', '-e', 'console.log("go"); await new Promise(() => {})']);
  await first.until(({ stdout }) => stdout === 'go\n');
  const terminal = machine.open(['-s', 'queue', '-p', '42']);
  await terminal.shows('spawnpoint-cf: waiting for input 1 in session queue; Ctrl-C gives up.');
  first.kill('SIGINT');
  await terminal.shows(/^42$/m);
  expect(await terminal.ended).toEqual({ status: 0, signal: 0 });
});

it('a dumb terminal is not drawn on', async () => {
  const terminal = machine.open([], undefined, { TERM: 'dumb' });
  await terminal.shows('spawnpoint-cf: this terminal (TERM=dumb) cannot show the session;');
  expect(await terminal.ended).toEqual({ status: 2, signal: 0 });
});

it('Ctrl-C on a terminal interrupts the input', async () => {
  const terminal = machine.open(['-s', 'typed', '-e', 'let n = 1; console.log("go"); while (true) n++']);
  await terminal.shows('go');
  terminal.type('\x03');
  expect(await terminal.ended).toEqual({ status: 130, signal: 0 });
  expect(terminal.screen).toContain('spawnpoint-cf: interrupted; what it changed is kept');
  expect(await machine.print('typed', 'n > 1')).toBe('true');
});

it('Ctrl-C stops a repl at the input that runs', async () => {
  const cli = machine.start(['-s', 'fed', 'repl', '--keep-going'], { stdin: '' });
  cli.stdin.write('let n = 1\nconsole.log("go"); while (true) {}\nn = 2\n');
  await cli.until(({ stdout }) => stdout === 'go\n');
  cli.kill('SIGINT');
  expect(await cli.ended).toMatchObject({ stdout: 'go\n', status: 130 });
  expect(await machine.print('fed', 'n')).toBe('1');
});

describe('a closed pipe', () => {
  it.each([
    ['an input', `-s pipe -e 'let n = 0; for (;;) console.log("line " + n++)'`],
    ['a program', `- <<< 'for (let n = 0;; n++) { console.log("line " + n); if (n % 100 === 0) await 0 }'`],
  ])('interrupts %s', async (_, command) => {
    expect(await machine.shell(`spawnpoint-cf ${command} | head -1; exit \${PIPESTATUS[0]}`)).toEqual({
      stdout: 'line 0\n',
      stderr: '',
      status: 141,
    });
    expect(await machine.run(['ps'])).toEqual({ stdout: '', stderr: '', status: 0 });
  });

  it('is no matter to what has ended', async () => {
    expect(await machine.shell(`spawnpoint-cf -p '"x\\n".repeat(1000)' | head -1; exit 0`)).toMatchObject({
      stdout: 'x\n',
      stderr: '',
    });
  });
});
