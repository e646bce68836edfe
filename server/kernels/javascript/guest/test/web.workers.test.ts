/** The Web APIs and Node's modules that a session has. */

import { describe, expect, it } from 'vitest';
import { TestSession } from '../../testing/test-session.ts';

const ROWS: readonly (readonly [code: string, shown: string])[] = [
  // URL
  [`const url = new URL('http://a/b?c=1'); url.searchParams.append('d', '2'); url.href`, `'http://a/b?c=1&d=2'`],
  [
    `const url = new URL('http://a/?x=1'); url.searchParams; url.search = '?y=2'; [...url.searchParams]`,
    `[ [ 'y', '2' ] ]`,
  ],
  [`URL.parse('nonsense')`, 'null'],
  // Events and signals
  [
    `const target = new EventTarget(); target.addEventListener('x', (e) => console.log(e.type, e.detail), { once: true }); target.dispatchEvent(new CustomEvent('x', { detail: 5 })); target.dispatchEvent(new Event('x'))`,
    'x 5\ntrue',
  ],
  [`new AbortController().signal.aborted`, 'false'],
  [
    `const c = new AbortController(); const any = AbortSignal.any([c.signal]); c.abort('why'); [any.aborted, any.reason]`,
    `[ true, 'why' ]`,
  ],
  [`AbortSignal.abort().reason.name`, `'AbortError'`],
  [
    `await new Promise((done) => { const s = AbortSignal.timeout(5); s.onabort = () => done(s.reason.name) })`,
    `'TimeoutError'`,
  ],
  // Bodies
  [`await new Response('{"a":1}').json()`, '{ a: 1 }'],
  [`await new Response(new Blob(['hi'])).text()`, `'hi'`],
  [
    `const r = new Response('x'); await r.text(); await r.text().catch((e) => e.message)`,
    `'Body is unusable: Body has already been read'`,
  ],
  [`const r = new Response('x'); const c = r.clone(); [await r.text(), await c.text()]`, `[ 'x', 'x' ]`],
  [`Response.json({ a: 1 }).headers.get('content-type')`, `'application/json'`],
  [
    `const f = new FormData(); f.append('a', 'é'); f.append('b', new Blob(['x'], { type: 'text/x' }), 'n.txt'); const back = await new Response(f).formData(); [back.get('a'), await back.get('b').text(), back.get('b').name, back.get('b').type]`,
    `[ 'é', 'x', 'n.txt', 'text/x' ]`,
  ],
  [`Object.fromEntries(await new Response(new URLSearchParams('a=1&b=2')).formData())`, `{ a: '1', b: '2' }`],
  [`new Request('http://a/', { method: 'post', body: 'x' }).method`, `'POST'`],
  [
    `try { new Request('http://a/', { body: 'x' }) } catch (e) { e.message }`,
    `'Request with GET/HEAD method cannot have body.'`,
  ],
  [`await new Blob(['abcdef']).slice(1, -2).text()`, `'bcd'`],
  // Streams
  [
    `await new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('hé')); c.close() } }).pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream())).text()`,
    `'hé'`,
  ],
  [
    `const out = []; for await (const n of new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.close() } })) out.push(n); out`,
    '[ 1, 2 ]',
  ],
  // The rest
  [`crypto.getRandomValues(new Uint8Array(4)).length + crypto.randomUUID().length`, '40'],
  [
    `structuredClone({ a: [new Date(0)], m: new Map([[1, 2]]) })`,
    '{ a: [ 1970-01-01T00:00:00.000Z ], m: Map(1) { 1 => 2 } }',
  ],
  [`atob(btoa('x'))`, `'x'`],
  [`performance.now() >= 0 && performance.timeOrigin > 1e12`, 'true'],
  [`Math.random() !== Math.random() && Math.random() < 1`, 'true'],
  [
    `[navigator.userAgent, process.cwd(), process.platform, typeof process.hrtime.bigint(), global === globalThis]`,
    `[ 'spawnpoint-cf', '/home/user', 'linux', 'bigint', true ]`,
  ],
  [`process.exit()`, 'Uncaught Error: A session does not exit. Type .exit to leave it: everything stays as it is.'],
  [`require('node:path').join('a', '..', 'b') + path.extname('x.ts')`, `'b.ts'`],
  [`require('util').format('%s', [1])`, `'[ 1 ]'`],
  [
    `const { EventEmitter } = require('events'); const e = new EventEmitter(); e.once('x', console.log); e.emit('x', 1)`,
    '1\ntrue',
  ],
  [`await require('util').promisify((a, done) => done(null, a + 1))(1)`, '2'],
  [`require('left-pad')`, `Uncaught Error: Cannot find module 'left-pad'. Of node's modules there are assert`],
];

describe('web APIs', () => {
  it.each(ROWS)('%s', async (code, shown) => {
    const session = await TestSession.open();
    const text = await session.show(code, { language: 'js' });
    if (shown.startsWith('Uncaught')) expect(text.startsWith(shown)).toBe(true);
    else expect(text).toBe(shown);
  });

  it('reports what a listener throws, and goes on', async () => {
    const session = await TestSession.open();
    const code = `const t = new EventTarget(); t.addEventListener('x', () => { throw new Error('oops') }); t.dispatchEvent(new Event('x'))`;
    expect(await session.show(code)).toMatch(/^Uncaught Error: oops\n[\s\S]*true$/);
    expect(session.output[0]?.stream).toBe('stderr');
  });
});

describe('fetch', () => {
  it('sends and receives', async () => {
    const session = await TestSession.open();
    session.onFetch = async (request) =>
      Response.json({ method: request.method, body: await request.text(), header: request.headers.get('x-a') });
    const code = `const r = await fetch('http://host/', { method: 'POST', body: 'b', headers: { 'X-A': '1' } }); [r.status, await r.json()]`;
    expect(await session.show(code)).toBe(`[ 200, { method: 'POST', body: 'b', header: '1' } ]`);
  });

  it('rejects with the cause', async () => {
    const session = await TestSession.open();
    session.onFetch = async () => {
      throw new TypeError('refused');
    };
    expect(
      await session.show(`await fetch('http://host/').catch((e) => [e.name, e.message, typeof e.cause.message])`),
    ).toBe(`[ 'TypeError', 'fetch failed', 'string' ]`);
  });

  it('streams a large body whole', async () => {
    const session = await TestSession.open();
    session.onFetch = async () => new Response(new Uint8Array(1_000_000).fill(7));
    expect(await session.show(`(await (await fetch('http://host/')).bytes()).reduce((a, b) => a + b, 0)`)).toBe(
      '7000000',
    );
  });

  it('is aborted', async () => {
    const session = await TestSession.open();
    session.onFetch = () => new Promise(() => {});
    const code = `await fetch('http://host/', { signal: AbortSignal.timeout(10) }).catch((e) => e.name)`;
    expect(await session.show(code)).toBe(`'TimeoutError'`);
  });

  it('that is under way at a restart is rejected with advice', async () => {
    const session = await TestSession.open();
    session.onFetch = () => new Promise(() => {});
    await session.evaluate(`var told; fetch('http://host/').catch((e) => { told = e.message }); 0`);
    session.store();
    await session.restart();
    await session.runBackground();
    expect(await session.show('told')).toContain('the session moved to another process. Run it again.');
  });
});
