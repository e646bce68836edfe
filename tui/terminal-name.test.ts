/** How a terminal names itself to others. */

import { hostname, userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { LIMITS } from '../protocol/limits.ts';
import { terminalName } from './terminal-name.ts';

it('is the user at the host', () => {
  expect(terminalName()).toBe(`${userInfo().username}@${hostname()}`);
  expect(terminalName(() => 'ada', 'lovelace')).toBe('ada@lovelace');
});

it('is the host for a user whom the system does not know', () => {
  const unknown = () => {
    throw new Error('ENOENT: no such user');
  };
  expect(terminalName(unknown, 'lovelace')).toBe('lovelace');
});

it('has as many bytes as a label may, and no half character', () => {
  const fits = 'h'.repeat(LIMITS.label - 2);
  expect(terminalName(() => 'a', fits)).toBe(`a@${fits}`);
  expect(terminalName(() => 'a', `${fits}h`)).toBe(`a@${fits}`);
  expect(terminalName(() => 'a', `${'h'.repeat(LIMITS.label - 3)}é`)).toBe(`a@${'h'.repeat(LIMITS.label - 3)}`);
});
