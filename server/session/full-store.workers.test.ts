/** What cannot be stored, or not be read by this server: whoever comes is told what it is, and the session is there after. */

import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { request, TestSession, token, upgrade } from '../testing/workers-client.ts';

/** Makes every statement that begins like one of `refused` fail as the platform does when there is no room. */
async function fill({ stub }: TestSession, ...refused: readonly string[]): Promise<void> {
  await runInDurableObject(stub, (_, { storage }) => {
    const { sql } = storage;
    const exec = (text: string, ...bindings: SqlStorageValue[]) => {
      if (refused.some((start) => text.trimStart().startsWith(start)))
        throw new Error('database or disk is full: SQLITE_FULL');
      return sql.exec(text, ...bindings);
    };
    Object.defineProperty(storage, 'sql', { value: { exec }, configurable: true });
  });
}

async function errorOf(response: Response): Promise<unknown> {
  return [response.status, ((await response.json()) as { error: unknown }).error];
}

describe('a session without room', () => {
  it('tells each terminal once, keeps all that was stored, and goes on when there is room', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    const other = await session.attach();
    await terminal.show('let kept = 1; fs.writeFileSync("f", "kept")');
    await fill(session, 'INSERT INTO heap');
    terminal.submit('kept = 2; fs.writeFileSync("f", "lost")');
    for (const { code, reason } of [await terminal.ended(), await other.ended()]) {
      expect(code).toBe(4507);
      expect(reason).toContain('No room is left to store this session.');
    }
    // The session is opened anew a moment after its terminals were told.
    const later = await vi.waitFor(() => session.attach());
    expect(await later.show('[kept, fs.readFileSync("f", "utf8")]')).toBe("[ 1, 'kept' ]");
  });

  it('answers an upload with QUOTA', async () => {
    const session = new TestSession();
    await session.attach();
    await fill(session, 'INSERT INTO revision');
    const response = await request(session.user, '/v1/sessions/main/files/f', { method: 'PUT', body: 'x' });
    expect(await errorOf(response)).toEqual([507, expect.objectContaining({ code: 'QUOTA', retry: false })]);
    expect((await request(session.user, '/v1/sessions/main/files/f')).status).toBe(404);
  });
});

describe('a session of a newer server', () => {
  it('is refused with what to do, by REST and to a terminal, and is left as it is', async () => {
    const session = new TestSession();
    await (await session.attach()).show('1');
    const setSchema = (version: string) =>
      runInDurableObject(session.stub, (_, { storage }) => {
        storage.sql.exec(`UPDATE meta SET value = ? WHERE key = 'schema'`, version);
      });
    await setSchema('99');
    await session.restart();
    const refusal = [
      426,
      { code: 'UPGRADE', message: expect.stringMatching(/newer server \(schema 99.*Upgrade/), retry: false },
    ];
    expect(await errorOf(await request(session.user, '/v1/sessions/main/files'))).toEqual(refusal);
    expect(await errorOf(await upgrade('main', await token(session.user)))).toEqual(refusal);
  });
});
