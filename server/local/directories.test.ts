/** Where the data of the embedded server lies, and that only its user can enter. */

import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makePrivateDirectory, socketPath, userDirectories } from './directories.ts';

const root = mkdtempSync(join(tmpdir(), 'spawnpoint-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('userDirectories', () => {
  it('follows SPAWNPOINT_HOME before anything else', () => {
    const env = { SPAWNPOINT_HOME: '/a/b', XDG_DATA_HOME: '/data', HOME: '/home/u' };
    expect(userDirectories(env)).toEqual({ config: '/a/b', data: '/a/b' });
  });

  it('follows the XDG variables, and ignores relative ones', () => {
    expect(userDirectories({ XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: 'relative', HOME: '/home/u' })).toEqual({
      config: '/home/u/.config/spawnpoint-cf',
      data: '/data/spawnpoint-cf',
    });
  });

  it('falls back to the places below HOME', () => {
    expect(userDirectories({ HOME: '/home/u' }).data).toBe('/home/u/.local/share/spawnpoint-cf');
  });
});

describe('makePrivateDirectory', () => {
  it('makes the directory for this user alone, and closes an open one', () => {
    const directory = join(root, 'a', 'b');
    makePrivateDirectory(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    chmodSync(directory, 0o755);
    makePrivateDirectory(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  const file = join(root, 'file');
  writeFileSync(file, '');
  symlinkSync(join(root, 'nowhere'), join(root, 'link'));

  it.each([
    ['a file', file],
    ['below a file', join(file, 'below')],
    ['below a link to nowhere', join(root, 'link', 'below')],
    // Where mkdir says that there is no parent, although there is.
    ...(existsSync('/proc/self') ? [['where nobody can make one', '/proc/self/spawnpoint/data']] : []),
  ])('says in one sentence that a directory cannot be used: %s', (_, directory) => {
    expect(() => makePrivateDirectory(directory ?? '')).toThrow(
      expect.objectContaining({
        code: 'DIRECTORY',
        message: expect.stringMatching(/^Cannot use the data directory .*SPAWNPOINT_HOME/),
      }),
    );
  });
});

describe('socketPath', () => {
  it('stays in the data directory up to 100 bytes, and is short beyond', () => {
    const name = '/daemon.sock';
    const longest = `/${'d'.repeat(99 - name.length)}`;
    expect(socketPath(longest, {})).toBe(`${longest}${name}`);
    const outside = socketPath(`${longest}d`, { XDG_RUNTIME_DIR: root });
    expect(outside.startsWith(root)).toBe(true);
    expect(Buffer.byteLength(outside)).toBeLessThanOrEqual(100);
    expect(socketPath(`${longest}e`, { XDG_RUNTIME_DIR: root })).not.toBe(outside);
  });
});
