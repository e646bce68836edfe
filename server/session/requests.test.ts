/** What was accepted: once, and found again as long as it is among the newest. */

import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import type { Database } from '../database.ts';
import { RequestStore } from './requests.ts';
import { migrate } from './schema.ts';

let database: Database;
let requests: RequestStore;

beforeEach(async () => {
  database = await makeMemoryDatabase();
  migrate(database);
  requests = new RequestStore(database);
});

const reopen = () => {
  requests = new RequestStore(database);
};
const by = (client: string, request: number) => ({ client, request });

describe('requests', () => {
  it('are numbered in the order of acceptance, inputs and programs apart', () => {
    expect(requests.acceptInput(by('a', 1), 'js', '1')).toBe(1);
    expect(requests.acceptProgram(by('a', 2), 'x.js', 0)).toBe(1);
    expect(requests.acceptInput(by('b', 1), 'ts', '2')).toBe(2);
    reopen();
    expect(requests.acceptInput(by('b', 7), 'js', '3')).toBe(3);
    expect(requests.acceptProgram(by('b', 3), 'x.js', 0)).toBe(2);
  });

  it('are found again by client and number, before and after a restart, in any order of numbers', () => {
    requests.acceptInput(by('a', 5), 'js', '');
    requests.acceptProgram(by('a', 3), 'x.js', 0);
    requests.acceptInput(by('a', 0), 'js', '');
    for (let round = 0; round < 2; round++) {
      expect(requests.find(by('a', 5))).toEqual({ cause: 'input', number: 1 });
      expect(requests.find(by('a', 3))).toEqual({ cause: 'program', number: 1 });
      expect(requests.find(by('a', 0))).toEqual({ cause: 'input', number: 2 });
      expect(requests.find(by('a', 4))).toBe(null);
      expect(requests.find(by('a', 6))).toBe(null);
      expect(requests.find(by('b', 5))).toBe(null);
      reopen();
    }
  });

  it('cannot be accepted twice', () => {
    requests.acceptInput(by('a', 1), 'js', '');
    expect(() => requests.acceptInput(by('a', 1), 'js', '')).toThrow();
  });

  it('are open until they are closed', () => {
    for (const request of [1, 2, 3]) requests.acceptInput(by('a', request), 'js', '');
    requests.acceptProgram(by('a', 4), 'x.js', 0);
    requests.close('input', 2);
    reopen();
    expect([requests.open('input'), requests.open('program')]).toEqual([[1, 3], [1]]);
    requests.close('program', 1);
    expect(requests.open('program')).toEqual([]);
  });

  it('are open however many came and went behind them', () => {
    requests.acceptInput(by('a', 0), 'js', 'await forever');
    for (let at = 1; at < 2 * LIMITS.queuedInputs + 10; at++) {
      requests.close('input', requests.acceptInput(by('a', at), 'js', 'interrupted while it waited'));
    }
    reopen();
    expect(requests.open('input')).toEqual([1]);
  });

  it('of a transaction that failed are gone when opened anew', () => {
    const failing = () =>
      database.transaction(() => {
        requests.acceptInput(by('a', 1), 'js', '');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    reopen();
    expect(requests.find(by('a', 1))).toBe(null);
    expect(requests.acceptInput(by('a', 1), 'js', '')).toBe(1);
  });

  it('keep their code, and are known, as long as they are among the newest', () => {
    for (let at = 1; at <= 6; at++) requests.acceptInput(by('a', at), 'js', `code ${at}`, at === 2);
    const codes = (): (string | undefined)[] => [1, 2, 3, 4, 5, 6].map((number) => requests.input(number)?.code);
    requests.prune({ recorded: 6, code: 36, known: 6 });
    expect(codes()).toEqual(['code 1', 'code 2', 'code 3', 'code 4', 'code 5', 'code 6']);
    requests.prune({ recorded: 5, code: 36, known: 6 });
    expect(codes()).toEqual(['', 'code 2', 'code 3', 'code 4', 'code 5', 'code 6']);
    requests.prune({ recorded: 6, code: 17, known: 5 });
    expect(codes()).toEqual([undefined, 'code 2', '', '', 'code 5', 'code 6']);
    reopen();
    expect(requests.find(by('a', 3))).toEqual({ cause: 'input', number: 3 });
    expect(requests.find(by('a', 1))).toBeNull();
  });
});
