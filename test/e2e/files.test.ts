/** `files`: contents of every size survive the way there and back; names and sizes that cannot be are refused. */

import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CliProcess } from '../support/cli-process.ts';
import { Machine } from '../support/machine.ts';
import { ChaosProxy } from '../torture/chaos-proxy.ts';
import { Random } from '../torture/random.ts';
import { StormServer } from '../torture/storm-server.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const MiB = 1024 * 1024;
const done = { stdout: '', stderr: '', status: 0 };
const printed = (stdout: string) => ({ ...done, stdout });
const said = (sentence: string, status = 1) => ({ stdout: '', stderr: `spawnpoint-cf: ${sentence}\n`, status });
const files = (...args: string[]) => machine.run(['files', ...args]);

describe('contents', () => {
  it.each([0, 1, 64 * 1024, 64 * 1024 + 1, 8 * MiB, 8 * MiB + 1])(
    'of %d bytes come back as they went',
    async (size) => {
      const bytes = randomBytes(size);
      await machine.file('local.bin', bytes);
      expect(await files('put', 'local.bin', `sizes/${size}.bin`)).toEqual(done);
      expect(await files('get', `sizes/${size}.bin`, 'back.bin')).toEqual(done);
      expect((await readFile(join(machine.directory, 'back.bin'))).equals(bytes)).toBe(true);
      const cat = machine.start(['files', 'cat', `sizes/${size}.bin`]);
      expect((await cat.ended).status).toBe(0);
      expect(cat.bytes.equals(bytes)).toBe(true);
      expect((await files('stat', `sizes/${size}.bin`)).stdout).toMatch(new RegExp(`^file  ${size} bytes  `));
      expect(await files('rm', `sizes/${size}.bin`)).toEqual(done);
      expect((await files('cat', `sizes/${size}.bin`)).status).toBe(1);
    },
  );

  it('come from standard input and go to standard output', async () => {
    expect(await machine.run(['files', 'put', '-', 'in.txt'], { stdin: 'piped\n' })).toEqual(done);
    expect(await files('get', 'in.txt', '-')).toEqual(printed('piped\n'));
    expect(await files('get', 'in.txt')).toEqual(done);
    expect(await readFile(join(machine.directory, 'in.txt'), 'utf8')).toBe('piped\n');
  });

  it('are seen by the kernel, which writes some of its own', async () => {
    await machine.run(['files', 'put', '-', 'data/numbers.json'], { stdin: '[1,2]' });
    const code =
      'fs.writeFileSync("data/sum.txt", String(JSON.parse(fs.readFileSync("data/numbers.json", "utf8")).length))';
    expect(await machine.run(['-e', code])).toEqual(done);
    expect(await files('cat', 'data/sum.txt')).toEqual(printed('2'));
  });

  it('never overwrite through a symbolic link', async () => {
    const target = await machine.file('target.txt', 'untouched');
    await symlink(target, join(machine.directory, 'link.txt'));
    await machine.run(['files', 'put', '-', 'x.txt'], { stdin: 'new' });
    expect(await files('get', 'x.txt', 'link.txt')).toEqual(done);
    expect(await readFile(target, 'utf8')).toBe('untouched');
    expect(await readFile(join(machine.directory, 'link.txt'), 'utf8')).toBe('new');
  });
});

describe('directories', () => {
  it('are made, listed and removed', async () => {
    const here = (...args: string[]) => machine.run(['-s', 'tree', 'files', ...args]);
    expect(await here('mkdir', 'a/b')).toEqual(done);
    await machine.run(['-s', 'tree', 'files', 'put', '-', 'a/b/c.txt'], { stdin: '12345' });
    await machine.run(['-s', 'tree', 'files', 'put', '-', 'ünï "x".txt'], { stdin: '1' });
    expect(await here('ls')).toEqual(printed('a/\nünï "x".txt\n'));
    expect(await here('ls', '-r', 'a')).toEqual(printed('b/\nb/c.txt\n'));
    expect(await here('tree')).toEqual(printed('├── a/\n│   └── b/\n│       └── c.txt\n└── ünï "x".txt\n'));
    expect(await here('du')).toEqual(printed('5\ta/b\n5\ta\n6\t.\n'));
    expect(await here('cp', 'a/b/c.txt', 'd.txt')).toEqual(done);
    expect(await here('mkdir', 'e')).toEqual(done);
    expect(await here('mv', 'd.txt', 'e/')).toEqual(done);
    expect(await here('cat', 'e/d.txt')).toEqual(printed('12345'));
    expect((await here('rm', 'a')).status).toBe(1);
    expect(await here('rm', '-r', 'a')).toEqual(done);
    expect(await here('ls', '--json')).toMatchObject({ stderr: '', status: 0 });
    expect(JSON.parse((await here('ls', '--json')).stdout)).toMatchObject([
      { path: 'e', kind: 'directory' },
      { path: 'ünï "x".txt', kind: 'file', size: 1 },
    ]);
  });
});

describe('a name', () => {
  it.each<[string[], string, number]>([
    [['cat', 'nope'], 'There is no file or directory "nope".', 1],
    [['get', 'nope'], 'There is no file or directory "nope".', 1],
    [['rm', 'nope'], 'There is no file or directory "nope".', 1],
    [['cat', '..'], "'..' is outside the session's files, which are below /home/user", 2],
    [['put', '-', '../x'], "'../x' is outside the session's files, which are below /home/user", 2],
    [['mkdir', 'a/../../b'], "'a/../../b' is outside the session's files, which are below /home/user", 2],
    [['get', '/etc/passwd'], "'/etc/passwd' is outside the session's files, which are below /home/user", 2],
    [['cat', '/home/user'], '"" is a directory', 1],
  ])('%j', async (args, sentence, status) => {
    expect(await files(...args)).toEqual(said(sentence, status));
  });

  it('may have 255 bytes and no more', async () => {
    expect(await machine.run(['files', 'put', '-', `${'é'.repeat(127)}x`], { stdin: '1' })).toEqual(done);
    const { stderr, status } = await machine.run(['files', 'put', '-', 'é'.repeat(128)], { stdin: '1' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^spawnpoint-cf: [^\n]*255[^\n]*\n$/);
  });

  it('is not taken for an option or a URL', async () => {
    for (const name of ['a?b=c#d', '%2e%2e', 'a\\b', 'ü'.normalize('NFD')]) {
      expect(await machine.run(['files', 'put', '-', name], { stdin: name })).toEqual(done);
      expect(await files('cat', name)).toEqual(printed(name));
    }
  });
});

describe('a line that breaks', () => {
  let server: StormServer;
  let proxy: ChaosProxy;
  /** What leads through the proxy to the server as it is now. */
  let line: () => Promise<{ url: string; env: Record<string, string> }>;
  const through = async (...args: string[]) => {
    const { url, env } = await line();
    return machine.start(['--url', url, 'files', ...args], { env });
  };
  beforeEach(async () => {
    server = await StormServer.create(machine);
    proxy = await ChaosProxy.listen(new Random(1));
    line = async () => {
      const { url, token } = await server.reach();
      return { url: proxy.through(url), env: { SPAWNPOINT_TOKEN: token } };
    };
  });
  afterEach(() => {
    proxy.close();
    server.close();
  });

  const arrived = async (name: string) => {
    expect(await files('get', name, 'back')).toEqual(done);
    return readFile(join(machine.directory, 'back'));
  };

  it.each([
    [6 * MiB, 4 * MiB],
    [25 * MiB, 22 * MiB],
  ])('holds a transfer of %d bytes up, after %d of them, which goes on where it was', async (size, cut) => {
    const bytes = randomBytes(size);
    const local = await machine.file('through', bytes);
    proxy.cutAfter(cut);
    expect(await (await through('put', local, 'through')).ended).toMatchObject(done);
    expect(proxy.cuts).toBe(1);
    // Of what was on its way when the line broke, some may have gone twice; not what the server had told of.
    expect(proxy.carried).toBeLessThan(size + 5 * MiB);
    expect((await arrived('through')).equals(bytes)).toBe(true);
    proxy.cutAfter(2 * MiB);
    expect(await (await through('get', 'through', 'got')).ended).toMatchObject(done);
    expect(proxy.cuts).toBe(2);
    expect((await readFile(join(machine.directory, 'got'))).equals(bytes)).toBe(true);
  });

  it('holds up what comes from a pipe', async () => {
    const bytes = randomBytes(22 * MiB);
    const local = await machine.file('piped', bytes);
    const { url, env } = await line();
    proxy.cutAfter(21 * MiB);
    expect(await machine.shell(`spawnpoint-cf --url ${url} files put - piped < ${local}`, env)).toEqual(done);
    expect([proxy.cuts, proxy.carried < bytes.length + 3 * MiB]).toEqual([1, true]);
    expect((await arrived('piped')).equals(bytes)).toBe(true);
  });

  it('goes on from where the server has it, also after the command and the server were killed', async () => {
    const bytes = randomBytes(22 * MiB);
    const local = await machine.file('again', bytes);
    let put: CliProcess | null = null;
    proxy.cutAfter(21 * MiB, () => {
      put?.kill('SIGKILL');
      server.kill(server.find('workerd'));
    });
    put = await through('put', local, 'again');
    expect((await put.ended).status).toBe('SIGKILL');
    expect((await files('ls', 'again')).status).toBe(1);
    const before = proxy.carried;
    expect(await (await through('put', local, 'again')).ended).toMatchObject(done);
    expect(proxy.carried - before).toBeLessThan(3 * MiB);
    expect((await arrived('again')).equals(bytes)).toBe(true);
  });
});

describe('a bucket that fails', () => {
  it('is named by whatever needs it, nothing is changed, and all goes on when it is well again', async () => {
    const named = (what: string) => `${what}: the bucket for files over 8 MiB failed. Nothing was changed. Try again; `;
    const big = await machine.file('big', randomBytes(8 * MiB + 1));
    const cf = (...args: string[]) => machine.run(['-s', 'bucket', ...args]);
    expect(await cf('files', 'put', big, 'big')).toEqual(done);
    const blobs = join(machine.home, 'storage', 'r2', 'FILES', 'blobs');
    await rename(blobs, `${blobs}.away`);
    await writeFile(blobs, 'no directory');
    const write = 'await fs.promises.writeFile("mine", new Uint8Array(9e6))';
    for (const [args, what] of [
      [['files', 'put', big, 'other'], '"other" could not be stored'],
      [['-e', write], '"mine" could not be stored'],
      [['sessions', 'fork', 'bucket', 'bucket-copy'], '"big" could not be read'],
    ] as const) {
      const { stderr, status } = await cf(...args);
      expect(stderr).toContain(named(what));
      expect(status).toBe(1);
    }
    await rm(blobs);
    await rename(`${blobs}.away`, blobs);
    expect(await cf('sessions', 'fork', 'bucket', 'bucket-copy')).toEqual(done);
    expect(await machine.run(['-s', 'bucket-copy', 'files', 'ls'])).toEqual(printed('big\n'));
  });
});

describe('too much', () => {
  it('for the session is refused, and leaves nothing', async () => {
    const here = (...args: string[]) => machine.run(['-s', 'full', 'files', ...args]);
    await machine.file('large.bin', Buffer.alloc(8 * MiB));
    const code = 'const part = "x".repeat(2 ** 20); for (let i = 0; i < 257; i++) fs.writeFileSync("f" + i, part)';
    const { stderr, status } = await machine.run(['-s', 'full', '-e', code]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Uncaught .*(ENOSPC|EDQUOT|256 MiB)/);
    expect((await here('put', 'large.bin', 'one-more')).status).toBe(1);
    expect((await here('ls', 'one-more')).status).toBe(1);
  });
});
