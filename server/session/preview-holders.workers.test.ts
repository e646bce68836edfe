/** What is served to everyone ends when the terminal that serves it is gone, and nothing else does. */

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { encode } from '@msgpack/msgpack';
import { expect, it } from 'vitest';
import { request, TestSession } from '../testing/workers-client.ts';

const code = new TextEncoder().encode('export default { fetch: () => new Response("hello") };');

async function serve(session: TestSession, entry: string, isPublic: boolean, client: string | null): Promise<number> {
  const body = encode({ entry, sources: [[entry, code]], place: 'a', isPublic, terminal: 'ada', client });
  const response = await request(session.user, '/v1/sessions/main/previews', { method: 'POST', body });
  expect(response.status).toBe(201);
  return (await response.json<{ program: number }>()).program;
}

async function served(session: TestSession): Promise<number[]> {
  const response = await request(session.user, '/v1/sessions/main/previews');
  const { previews } = await response.json<{ previews: { program: number }[] }>();
  return previews.map(({ program }) => program).sort();
}

/** The alarm fires. Returns whether there is to be another look. */
async function look(session: TestSession): Promise<boolean> {
  await runInDurableObject(session.stub, (_, { storage }) => {
    storage.sql.exec("UPDATE job SET due = 0 WHERE name = 'endForsaken'");
  });
  await runDurableObjectAlarm(session.stub);
  return runInDurableObject(session.stub, (_, { storage }) => {
    return storage.sql.exec("SELECT 1 FROM job WHERE name = 'endForsaken'").toArray().length > 0;
  });
}

it('is looked for until it is served no more', async () => {
  const session = new TestSession();
  const holder = await session.attach({}, { client: 'c-holder-0123456789' });
  const held = await serve(session, 'held.js', true, 'c-holder-0123456789');
  const others = [
    await serve(session, 'private.js', false, 'c-nobody-0123456789'),
    await serve(session, 'public.js', true, null),
  ];
  expect(await look(session)).toBe(true);
  holder.hangUp();
  expect(await look(session)).toBe(true);
  // It comes back in time.
  const again = await session.attach({}, { client: 'c-holder-0123456789' });
  expect(await look(session)).toBe(true);
  again.hangUp();
  await session.restart();
  expect(await look(session)).toBe(true);
  expect(await served(session)).toEqual([held, ...others]);
  expect(await look(session)).toBe(false);
  expect(await served(session)).toEqual(others);
});
