/** The files of a session as its programs see them through node:fs, and what is left of what a program wrote. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { History } from '../../tui/client/history.ts';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const printed = (stdout: string, status = 0) => ({ stdout, stderr: '', status });

/** Sessions are one per test, so that revisions can be counted. */
const program = (session: string, code: string) => machine.run(['-s', session], { stdin: code });
const put = (session: string, path: string, stdin: string) =>
  machine.run(['-s', session, 'files', 'put', '-', path], { stdin });
const cat = (session: string, path: string) => machine.run(['-s', session, 'files', 'cat', path]);

async function causes(session: string): Promise<string[]> {
  const { stdout } = await machine.run(['-s', session, 'history', '--json']);
  const { entries } = JSON.parse(stdout) as History;
  return entries.map(({ cause }) => cause);
}

/** The process of the programs. */
async function runner(): Promise<number> {
  const { workers } = JSON.parse(await readFile(join(machine.home, 'daemon.json'), 'utf8'));
  return workers.find(({ role }: { role: string }) => role === 'runner').pid;
}

describe('node:fs', () => {
  it('is that of a system whose working directory is the session', async () => {
    await put('fs', 'in/a.txt', 'höme');
    const code = [
      "import fs, { readFileSync } from 'node:fs'; import * as promises from 'fs/promises'; import path from 'path'",
      "import { createRequire } from 'node:module'",
      'const told = async (what: () => unknown) => { try { console.log(await what()) } catch (e) { console.log((e as Error).message) } }',
      "await told(() => [process.cwd(), readFileSync('in/a.txt', 'utf8'), fs.readdirSync('/home/user', { recursive: true })])",
      "await told(async () => [(await promises.stat('in/a.txt')).size, fs.statSync('in').isDirectory(), path.resolve('x')])",
      "await told(() => new Promise((done) => fs.readFile('in/a.txt', (_, bytes) => done(bytes))))",
      "await told(async () => { let all = ''; for await (const part of fs.createReadStream('in/a.txt')) all += part; return all })",
      "await told(() => readFileSync('nope'))",
      "await told(() => promises.readdir('in/a.txt'))",
      "await told(() => { process.chdir('in'); return [process.cwd(), fs.existsSync('a.txt'), fs.readdirSync('..')] })",
      "await told(() => fs.writeFileSync('/tmp/t', 'x') ?? fs.readFileSync('/tmp/t', 'latin1'))",
      "await told(() => process.getBuiltinModule('fs').readFileSync('a.txt', 'utf8'))",
      "fs.writeSync(1, 'by number\\n'); fs.writeFileSync('/dev/stdout', 'by name\\n')",
      'await told(() => readFileSync(0))',
    ].join('\n');
    const { stdout, stderr, status } = await program('fs', code);
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout.split('\n')).toEqual([
      "[ '/home/user', 'höme', [ 'in/a.txt', 'in' ] ]",
      "[ 5, true, '/home/user/x' ]",
      '<Buffer 68 c3 b6 6d 65>',
      'höme',
      "ENOENT: no such file or directory, open 'nope'",
      "ENOTDIR: not a directory, scandir 'in/a.txt'",
      "[ '/home/user/in', true, [ 'in' ] ]",
      'x',
      'höme',
      'by number',
      'by name',
      'EAGAIN: standard input comes as it is sent and cannot be waited for here: read process.stdin, readFileSync',
      '',
    ]);
    expect(await causes('fs')).toEqual(['files']);
  });

  it('gives what was too much to be sent ahead to those who wait for it', async () => {
    const megabytes = 'x'.repeat(7 * 1024 * 1024);
    for (const name of ['1', '2', '3']) await put('large', name, megabytes + name);
    const code = [
      "const fs = require('fs')",
      "const end = (bytes) => String(bytes.subarray(-1)); const size = fs.statSync('3').size",
      "try { fs.readFileSync('3') } catch (error) { console.log(error.code, error.message) }",
      "const streamed = new Promise((done) => { let n = 0; fs.createReadStream('3').on('data', (d) => { n += d.length }).on('end', () => done(n)) })",
      "streamed.then(async (n) => console.log(end(fs.readFileSync('1')), size, n, end(await fs.promises.readFile('3')), end(fs.readFileSync('3'))))",
    ].join('\n');
    expect(await program('large', code)).toEqual(
      printed(
        "EFBIG EFBIG: 3 is not among the 16 MiB of the session's files in memory. " +
          'Use await fs.promises.readFile(…) for it, readFileSync\n1 7340033 7340033 3 3\n',
      ),
    );
    const moving =
      "import fs from 'fs'; await fs.promises.rename('3', '4'); fs.rmSync('2'); fs.writeFileSync('1', 'new')";
    expect(await program('large', moving)).toEqual(printed(''));
    expect((await cat('large', '4')).stdout.slice(-2)).toBe('x3');
    expect(await machine.run(['-s', 'large', 'files', 'ls'])).toMatchObject({ stdout: '1\n4\n' });
  });
});

describe('what a program wrote', () => {
  it('reads files of any size, whole or in parts', async () => {
    await machine.file('big.bin', new Uint8Array(9_000_000).fill(7, 8_999_990));
    await machine.run(['-s', 'big', 'files', 'put', 'big.bin', 'big.bin']);
    const fs = "import fs from 'node:fs'; ";
    const whole = "console.log(fs.statSync('big.bin').size, (await fs.promises.readFile('big.bin')).indexOf(7))";
    expect(await program('big', fs + whole)).toEqual(printed('9000000 8999990\n'));
    const part =
      'const part = (options) => fs.createReadStream("big.bin", options).toArray().then((all) => Buffer.concat(all)); ';
    const parts =
      'console.log((await part({ start: 8999988, end: 8999991 })).join(), (await part({ start: 2 })).length)';
    expect(await program('big', fs + part + parts)).toEqual(printed('0,0,7,7 8999998\n'));
  });

  it('is one revision, of which the program is the cause, whatever its exit status', async () => {
    await put('kept', 'old/a', '1');
    const code = [
      "import fs from 'fs'; import { mkdir, writeFile } from 'fs/promises'",
      "fs.rmSync('old', { recursive: true }); fs.writeFileSync('b', Buffer.alloc(1_500_000, 'b'))",
      "await mkdir('c/d', { recursive: true }); await writeFile('c/d/e', 'é'); fs.writeFileSync('/tmp/private', 'x')",
      'process.exit(3)',
    ].join('\n');
    expect(await program('kept', code)).toEqual(printed('', 3));
    const tree = await machine.run(['-s', 'kept', 'files', 'tree']);
    expect(tree.stdout).toBe('├── b\n└── c/\n    └── d/\n        └── e\n');
    expect((await cat('kept', 'b')).stdout).toBe('b'.repeat(1_500_000));
    expect((await cat('kept', 'c/d/e')).stdout).toBe('é');
    expect((await causes('kept')).filter((cause) => cause === 'program')).toHaveLength(1);
    await machine.run(['-s', 'kept', 'undo']);
    expect(await machine.run(['-s', 'kept', 'files', 'tree'])).toEqual(printed('└── old/\n    └── a\n'));
  });

  it.each([
    ['is killed', [], 143],
    ['takes too long', ['--timeout', '1'], 124],
    ['loses its runner', [], 1],
  ])('is dropped when it %s', async (why, options, status) => {
    const session = `dropped-${status}`;
    const cli = machine.start(['-s', session, ...options], { stdin: '' });
    cli.stdin.end("require('fs').writeFileSync('a', '1'); console.log('written'); setInterval(() => {}, 1000)");
    if (why !== 'takes too long') await cli.until(({ stdout }) => stdout === 'written\n');
    if (why === 'is killed') await machine.run(['-s', session, 'kill', '1']);
    if (why === 'loses its runner') process.kill(await runner(), 'SIGKILL');
    expect((await cli.ended).status).toBe(status);
    expect(await machine.run(['-s', session, 'files', 'ls'])).toEqual(printed(''));
  });

  it('is not seen by others before it ends, unless it runs long, and then stays', async () => {
    const cli = machine.start(['-s', 'long'], { stdin: '' });
    cli.stdin.end(
      "const fs = require('fs'); fs.writeFileSync('a', '1'); console.log('written')\n" +
        "setTimeout(() => fs.writeFileSync('b', '2'), 5500); setInterval(() => {}, 1000)",
    );
    await cli.until(({ stdout }) => stdout === 'written\n');
    const listed = async () => (await machine.run(['-s', 'long', 'files', 'ls'])).stdout;
    expect(await listed()).toBe('');
    const follower = machine.start(['-s', 'long', 'attach', '--json']);
    await follower.until(({ stdout }) => /"files".*"b"/.test(stdout));
    follower.kill('SIGKILL');
    await machine.run(['-s', 'long', 'kill', '1']);
    expect((await cli.ended).status).toBe(143);
    expect(await listed()).toBe('a\nb\n');
    expect(await causes('long')).toEqual(['program', 'program']);
  });

  it('wins over what somebody else wrote meanwhile, which everyone is told', async () => {
    const code = "import fs from 'fs'; fs.writeFileSync('a', 'program'); console.log('up'); process.stdin.resume()";
    await machine.file('two.ts', code);
    const cli = machine.start(['-s', 'two', 'run', 'two.ts'], { stdin: '' });
    await cli.until(({ stdout }) => stdout === 'up\n');
    await put('two', 'a', 'somebody');
    expect(await cat('two', 'a')).toEqual(printed('somebody'));
    cli.stdin.end('go');
    expect((await cli.ended).stderr).toContain('Changed by two at once; the later write by program 1 won: a');
    expect(await cat('two', 'a')).toEqual(printed('program'));
  });

  it('must fit into the session', async () => {
    const code =
      "const fs = require('fs'); fs.writeFileSync('small', 'x'); fs.writeFileSync('big', Buffer.alloc(8 * 1024 * 1024 + 1))";
    const { stderr, status } = await program('full', code);
    expect(stderr).toMatch(/^spawnpoint-cf: What the program wrote could not be kept\. "big" would have 8388609 bytes/);
    expect(status).toBe(1);
    expect(await machine.run(['-s', 'full', 'files', 'ls'])).toEqual(printed(''));
  });
});
