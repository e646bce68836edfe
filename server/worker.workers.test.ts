/** The door: tokens, hosts, origins and routes of the real Worker. */

import { createExecutionContext, env, runDurableObjectAlarm, runInDurableObject, SELF } from 'cloudflare:test';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUBPROTOCOL } from '../protocol/version.ts';
import { ORIGIN, request, TestSession, token, upgrade } from './testing/workers-client.ts';
import worker from './worker.ts';

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly retry: boolean };
}

async function failureOf(response: Response): Promise<[number, string]> {
  expect(response.headers.get('content-type')).toBe('application/json');
  const { error }: Failure = await response.json();
  expect(error.message.length).toBeGreaterThan(10);
  return [response.status, error.code];
}

async function answerTo(authorization: string | null): Promise<Response> {
  return SELF.fetch(`${ORIGIN}/v1/sessions`, { headers: authorization === null ? {} : { authorization } });
}

function base64Url(value: object): string {
  return btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

describe('a token', () => {
  it('opens the door for its user', async () => {
    const response = await answerTo(`Bearer ${await token('ada')}`);
    expect([response.status, await response.json()]).toEqual([200, { sessions: [] }]);
  });

  it('is refused when it is not as it must be', async () => {
    const claims = { sub: 'ada', jti: 'x', role: 'owner', aud: 'spawnpoint', exp: 4_000_000_000 };
    const unsigned = `${base64Url({ alg: 'none' })}.${base64Url(claims)}.`;
    const good = await token('ada');
    const wrong: Record<string, string | null> = {
      missing: null,
      'of another scheme': `Basic ${good}`,
      empty: 'Bearer ',
      'signed with another secret': `Bearer ${await token('ada', {}, 'another secret of at least 32 bytes!')}`,
      expired: `Bearer ${await token('ada', { exp: 1 })}`,
      'without an end': `Bearer ${await token('ada', { exp: undefined })}`,
      'not valid yet': `Bearer ${await token('ada', { nbf: 4_000_000_000 })}`,
      'for another audience': `Bearer ${await token('ada', { aud: 'elsewhere' })}`,
      'without an audience': `Bearer ${await token('ada', { aud: undefined })}`,
      'without an id': `Bearer ${await token('ada', { jti: undefined })}`,
      'with an empty id': `Bearer ${await token('ada', { jti: '' })}`,
      'without a user': `Bearer ${await token('ada', { sub: undefined })}`,
      'with a user that is no name': `Bearer ${await token('a/b')}`,
      'with no role': `Bearer ${await token('ada', { role: undefined })}`,
      'with an unknown role': `Bearer ${await token('ada', { role: 'admin' })}`,
      unsigned: `Bearer ${unsigned}`,
      'unsigned with a signature': `Bearer ${unsigned}AAAA`,
      cut: `Bearer ${good.slice(0, -1)}`,
      'with changed claims': `Bearer ${[good.split('.')[0], base64Url(claims), good.split('.')[2]].join('.')}`,
    };
    for (const [name, authorization] of Object.entries(wrong)) {
      const refusal = await failureOf(await answerTo(authorization));
      expect([name, ...refusal]).toEqual([name, 401, 'UNAUTHENTICATED']);
    }
  });

  it('made of anything is refused', async () => {
    const part = fc.oneof(
      fc.stringMatching(/^[\w-]{0,40}$/),
      fc.dictionary(fc.constantFrom('alg', 'crit', 'b64', 'typ', 'exp', 'aud', 'jti'), fc.jsonValue()).map(base64UrlOf),
      fc.record({ alg: fc.constantFrom('HS256', 'none', 'RS256', 'HS512'), crit: fc.jsonValue() }).map(base64UrlOf),
    );
    const property = fc.asyncProperty(part, part, part, async (header, payload, signature) => {
      const { status } = await answerTo(`Bearer ${header}.${payload}.${signature}`);
      expect(status).toBe(401);
    });
    await fc.assert(property, { numRuns: 200, seed: 7 });
  });

  it('is needed to attach, and its role to remove', async () => {
    expect(await failureOf(await upgrade('main', 'a.b.c'))).toEqual([401, 'UNAUTHENTICATED']);
    for (const role of ['writer', 'reader']) {
      const authorization = `Bearer ${await token('ada', { role })}`;
      const response = await request('ada', '/v1/sessions/main', { method: 'DELETE', headers: { authorization } });
      expect(await failureOf(response)).toEqual([403, 'FORBIDDEN']);
    }
  });
});

function base64UrlOf(value: object): string {
  return base64Url(JSON.parse(JSON.stringify(value).replace(/[^\x20-\x7e]/g, '?')));
}

describe('a server', () => {
  const ask = async (
    settings: { TOKEN_SECRET?: string | undefined; OWN_HOSTS?: string },
    url: string,
    origin?: string,
  ) => {
    const headers = { authorization: `Bearer ${await token('ada')}`, ...(origin === undefined ? {} : { origin }) };
    return worker.fetch(new Request(url, { headers }), { ...env, ...settings }, createExecutionContext());
  };

  it('without a secret, or with a short one, serves nobody', async () => {
    for (const TOKEN_SECRET of [undefined, '', 'x'.repeat(31)]) {
      const response = await ask({ TOKEN_SECRET }, `${ORIGIN}/v1/sessions`);
      expect(await failureOf(response)).toEqual([503, 'NOT_CONFIGURED']);
    }
    const enough = await ask({ TOKEN_SECRET: 'x'.repeat(32) }, `${ORIGIN}/v1/sessions`);
    expect(await failureOf(enough)).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('answers only to its own names', async () => {
    const OWN_HOSTS = 'spawnpoint.test,127.0.0.1';
    for (const host of ['spawnpoint.test', 'spawnpoint.test:8080', '127.0.0.1:9', 'SPAWNPOINT.test']) {
      expect([host, (await ask({ OWN_HOSTS }, `http://${host}/v1/sessions`)).status]).toEqual([host, 200]);
    }
    for (const host of ['evil.test', 'spawnpoint.test.evil.test', 'x.spawnpoint.test', '127.0.0.2', '[::1]']) {
      const response = await ask({ OWN_HOSTS }, `http://${host}/v1/sessions`);
      expect([host, ...(await failureOf(response))]).toEqual([host, 403, 'FORBIDDEN']);
    }
  });

  it('serves pages of its own origin and no others', async () => {
    const own = 'http://spawnpoint.test:81';
    expect((await ask({}, `${own}/v1/sessions`, own)).status).toBe(200);
    const others = ['http://spawnpoint.test', 'https://spawnpoint.test:81', `${own}/`, 'null', 'http://evil.test', ''];
    for (const origin of others) {
      const response = await ask({}, `${own}/v1/sessions`, origin);
      expect([origin, ...(await failureOf(response))]).toEqual([origin, 403, 'FORBIDDEN']);
    }
  });

  it('says so where it has nothing', async () => {
    for (const path of ['/', '/v1', '/v1/nothing', '/v2/sessions', '/v1/sessions/main/nothing', '/v1/sessions/main/']) {
      expect([path, ...(await failureOf(await request('ada', path)))]).toEqual([path, 404, 'NOT_FOUND']);
    }
    expect(await failureOf(await request('ada', '/v1/sessions', { method: 'POST' }))).toEqual([404, 'NOT_FOUND']);
    for (const name of ['a%2Fb', '..%2f', 'x'.repeat(65), 'a%20b', '%00']) {
      const response = await request('ada', `/v1/sessions/${name}/attach`);
      expect([name, ...(await failureOf(response))]).toEqual([name, 400, 'BAD_REQUEST']);
    }
    expect(await failureOf(await request('ada', '/v1/sessions/none', { method: 'DELETE' }))).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });

  it('attaches only what speaks its protocol', async () => {
    const path = '/v1/sessions/main/attach';
    expect(await failureOf(await request('ada', path))).toEqual([426, 'UPGRADE']);
    const upgrading = { headers: { upgrade: 'websocket', 'sec-websocket-protocol': 'spawnpoint.v2' } };
    expect(await failureOf(await request('ada', path, upgrading))).toEqual([426, 'UPGRADE']);
    const several = { headers: { upgrade: 'WebSocket', 'sec-websocket-protocol': `spawnpoint.v2, ${SUBPROTOCOL}` } };
    const response = await request('ada', path, several);
    expect([response.status, response.headers.get('sec-websocket-protocol')]).toEqual([101, SUBPROTOCOL]);
    response.webSocket?.accept();
    response.webSocket?.close();
  });

  it('trusts no identity that a client sends', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    await terminal.run('1');
    const stolen = JSON.stringify({ user: session.user, role: 'owner', session: 'main' });
    const response = await request('mallory', '/v1/sessions/main/attach', {
      headers: { upgrade: 'websocket', 'sec-websocket-protocol': SUBPROTOCOL, 'x-spawnpoint-identity': stolen },
    });
    const mallory = env.SANDBOX.get(env.SANDBOX.idFromName(JSON.stringify(['mallory', 'main'])));
    await runInDurableObject(mallory, (_, { storage }) => {
      expect(storage.sql.exec('SELECT 1 FROM log').toArray()).toEqual([]);
    });
    response.webSocket?.accept();
    response.webSocket?.close();
  });
});

describe('sessions', () => {
  const list = async (user: string) => (await request(user, '/v1/sessions')).json<{ sessions: { name: string }[] }>();

  it('are listed once they were attached, and gone once they are removed', async () => {
    const session = new TestSession();
    const [one, two] = [await session.attach(), await session.attach()];
    await one.run('let kept = 1; require("fs").writeFileSync("a", "b")');
    const { epoch } = await one.server('welcome');
    await session.registered();
    expect((await list(session.user)).sessions).toMatchObject([{ name: 'main', createdAt: expect.any(Number) }]);
    const removed = await request(session.user, '/v1/sessions/main', { method: 'DELETE' });
    expect([removed.status, await removed.text()]).toEqual([204, '']);
    for (const terminal of [one, two]) {
      expect(await terminal.ended()).toEqual({ code: 4404, reason: 'The session was removed.' });
    }
    expect((await list(session.user)).sessions).toEqual([]);
    const fresh = await session.attach({ epoch, from: 3 });
    const welcome = await fresh.server('welcome');
    expect(welcome).toMatchObject({ head: 0, tail: 1 });
    expect(welcome.epoch).not.toBe(epoch);
    expect(await fresh.show('typeof kept + require("fs").readdirSync(".").length')).toBe("'undefined0'");
    await session.registered();
    expect((await list(session.user)).sessions).toHaveLength(1);
    expect((await request(session.user, '/v1/sessions/main', { method: 'DELETE' })).status).toBe(204);
  });

  it('begin with what is brought into them, and with nothing else', async () => {
    const socketHeaders = { upgrade: 'websocket', 'sec-websocket-protocol': SUBPROTOCOL };
    type Asked = readonly [path: string, method?: string, body?: object | string | undefined, role?: string];
    const ask = async ([path, method = 'GET', body, role = 'owner']: Asked) => {
      const headers = {
        authorization: `Bearer ${await token('careful', { role })}`,
        ...(path.startsWith('attach') ? socketHeaders : {}),
      };
      const text = typeof body === 'object' ? JSON.stringify(body) : body;
      const sent = text === undefined ? {} : { body: text };
      const length = text === undefined ? {} : { 'content-length': `${text.length}` };
      return request('careful', `/v1/sessions/typo/${path}`, { method, headers: { ...headers, ...length }, ...sent });
    };
    const looks: Asked[] = [
      ['files/'],
      ['files/a.txt'],
      ['files/a.txt', 'DELETE'],
      ['files/a.txt', 'POST', { op: 'rename', to: 'b' }],
      ['files/a', 'POST', { op: 'mkdir', more: 'x'.repeat(16 * 1024) }],
      ['files/a', 'POST', '{"op": "mkdir"'],
      ['files/a', 'PUT', 'text', 'reader'],
      ['uploads/x', 'PATCH', 'text'],
      ['history'],
      ['history', 'POST', { op: 'checkpoint', name: 'a' }],
      ['network'],
      ['previews'],
      ['previews/1', 'PUT', 'x'],
      ['attach?existing'],
      ['attach', 'GET', undefined, 'reader'],
      ['nothing', 'POST'],
    ];
    for (const look of looks) {
      expect([look, ...(await failureOf(await ask(look)))]).toEqual([look, 404, 'NOT_FOUND']);
    }
    expect((await ask(['files/a.txt', 'HEAD'])).status).toBe(404);
    expect((await list('careful')).sessions).toEqual([]);
    const begins: Asked[] = [
      ['files/a.txt', 'PUT', 'text'],
      ['files/a', 'POST', { op: 'mkdir' }],
      ['uploads?path=a', 'POST'],
      ['network', 'POST', { op: 'allow', hosts: ['example.com'] }],
      ['attach'],
    ];
    for (const begin of begins) {
      const response = await ask(begin);
      expect([begin, response.status < 300]).toEqual([begin, true]);
      response.webSocket?.accept();
      response.webSocket?.close();
      expect((await list('careful')).sessions).toMatchObject([{ name: 'typo' }]);
      expect((await ask(['history', 'GET', undefined, 'reader'])).status).toBe(200);
      expect((await request('careful', '/v1/sessions/typo', { method: 'DELETE' })).status).toBe(204);
    }
  });

  it('take uploads, and drop what nothing came for in a day', async () => {
    const begin = await request('uploader', '/v1/sessions/main/uploads?path=a', { method: 'POST' });
    const location = begin.headers.get('location') ?? '';
    expect(begin.status).toBe(201);
    const sandbox = env.SANDBOX.get(env.SANDBOX.idFromName(JSON.stringify(['uploader', 'main'])));
    await runInDurableObject(sandbox, (_, { storage }) => {
      const [job] = storage.sql.exec<{ due: number }>("SELECT due FROM job WHERE name = 'expireUploads'").toArray();
      expect(job?.due).toBeGreaterThan(Date.now());
      storage.sql.exec('UPDATE upload SET touched_at = 0');
      storage.sql.exec('UPDATE job SET due = 0');
    });
    expect((await request('uploader', location, { method: 'HEAD' })).headers.get('upload-offset')).toBe('0');
    expect(await runDurableObjectAlarm(sandbox)).toBe(true);
    expect(await failureOf(await request('uploader', location))).toEqual([404, 'NOT_FOUND']);
    const path = '/v1/sessions/main/uploads?path=b';
    const last = (await request('uploader', path, { method: 'POST' })).headers.get('location') ?? '';
    expect((await request('uploader', '/v1/sessions/main', { method: 'DELETE' })).status).toBe(204);
    expect(await failureOf(await request('uploader', last))).toEqual([404, 'NOT_FOUND']);
  });

  it('can be removed while an input runs', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    terminal.submit('for (;;) console.log("busy")');
    await session.registered();
    await terminal.server('state', ({ busy }) => busy.length === 1);
    expect((await request(session.user, '/v1/sessions/main', { method: 'DELETE' })).status).toBe(204);
    expect(await terminal.ended()).toMatchObject({ code: 4404 });
    const fresh = await session.attach({ from: 1 });
    expect(await fresh.server('welcome')).toMatchObject({ head: 0 });
    expect(await fresh.show('1')).toBe('1');
  });

  it('of one user are no other user’s', async () => {
    const [ada, bob] = [new TestSession(), new TestSession()];
    const terminal = await ada.attach();
    await terminal.run('let secret = 1');
    await ada.registered();
    expect((await list(bob.user)).sessions).toEqual([]);
    expect((await request(bob.user, '/v1/sessions/main', { method: 'DELETE' })).status).toBe(404);
    expect(await (await bob.attach()).show('typeof secret')).toBe("'undefined'");
  });
});
