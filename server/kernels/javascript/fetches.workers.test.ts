/** The guest's network, from the host's side: what is requested, and how answers and failures come back. */

import { describe, expect, it } from 'vitest';
import { MAX_FETCHES } from './fetches.ts';
import { TestSession } from './testing/test-session.ts';

describe('fetch', () => {
  it('sends what was asked for and hands in the answer', async () => {
    const session = await TestSession.open();
    session.onFetch = async (request) =>
      Response.json(
        { method: request.method, url: request.url, header: request.headers.get('x-a'), body: await request.text() },
        { status: 201, headers: { 'x-b': 'c' } },
      );
    const code =
      'const r = await fetch("https://x.test/p?q", { method: "POST", headers: { "x-a": "1" }, body: "text" });';
    expect(await session.show(`${code} [r.status, r.ok, r.headers.get("x-b")]`)).toBe("[ 201, true, 'c' ]");
    expect(await session.show('const j = await r.json(); [j.method, j.url, j.header, j.body].join()')).toBe(
      "'POST,https://x.test/p?q,1,text'",
    );
  });

  it('streams a body without holding it all', async () => {
    const session = await TestSession.open();
    let sent = 0;
    session.onFetch = async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 1;
            if (sent > 20) controller.close();
            else controller.enqueue(new Uint8Array(100_000));
          },
        }),
      );
    expect(
      await session.show(
        'let size = 0; for await (const part of (await fetch("https://x.test")).body) size += part.length; size',
      ),
    ).toBe('2000000');
  });

  it('fails as fetch does, with the reason', async () => {
    const session = await TestSession.open();
    session.onFetch = async () => {
      throw new Error('this host is not allowed');
    };
    const shown = await session.show(
      'try { await fetch("https://x.test") } catch (e) { e.name + ": " + (e.cause?.message ?? e.message) }',
    );
    expect(shown).toMatch(/^'TypeError: .*this host is not allowed/);
  });

  it('can be aborted, and the host is told', async () => {
    const session = await TestSession.open();
    let aborted = false;
    session.onFetch = (request) =>
      new Promise((_resolve, reject) => {
        request.signal.addEventListener('abort', () => {
          aborted = true;
          reject(request.signal.reason);
        });
      });
    const shown = await session.show(
      'const c = new AbortController(); setTimeout(() => c.abort(), 5); try { await fetch("https://x.test", { signal: c.signal }) } catch (e) { e.name }',
    );
    expect([shown, aborted]).toEqual(["'AbortError'", true]);
  });

  it('goes on in the background and belongs to the input that asked', async () => {
    const session = await TestSession.open();
    let answer: (response: Response) => void = () => {};
    session.onFetch = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await session.evaluate('1');
    await session.evaluate('fetch("https://x.test").then((r) => console.log("status", r.status)); 0');
    expect(session.kernel.nextBackgroundAt()).toBeNull();
    const due = session.backgroundDue();
    answer(new Response('late'));
    await due;
    expect(session.kernel.nextBackgroundAt()).not.toBeNull();
    expect(await session.runBackground()).toEqual({ status: 'ok', ran: 1 });
    expect(session.output).toEqual([{ stream: 'stdout', text: 'status 200\n', input: 2 }]);
  });

  it('is refused beyond so many at once', async () => {
    const session = await TestSession.open();
    let asked = 0;
    session.onFetch = () => {
      asked += 1;
      return new Promise(() => {});
    };
    await session.evaluate(
      `const all = []; for (let i = 0; i < ${MAX_FETCHES}; i++) all.push(fetch("https://x.test/" + i))`,
    );
    expect(asked).toBe(MAX_FETCHES);
    expect(
      await session.show('await fetch("https://x.test/more").catch((e) => e.cause?.message ?? e.message)'),
    ).toContain(`${MAX_FETCHES} requests`);
    expect(asked).toBe(MAX_FETCHES);
  });

  it('refuses what is no request', async () => {
    const session = await TestSession.open();
    for (const wrong of [
      '"no url"',
      '"https://x.test", { method: "TRACE" }',
      '"https://x.test", { headers: { "a b": "c" } }',
    ]) {
      expect(await session.show(`await fetch(${wrong})`), wrong).toMatch(/^Uncaught TypeError/);
    }
  });
});
