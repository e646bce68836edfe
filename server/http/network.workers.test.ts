/** The network of a session through the whole Worker: who may narrow it, what stays of it, and what its log tells. */

import { describe, expect, it } from 'vitest';
import { NETWORK_LIMITS } from '../egress/network-list.ts';
import { EGRESS_LOG_ENTRIES, type EgressEntry } from '../session/network.ts';
import { request, TestSession, token } from '../testing/workers-client.ts';

async function ask(session: TestSession, init: RequestInit = {}, query = '') {
  const response = await request(session.user, `/v1/sessions/${session.name}/network${query}`, init);
  return { status: response.status, body: await response.json() };
}

const post = (session: TestSession, operation: unknown, headers: HeadersInit = {}) =>
  ask(session, { method: 'POST', body: JSON.stringify(operation), headers });

async function log(
  session: TestSession,
): Promise<Pick<EgressEntry, 'cause' | 'method' | 'host' | 'port' | 'outcome'>[]> {
  const { body } = (await ask(session, {}, '?log=10')) as { body: { entries: EgressEntry[] } };
  return body.entries.map(({ at: _, ...entry }) => entry);
}

describe('the list of a session', () => {
  it('is changed by its owner alone, and stays', async () => {
    const session = new TestSession();
    const empty = { status: 200, body: { allow: [], deny: [] } };
    expect(await post(session, { op: 'reset' })).toEqual(empty);
    expect(await ask(session)).toEqual(empty);
    const allowed = await post(session, { op: 'allow', hosts: ['Example.com', '*.example.org:443'] });
    expect(allowed).toEqual({ status: 200, body: { allow: ['example.com', '*.example.org:443'], deny: [] } });
    for (const role of ['writer', 'reader']) {
      const authorization = `Bearer ${await token(session.user, { role })}`;
      const refused = await post(session, { op: 'reset' }, { authorization });
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } });
    }
    const denied = { allow: ['*.example.org:443'], deny: ['example.com'] };
    expect((await post(session, { op: 'deny', hosts: ['example.com'] })).body).toEqual(denied);
    await session.restart();
    expect((await ask(session)).body).toEqual(denied);
    await request(session.user, `/v1/sessions/${session.name}/fork`, { method: 'POST', body: '{"to":"copy"}' });
    expect((await ask(new TestSession('copy', session.user))).body).toEqual(denied);
    expect((await post(session, { op: 'remove', hosts: ['example.com'] })).body).toEqual({ ...denied, deny: [] });
    expect((await post(session, { op: 'reset' })).body).toEqual({ allow: [], deny: [] });
  });

  it.each<[string, unknown]>([
    ['no host', { op: 'allow', hosts: [] }],
    ['what is no host', { op: 'allow', hosts: ['http://example.com/'] }],
    ['another operation', { op: 'open' }],
    [
      'too many hosts',
      { op: 'deny', hosts: Array.from({ length: NETWORK_LIMITS.hosts + 1 }, (_, n) => `${n}.example`) },
    ],
    ['no operation', 'x'],
  ])('refuses %s', async (_, operation) => {
    expect(await post(new TestSession(), operation)).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_REQUEST' } },
    });
  });
});

describe('the network log of a session', () => {
  const fetchText = (url: string) => `await fetch(${JSON.stringify(url)}).catch((error) => error.cause.message)`;

  it('has each request of the live kernel with its input and what came of it', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    expect(await terminal.show(fetchText('http://127.0.0.1:8080/x'))).toContain('127.0.0.1 is not a public address');
    await post(session, { op: 'allow', hosts: ['other.example'] });
    expect(await terminal.show(fetchText('https://example.com/'))).toContain(
      'not among the hosts allowed to this session',
    );
    await terminal.show("setTimeout(() => fetch('http://[::1]/').catch(() => {}), 1), 0");
    await expect
      .poll(() => log(session))
      .toEqual([
        {
          cause: { kind: 'input', number: 1 },
          method: 'GET',
          host: '127.0.0.1',
          port: 8080,
          outcome: 'Network access refused: 127.0.0.1 is not a public address (loopback).',
        },
        {
          cause: { kind: 'input', number: 2 },
          method: 'GET',
          host: 'example.com',
          port: 443,
          outcome: 'Network access refused: example.com is not among the hosts allowed to this session.',
        },
        {
          cause: { kind: 'background', number: 0 },
          method: 'GET',
          host: '::1',
          port: 80,
          outcome: 'Network access refused: ::1 is not a public address (loopback).',
        },
      ]);
  });

  it('keeps the newest', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    const count = EGRESS_LOG_ENTRIES + 200;
    await terminal.show(
      `for (let i = 0; i < ${count}; i++) await fetch('http://10.0.0.1:' + (2000 + i)).catch(() => {}); 0`,
    );
    const { body } = (await ask(session, {}, '?log=999999')) as { body: { entries: EgressEntry[] } };
    expect(body.entries).toHaveLength(EGRESS_LOG_ENTRIES);
    expect(body.entries.at(-1)?.port).toBe(2000 + count - 1);
  });
});
