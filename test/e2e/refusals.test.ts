/** What cannot be done: one clear sentence on stderr, the right exit status, and nothing else. */

import { existsSync } from 'node:fs';
import { chmod, cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const said = (sentence: string, status: number) => ({ stdout: '', stderr: `spawnpoint-cf: ${sentence}\n`, status });

/** One sentence, no stack, no `Error:`. */
async function expectSentence(args: string[], status: number, words: RegExp, env: Record<string, string> = {}) {
  const ending = await machine.run(args, { env });
  expect(ending).toMatchObject({ stdout: '', status });
  expect(ending.stderr).toMatch(/^spawnpoint-cf: [^\n]+\n$/);
  expect(ending.stderr).toMatch(words);
  expect(ending.stderr).not.toMatch(/\bat .*:\d+:\d+|internal error/);
}

describe('words that mean nothing', () => {
  it.each<[string[], string]>([
    [['--nope'], 'there is no option --nope; see spawnpoint-cf --help'],
    [['-x', '-p', '1'], 'there is no option -x; see spawnpoint-cf --help'],
    [['frobnicate'], "there is no command 'frobnicate'; see spawnpoint-cf --help"],
    [['main.ts'], "there is no command 'main.ts'; to run the file: spawnpoint-cf run main.ts"],
    [['sessions', 'frob'], "there is no command 'sessions frob'; see spawnpoint-cf sessions --help"],
    [['-p'], '-p needs a value: -p CODE'],
    [['-p', '1', '-e', '2'], 'give either -e or -p'],
    [['-p', '1', '-p', '2'], '-p is given twice; one CODE may have many lines'],
    [['help', 'frobnicate'], "there is no command 'frobnicate'; see spawnpoint-cf --help"],
    [['run'], 'too few arguments; usage: spawnpoint-cf run FILE [ARGS…]'],
    [['server', 'stop', 'now'], 'too many arguments; usage: spawnpoint-cf server stop'],
    [['ps', '--keep-going'], "--keep-going means nothing to 'ps'"],
    [['--json=yes', 'ps'], '--json takes no value'],
    [['--timeout', '0', '-p', '1'], "--timeout takes seconds from 0.001 to 86400, not '0'"],
    [['--timeout', '86401', '-p', '1'], "--timeout takes seconds from 0.001 to 86400, not '86401'"],
    [['-l', 'cobol', '-p', '1'], "'cobol' is no language: use js, ts or py"],
    [['--url', 'foo', '-p', '1'], "'foo' is no server's URL: it must look like https://host"],
    [
      ['--url', 'http://example.com', '-p', '1'],
      'http sends the token in the clear, so it is for this machine only: use https://example.com',
    ],
    [['kill', 'all'], "'all' is no program: kill takes an ID of spawnpoint-cf ps"],
  ])('%j', async (args, sentence) => {
    expect(await machine.run(args)).toEqual(said(sentence, 2));
  });

  it.each(['a/b', '..', '', 'x'.repeat(65), 'é'])('session %j', async (session) => {
    await expectSentence(['-s', session, '-p', '1'], 2, /is no session name/);
  });
});

describe('local files', () => {
  it.each<[string, string[], string]>([
    ['missing', ['run', 'nope.ts'], 'There is no file nope.ts to run.'],
    ['that is a directory', ['run', '.'], 'cannot read .: it is a directory'],
    ['below a file', ['run', 'file/x.ts'], 'cannot read file/x.ts: a part of its path is no directory'],
    ['missing, to be put', ['files', 'put', 'nope', 'x'], 'cannot read nope: there is no such file or directory'],
    ['that is a directory, to be put', ['files', 'put', '.', 'x'], '. is a directory'],
  ])('%s', async (_, args, sentence) => {
    await machine.file('file', '');
    expect(await machine.run(args)).toEqual(said(sentence, 1));
  });

  it.skipIf(process.getuid?.() === 0)('not readable', async () => {
    await chmod(await machine.file('secret.ts', '1'), 0);
    expect(await machine.run(['run', 'secret.ts'])).toEqual(said('cannot read secret.ts: permission denied', 1));
  });
});

describe('a server', () => {
  const closed = 'http://127.0.0.1:1';

  it('that cannot be reached', async () => {
    const env = { SPAWNPOINT_TOKEN: 'a.b.c' };
    expect(await machine.run(['--url', closed, '-p', '1'], { env })).toEqual(
      said(`${closed} cannot be reached: the connection was refused`, 255),
    );
    await expectSentence(['--url', closed, 'sessions'], 255, /cannot be reached/, env);
    await expectSentence(['-p', '1'], 255, /cannot be reached/, { ...env, SPAWNPOINT_URL: closed });
  });

  it('for which there is no token', async () => {
    await expectSentence(['--url', closed, '-p', '1'], 255, /^spawnpoint-cf: no token for .*SPAWNPOINT_TOKEN/);
  });

  it('that is something else', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno'));
    const url = await listen(other);
    const env = { SPAWNPOINT_TOKEN: 'a.b.c' };
    await expectSentence(['--url', url, '-p', '1'], 255, /is no spawnpoint-cf server/, env);
    await expectSentence(['--url', url, 'files'], 255, /is no spawnpoint-cf server/, env);
    other.close();
  });

  it('that is something else and says yes to everything', async () => {
    const page = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi';
    const other = createServer((socket) => socket.on('data', () => socket.end(page)));
    const env = { SPAWNPOINT_TOKEN: 'a.b.c', SPAWNPOINT_URL: await listen(other) };
    await machine.file('notes.md', 'not to be lost');
    for (const args of [
      ['ls'],
      ['cat', 'x'],
      ['get', 'x'],
      ['stat', 'x'],
      ['mkdir', 'x'],
      ['rm', 'x'],
      ['put', 'notes.md', 'x'],
    ]) {
      await expectSentence(['files', ...args], 255, /answers in a way that this version does not understand/, env);
    }
    other.close();
  });

  it('whose file arrives damaged', async () => {
    const head = `HTTP/1.1 200 OK\r\netag: "r1"\r\nx-content-sha256: ${'0'.repeat(64)}\r\ncontent-length: 2\r\n`;
    const other = createServer((socket) => socket.on('data', () => socket.end(`${head}connection: close\r\n\r\nhi`)));
    const env = { SPAWNPOINT_TOKEN: 'a.b.c', SPAWNPOINT_URL: await listen(other) };
    await expectSentence(['files', 'get', 'x', 'damaged'], 1, /"x" arrived damaged: .*get it again/, env);
    expect(existsSync(join(machine.directory, 'damaged'))).toBe(false);
    other.close();
  });

  it('that refuses the token', async () => {
    const url = /http:\S+/.exec((await machine.run(['server', 'start'])).stdout)?.[0] ?? '';
    const foreign = `${btoa('{"alg":"HS256"}')}.${btoa('{"sub":"local"}')}.AAAA`.replaceAll('=', '');
    for (const token of ['nonsense', foreign]) {
      const env = { SPAWNPOINT_TOKEN: token };
      await expectSentence(['--url', url, '-p', '1'], 255, /The token is refused: /, env);
      await expectSentence(['--url', url, 'sessions'], 255, /The token is refused: /, env);
      await expectSentence(['--url', url, 'attach'], 255, /The token is refused: /, env);
    }
  });
});

describe('the embedded server', () => {
  it('finds its port taken', async () => {
    const other = createServer();
    const port = new URL(await listen(other)).port;
    const env = { SPAWNPOINT_HOME: join(machine.directory, 'elsewhere'), SPAWNPOINT_PORT: port };
    await expectSentence(['-p', '1'], 255, new RegExp(`Port ${port} on 127.0.0.1 is taken by another program\\.`), env);
    other.close();
  });

  it.each(['0', '65536', 'x', '1.5'])('is told port %s', async (port) => {
    await expectSentence(['server', 'start'], 255, /SPAWNPOINT_PORT must be a whole number from 1 to 65535/, {
      SPAWNPOINT_HOME: join(machine.directory, 'elsewhere'),
      SPAWNPOINT_PORT: port,
    });
  });

  it('cannot use its data directory', async () => {
    const env = { SPAWNPOINT_HOME: await machine.file('in-the-way', '') };
    await expectSentence(['-p', '1'], 255, /Cannot use the data directory .*in-the-way.*Set SPAWNPOINT_HOME/, env);
    await expectSentence(['-p', '1'], 255, /Cannot use the data directory/, {
      SPAWNPOINT_HOME: join(env.SPAWNPOINT_HOME, 'below'),
    });
  });

  it('is newer than the client', async () => {
    const newer = await packageOfVersion('999.0.0');
    const env = { SPAWNPOINT_HOME: join(machine.directory, 'other-version') };
    const holder = machine.node([join(newer, 'bin', 'spawnpoint-cf.js'), 'repl'], env);
    holder.stdin.write('console.log("up")\n');
    await holder.until(({ stdout }) => stdout === 'up\n');
    await expectSentence(
      ['-p', '1'],
      255,
      /The local server \(process \d+\) is version 999\.0\.0, this is version .*: update this one/,
      env,
    );
    holder.stdin.end();
    await holder.ended;
    await machine.run(['server', 'stop'], { env });
  });

  it('is older than the client, and others still use it', async () => {
    const older = await packageOfVersion('0.0.1');
    const env = { SPAWNPOINT_HOME: join(machine.directory, 'older-version') };
    const holder = machine.node([join(older, 'bin', 'spawnpoint-cf.js'), 'repl'], env);
    holder.stdin.write('console.log("up")\n');
    await holder.until(({ stdout }) => stdout === 'up\n');
    await expectSentence(['-p', '1'], 255, /is version 0\.0\.1, .* other terminals still use it/, env);
    holder.stdin.end();
    await holder.ended;
    // Nobody uses it any more: it is replaced.
    expect(await machine.run(['-p', '1'], { env })).toEqual({ stdout: '1\n', stderr: '', status: 0 });
    await machine.run(['server', 'stop'], { env });
  });
});

it('a configuration that is damaged', async () => {
  const home = join(machine.directory, 'configured');
  await machine.file('configured/config.json', '{"tokens": ');
  const env = { SPAWNPOINT_HOME: home };
  await expectSentence(['--url', 'https://127.0.0.1:1', '-p', '1'], 2, /config\.json is damaged/, env);
  await writeFile(join(home, 'config.json'), '{"tokens": {"https://127.0.0.1:1": "a.b.c"}}', { mode: 0o644 });
  await chmod(join(home, 'config.json'), 0o644);
  await expectSentence(['--url', 'https://127.0.0.1:1', '-p', '1'], 2, /others may read it: chmod 600/, env);
  await chmod(join(home, 'config.json'), 0o600);
  await expectSentence(['--url', 'https://127.0.0.1:1', '-p', '1'], 255, /cannot be reached/, env);
});

/** A copy of the installed package that says it is of another version. */
async function packageOfVersion(version: string): Promise<string> {
  const target = join(machine.directory, `version-${version}`, 'node_modules', 'spawnpoint-cf');
  await cp(machine.packageDirectory, target, { recursive: true });
  await symlink(join(machine.packageDirectory, '..', 'miniflare'), join(target, '..', 'miniflare'));
  const manifest = join(target, 'package.json');
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace(/"version": "[^"]+"/, `"version": "${version}"`));
  return target;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
