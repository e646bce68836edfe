/** The log of the embedded server: private, bounded, in nobody's way. */

import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DaemonLog, LOG_BYTES, readLog } from './log.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spawnpoint-'));
  path = join(directory, 'daemon.log');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The bytes of a line that says `x`. */
const LINE = '2026-01-01T00:00:00.000Z x\n'.length;

describe('the log', () => {
  it('is private, one line a message, oldest first', () => {
    const log = new DaemonLog(path);
    log.write('first');
    log.write('second\n  with a stack\n');
    expect(readLog(path)).toMatch(/^\S+Z first\n\S+Z second \| with a stack( \| )?\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is set aside when a line does not fit any more, not before', () => {
    writeFileSync(path, 'o'.repeat(LOG_BYTES - LINE));
    const log = new DaemonLog(path);
    log.write('x');
    expect(statSync(path).size).toBe(LOG_BYTES);
    expect(existsSync(`${path}.1`)).toBe(false);
    log.write('x');
    expect(statSync(path).size).toBe(LINE);
    expect(statSync(`${path}.1`).size).toBe(LOG_BYTES);
    expect(readLog(path).length).toBe(LOG_BYTES + LINE);
  });

  it('never takes more than twice its limit', () => {
    const log = new DaemonLog(path);
    for (let line = 0; line < 900; line++) log.write('y'.repeat(10_000));
    expect(readLog(path).length).toBeLessThanOrEqual(2 * LOG_BYTES);
  });

  it('stops nobody when it cannot be written', () => {
    const log = new DaemonLog(join(directory, 'nowhere', 'daemon.log'));
    expect(() => log.write('x')).not.toThrow();
  });
});
