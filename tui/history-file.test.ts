/** The file of former inputs: private, bounded, and shared by terminals. */

import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryFile, MAX_ENTRY, MAX_READ } from './history-file.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'history-'));
  path = join(directory, 'data', 'spawnpoint-cf', 'history');
});
afterEach(() => rm(directory, { recursive: true }));

describe('HistoryFile', () => {
  it('keeps entries in order, several lines as one, private to the user', async () => {
    const history = new HistoryFile(path);
    expect(await history.load()).toEqual([]);
    await Promise.all(['one', 'two\nlines', 'три 日本'].map((entry) => history.append(entry)));
    expect(await new HistoryFile(path).load()).toEqual(['one', 'two\nlines', 'три 日本']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  });

  it('merges what terminals append at the same time', async () => {
    const terminals = Array.from({ length: 8 }, () => new HistoryFile(path));
    await Promise.all(
      terminals.flatMap((terminal, t) =>
        Array.from({ length: 50 }, (_, i) => terminal.append(`${t} ${i} ${'x'.repeat(500)}`)),
      ),
    );
    const entries = await new HistoryFile(path).load();
    expect(entries).toHaveLength(400);
    for (const [t] of terminals.entries()) {
      const own = entries.filter((entry) => entry.startsWith(`${t} `)).map((entry) => Number(entry.split(' ')[1]));
      expect(own).toEqual(Array.from({ length: 50 }, (_, i) => i));
    }
  });

  it('skips broken lines and goes on after a torn one', async () => {
    const history = new HistoryFile(path);
    await history.append('good');
    await appendFile(path, '{"not":"an entry"}\n"to');
    await history.append('after');
    expect(await history.load()).toEqual(['good', 'after']);
  });

  it('reads only the end of a large file', async () => {
    await new HistoryFile(path).append('first');
    const line = `"${'x'.repeat(1021)}"\n`;
    await writeFile(path, `"old"\n${line.repeat(MAX_READ / 1024)}`);
    const entries = await new HistoryFile(path).load();
    expect(entries).toHaveLength(MAX_READ / 1024 - 1);
    expect(entries).not.toContain('old');
  });

  it('leaves out an entry one byte over the limit, not one at it', async () => {
    const history = new HistoryFile(path);
    const fits = 'x'.repeat(MAX_ENTRY - 3);
    await history.append(`${fits}x`);
    await history.append(fits);
    expect(await history.load()).toEqual([fits]);
  });

  it('says why it cannot be written, and goes on when it can', async () => {
    const history = new HistoryFile(path);
    await writeFile(join(directory, 'data'), 'in the way');
    await expect(history.append('lost')).rejects.toThrow(/ENOTDIR|EEXIST/);
    await rm(join(directory, 'data'));
    await history.append('kept');
    expect(await readFile(path, 'utf8')).toBe('"kept"\n');
  });

  it.skipIf(process.platform !== 'linux')('says so where the system lets nobody make a directory', async () => {
    await expect(new HistoryFile('/proc/self/spawnpoint/data/history').append('lost')).rejects.toThrow('ENOENT');
  });
});
