/** The settings of the client, from its file and the environment. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configPath, configuredToken, dataDirectory } from './config.ts';

const ORIGIN = 'https://sandbox.example';
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'spawnpoint-config-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(text: string): void {
  writeFileSync(join(home, 'config.json'), text, { mode: 0o600 });
}

it('finds a token by the exact origin', () => {
  write(JSON.stringify({ tokens: { [ORIGIN]: 'secret' } }));
  expect(configuredToken({ SPAWNPOINT_HOME: home }, ORIGIN)).toBe('secret');
  expect(configuredToken({ SPAWNPOINT_HOME: home }, 'https://other.example')).toBeUndefined();
  expect(configuredToken({ SPAWNPOINT_HOME: home }, `${ORIGIN}:8443`)).toBeUndefined();
});

it('needs no file, and no tokens in it', () => {
  expect(configuredToken({ SPAWNPOINT_HOME: home }, ORIGIN)).toBeUndefined();
  write('{}');
  expect(configuredToken({ SPAWNPOINT_HOME: home }, ORIGIN)).toBeUndefined();
});

it.each(['', '{', 'null', '{"tokens": {"x": 1}}'])('says that %j is damaged', (text) => {
  write(text);
  expect(() => configuredToken({ SPAWNPOINT_HOME: home }, ORIGIN)).toThrow(/is damaged/);
});

it('uses no token that others may read', () => {
  write(JSON.stringify({ tokens: { [ORIGIN]: 'secret' } }));
  chmodSync(join(home, 'config.json'), 0o640);
  expect(() => configuredToken({ SPAWNPOINT_HOME: home }, ORIGIN)).toThrow(/chmod 600/);
});

it('keeps to SPAWNPOINT_HOME, then to the XDG directories, then to the defaults', () => {
  expect(configPath({ SPAWNPOINT_HOME: '/s', XDG_CONFIG_HOME: '/c' })).toBe('/s/config.json');
  expect(configPath({ XDG_CONFIG_HOME: '/c' })).toBe('/c/spawnpoint-cf/config.json');
  expect(configPath({ XDG_CONFIG_HOME: 'relative', HOME: '/h' })).toBe('/h/.config/spawnpoint-cf/config.json');
  expect(dataDirectory({ HOME: '/h' })).toBe('/h/.local/share/spawnpoint-cf');
});
