/** `server` and `sessions`: the embedded server as its user controls it, and the directory of sessions. */

import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const server = (...args: string[]) => machine.run(['server', ...args]);
const printed = (stdout: string, status = 0) => ({ stdout, stderr: '', status });

describe('the embedded server', () => {
  it('is started once, told of and stopped', async () => {
    expect(await server('status')).toEqual(printed('not running\n', 1));
    expect(await server('status', '--json')).toEqual(printed('{"running":false}\n', 1));
    expect(await server('stop')).toEqual(printed('not running\n'));
    expect(await server('logs')).toEqual(printed(''));
    const started = /^started at (http:\/\/127\.0\.0\.1:\d+) \(process (\d+)\)\n$/.exec((await server('start')).stdout);
    const [, url = '', pid = ''] = started ?? [];
    expect(await server('start')).toEqual(printed(`running at ${url} (process ${pid})\n`));
    expect(JSON.parse((await server('status', '--json')).stdout)).toMatchObject({
      running: true,
      url,
      pid: Number(pid),
      restarts: { main: 0, runner: 0 },
    });
    expect((await server('logs')).stdout).toContain(`listening at ${url}\n`);
    expect(await server('stop')).toEqual(printed('stopped\n'));
    expect(await server()).toEqual(printed('not running\n', 1));
  });

  it.skipIf('enableCompileCache' in module)(
    'has its command line compiled once, and again if that is damaged',
    async () => {
      await machine.run(['-p', '1']);
      const path = join(machine.home, `compiled-${process.version}`);
      const compiled = await stat(path);
      expect(compiled.mode & 0o777).toBe(0o600);
      expect(await machine.run(['-p', '1'])).toEqual(printed('1\n'));
      expect((await stat(path)).mtimeMs).toBe(compiled.mtimeMs);
      const bytes = await readFile(path);
      for (const damaged of [
        bytes.subarray(0, 16),
        bytes.subarray(0, 5000),
        Buffer.from(bytes).fill(7, 100),
        Buffer.of(),
      ]) {
        await writeFile(path, damaged);
        expect(await machine.run(['-p', '1'])).toEqual(printed('1\n'));
        expect((await stat(path)).size).toBeGreaterThan(bytes.length / 2);
      }
      // What others may have written is not run but made anew.
      await chmod(path, 0o622);
      expect(await machine.run(['-p', '1'])).toEqual(printed('1\n'));
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    },
  );

  it('keeps its files to its user', async () => {
    await machine.run(['-p', '1']);
    expect((await stat(machine.home)).mode & 0o777).toBe(0o700);
    for (const name of ['daemon.json', 'daemon.log', 'token-secret']) {
      expect((await stat(join(machine.home, name))).mode & 0o077).toBe(0);
    }
  });

  it('keeps every session over a stop', async () => {
    await machine.run(['-s', 'kept', '-e', 'let n = 1; const next = () => ++n; fs.writeFileSync("n.txt", "1")']);
    await server('stop');
    expect(await machine.print('kept', 'next()')).toBe('2');
    expect(await machine.run(['-s', 'kept', 'files', 'cat', 'n.txt'])).toEqual(printed('1'));
  });

  it('is started anew after its daemon and its workerd were killed', async () => {
    await machine.run(['-s', 'killed', '-e', 'let n = 41']);
    const { pid } = JSON.parse(await readFile(join(machine.home, 'daemon.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    expect(await machine.print('killed', '++n')).toBe('42');
    const [main] = JSON.parse(await readFile(join(machine.home, 'daemon.json'), 'utf8')).workers;
    process.kill(main.pid, 'SIGKILL');
    expect(await machine.print('killed', 'n')).toBe('42');
  });

  it('takes the port that it is given', async () => {
    const { url } = JSON.parse((await server('status', '--json')).stdout);
    await server('stop');
    const env = { SPAWNPOINT_PORT: new URL(url).port };
    expect((await machine.run(['server', 'start'], { env })).stdout).toContain(`started at ${url} `);
  });
});

describe('sessions', () => {
  it('are listed and removed with everything in them', async () => {
    await machine.run(['-s', 'doomed', '-e', 'let n = 1; fs.writeFileSync("x", "1")']);
    expect((await machine.run(['sessions'])).stdout.split('\n')).toContain('doomed');
    const listed = JSON.parse((await machine.run(['sessions', 'ls', '--json'])).stdout);
    expect(listed).toContainEqual({ name: 'doomed', createdAt: expect.any(Number) });
    expect(await machine.run(['sessions', 'rm', 'doomed'])).toEqual(printed(''));
    expect((await machine.run(['sessions'])).stdout.split('\n')).not.toContain('doomed');
    expect(await machine.run(['sessions', 'rm', 'doomed'])).toEqual({
      stdout: '',
      stderr: 'spawnpoint-cf: There is no session doomed.\n',
      status: 1,
    });
    expect(await machine.print('doomed', 'typeof n')).toBe('undefined');
    expect(await machine.run(['-s', 'doomed', 'files'])).toEqual(printed(''));
  });

  it('are not made by what only looks or goes back', async () => {
    const missing = {
      stdout: '',
      stderr: 'spawnpoint-cf: There is no session typo. An input, a program or a file begins one.\n',
      status: 1,
    };
    const looks = ['history', 'undo', 'diff 0', 'replay', 'ps', 'kill 1', 'network', 'files', 'files stat a', 'attach'];
    for (const look of [...looks, 'attach --json', 'files rm a', 'files mv a b']) {
      expect([look, await machine.run(['-s', 'typo', ...look.split(' ')])]).toEqual([look, missing]);
    }
    const terminal = machine.open(['attach', 'typo']);
    await terminal.shows('There is no session typo.');
    expect(await terminal.ended).toEqual({ status: 1, signal: 0 });
    expect((await machine.run(['sessions'])).stdout.split('\n')).not.toContain('typo');
  });

  it('end what runs in them when they are removed', async () => {
    const cli = machine.start(['-s', 'busy', '-e', 'console.log("go"); await new Promise(() => {})']);
    await cli.until(({ stdout }) => stdout === 'go\n');
    expect(await machine.run(['sessions', 'rm', 'busy'])).toEqual(printed(''));
    const { stderr, status } = await cli.ended;
    expect(status).toBe(255);
    expect(stderr).toMatch(/^(spawnpoint-cf: [^\n]+\n)+$/);
  });
});

it('help and version need no server', async () => {
  const env = { SPAWNPOINT_HOME: '/dev/null/none' };
  const { version } = JSON.parse(await readFile(join(machine.packageDirectory, 'package.json'), 'utf8'));
  expect(await machine.run(['--version'], { env })).toEqual(printed(`${version}\n`));
  for (const args of [
    ['--help'],
    ['help'],
    ['help', '-'],
    ['run', '--help'],
    ['files', '-h'],
    ['completion', 'bash'],
    ['completion', 'zsh'],
  ]) {
    const ending = await machine.run(args, { env });
    expect(ending).toMatchObject({ stderr: '', status: 0 });
    expect(ending.stdout).toContain('spawnpoint-cf');
  }
  for (const topic of [[], ['files'], ['files', 'put'], ['-'], ['help']]) {
    const [help, option] = [await machine.run(['help', ...topic]), await machine.run(['--help', ...topic])];
    expect(help).toEqual(option);
  }
});
