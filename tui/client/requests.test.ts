/** Requests outlive the line they were sent on, and are answered once. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { Requests } from './requests.ts';

const NOT_TOLD = () => undefined;

let requests: Requests;
let sent: number[];

beforeEach(() => {
  requests = new Requests();
  sent = [];
});

/** A request; `sent` tells when it goes out. */
function ask(): Promise<number> {
  const asked = requests.request((number) => sent.push(number), NOT_TOLD);
  asked.catch(() => undefined);
  return asked;
}

const accept = (request: number) => requests.accepted({ request, cause: 'input', number: request + 100 });

describe('requests', () => {
  it('wait for the line, then go out in order', async () => {
    const [first, second] = [ask(), ask()];
    expect(sent).toEqual([]);
    requests.online();
    expect(sent).toEqual([1, 2]);
    accept(2);
    accept(1);
    expect(await Promise.all([first, second])).toEqual([101, 102]);
  });

  it('are sent again after a loss, under the same numbers, unless they were answered', async () => {
    requests.online();
    const all = [ask(), ask(), ask()];
    accept(2);
    requests.offline();
    requests.online();
    expect(sent).toEqual([1, 2, 3, 1, 3]);
    accept(1);
    accept(3);
    expect(await Promise.all(all)).toEqual([101, 102, 103]);
  });

  it('tell the number at once, before anything else on the line', () => {
    const told: number[] = [];
    requests.online();
    void requests.request(NOT_TOLD, (number) => told.push(number));
    accept(1);
    expect(told).toEqual([101]);
  });

  it('have 32 under way at most', () => {
    requests.online();
    for (let index = 0; index < 100; index++) ask();
    expect(sent).toHaveLength(32);
    accept(1);
    expect(sent.at(-1)).toBe(33);
    requests.offline();
    requests.online();
    expect(sent.slice(33)).toEqual(Array.from({ length: 32 }, (_, index) => index + 2));
  });

  it('take their answer once', async () => {
    requests.online();
    const first = ask();
    accept(1);
    accept(1);
    expect(requests.failed({ code: 'BUSY', message: '', retry: true, about: ['request', 1] })).toBe(false);
    expect(await first).toBe(101);
  });

  it('fail alone', async () => {
    requests.online();
    const [first, second] = [ask(), ask()];
    expect(requests.failed({ code: 'QUEUE_FULL', message: 'full', retry: true, about: ['request', 1] })).toBe(true);
    await expect(first).rejects.toMatchObject({ code: 'QUEUE_FULL', message: 'full' });
    accept(2);
    expect(await second).toBe(102);
  });

  it('that cannot be sent are rejected, and do not hold up the others', async () => {
    const bad = Array.from({ length: 40 }, () =>
      requests.request(() => {
        throw new ProtocolError('TOO_LARGE', 'too much');
      }, NOT_TOLD),
    );
    const outcomes = Promise.allSettled(bad);
    const good = ask();
    expect(() => requests.online()).not.toThrow();
    expect(sent).toEqual([41]);
    accept(41);
    expect(await good).toBe(141);
    for (const { status } of await outcomes) expect(status).toBe('rejected');
  });

  it('are rejected when the line will not come back', async () => {
    const waiting = ask();
    requests.online();
    const under = ask();
    requests.abandon(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    await expect(under).rejects.toThrow('over');
  });
});

describe('queries', () => {
  const answer: Answer = { kind: 'variables', variables: [], stale: false };

  it('are answered', async () => {
    requests.online();
    const asked = requests.query((number) => sent.push(number));
    requests.answered({ query: sent[0] ?? 0, answer });
    expect(await asked).toEqual(answer);
  });

  it('fail with an error about them, and with the line', async () => {
    requests.online();
    const first = requests.query((number) => sent.push(number));
    const second = requests.query((number) => sent.push(number));
    requests.failed({ code: 'UNSUPPORTED', message: 'no', retry: false, about: ['query', sent[0] ?? 0] });
    await expect(first).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    requests.offline();
    await expect(second).rejects.toThrow('lost');
    await expect(requests.query(NOT_TOLD)).rejects.toThrow('no connection');
    requests.online();
    expect(sent).toHaveLength(2);
  });

  it('that cannot be sent are rejected', async () => {
    requests.online();
    const bad = requests.query(() => {
      throw new ProtocolError('TOO_LARGE', 'too much');
    });
    await expect(bad).rejects.toThrow('too much');
  });

  it('are not confused with requests, nor with the connection as a whole', () => {
    requests.online();
    void ask();
    const error = { code: 'INTERNAL', message: '', retry: true } as const;
    expect(requests.failed({ ...error, about: ['query', 1] })).toBe(false);
    expect(requests.failed({ ...error, about: ['channel', 1] })).toBe(false);
    expect(requests.failed({ ...error, about: null })).toBe(false);
  });
});
