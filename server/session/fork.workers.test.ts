/** Forks in workerd: everything of a revision goes along, and each session lives on by itself. */

import { describe, expect, it } from 'vitest';
import { request, TestSession } from '../testing/workers-client.ts';

const LARGE = 9 * 1024 * 1024;

async function fork(source: TestSession, body: object): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body) };
  return request(source.user, `/v1/sessions/${source.name}/fork`, init);
}

async function code(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code: string } }).error.code;
}

async function digest(bytes: BufferSource): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join();
}

describe('a fork', () => {
  it('has heap, files, large files and kv, and neither session sees the other afterwards', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    await terminal.show('function* count() { yield 1; yield 2; yield 3 } const it = count(); it.next().value');
    await terminal.show('fs.mkdirSync("d"); fs.writeFileSync("d/x.txt", "hello"); await kv.set("k", { n: 1 })');
    const bytes = new Uint8Array(LARGE).map((_, index) => index % 251);
    await request(session.user, '/v1/sessions/main/files/large.bin', { method: 'PUT', body: bytes });
    expect((await fork(session, { to: 'copy' })).status).toBe(200);

    const copy = new TestSession('copy', session.user);
    const other = await copy.attach();
    expect(await other.show('it.next().value')).toBe('2');
    expect(await other.show('fs.writeFileSync("d/x.txt", "changed"); (await kv.get("k")).n')).toBe('1');
    expect(await terminal.show('it.next().value + fs.readFileSync("d/x.txt", "utf8")')).toBe("'2hello'");
    const large = await request(session.user, '/v1/sessions/copy/files/large.bin');
    expect(await digest(await large.arrayBuffer())).toBe(await digest(bytes));
    await request(session.user, '/v1/sessions/main/files/large.bin', { method: 'DELETE' });
    expect((await request(session.user, '/v1/sessions/copy/files/large.bin', { method: 'HEAD' })).status).toBe(200);
  });

  it('can be of an older revision, and is there after a restart', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    await terminal.show('let a = 1; a');
    await terminal.show('a = 2');
    expect((await fork(session, { to: 'old', at: 1 })).status).toBe(200);
    await session.restart();
    const old = await new TestSession('old', session.user).attach();
    expect(await old.show('a')).toBe('1');
  });

  it('knows the inputs that made its variables, under their numbers, as does a fork of it', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    for (const code of ['let a = 1', 'a += 1', 'a += 10']) await terminal.run(code);
    expect((await fork(session, { to: 'copy', at: 2 })).status).toBe(200);
    const copy = new TestSession('copy', session.user);
    expect(await (await copy.attach()).run('a *= 2')).toMatchObject({ input: 3 });
    expect((await fork(copy, { to: 'again' })).status).toBe(200);
    const body = JSON.stringify({ op: 'replay' });
    const replayed = await request(session.user, '/v1/sessions/again/history', { method: 'POST', body });
    expect(await replayed.json()).toEqual({ ran: 3, stoppedAt: null, left: 0, isWhole: true });
    const again = await new TestSession('again', session.user).attach({ from: 1 });
    expect(await again.show('a')).toBe('4');
    const codes = again.events().flatMap(({ name, body }) => (name === 'input' ? [body.code] : []));
    expect(codes).toEqual(['let a = 1', 'a += 1', 'a *= 2', 'a']);
  });

  it('of an empty session is an empty session', async () => {
    const session = new TestSession();
    await session.attach();
    await session.registered();
    expect((await fork(session, { to: 'empty' })).status).toBe(200);
    const terminal = await new TestSession('empty', session.user).attach();
    expect(await terminal.show('1 + 1')).toBe('2');
  });

  it('is refused over a session that exists, of one that does not, of a revision that is gone, by a reader', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    await terminal.show('1');
    await session.registered();
    expect(await code(await fork(session, { to: 'main' }))).toBe('CONFLICT');
    expect(await code(await fork(new TestSession('nowhere', session.user), { to: 'x' }))).toBe('NOT_FOUND');
    expect(await code(await fork(session, { to: 'x', at: 99 }))).toBe('NOT_FOUND');
    expect(await code(await fork(session, { to: '..' }))).toBe('BAD_REQUEST');
    expect(await code(await fork(session, { to: 'x', at: -1 }))).toBe('BAD_REQUEST');
    expect(await code(await fork(session, {}))).toBe('BAD_REQUEST');
  });
});
