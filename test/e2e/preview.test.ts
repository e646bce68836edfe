/** Previews: served on hosts of their own, to those who may see them, and what is left when parts of the server die. */

import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browse, converse } from '../support/browse.ts';
import type { CliProcess } from '../support/cli-process.ts';
import { Machine } from '../support/machine.ts';

const APP = `
import { DurableObject } from 'cloudflare:workers';
import { greeting } from './greeting.ts';
export const app: number = 1;
export class Counter extends DurableObject {
  hit(): number {
    this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS hit (at INTEGER)');
    this.ctx.storage.sql.exec('INSERT INTO hit VALUES (1)');
    return this.ctx.storage.sql.exec('SELECT count(*) AS n FROM hit').one().n as number;
  }
}
const routes: Record<string, (request: Request, env: { Counter: { getByName(name: string): Counter } }) => Response | Promise<Response>> = {
  '/': () => new Response(greeting, { headers: { 'cache-control': 'max-age=60', 'referrer-policy': 'unsafe-url' } }),
  '/seen': (request, env) => Response.json({ headers: [...request.headers], url: request.url, env: Object.keys(env) }),
  '/echo': (request) => new Response(request.body),
  '/hit': async (_, env) => new Response(String(await env.Counter.getByName('a').hit())),
  '/cookies': () => new Response(null, {
    headers: [['set-cookie', 'a=1; Domain=localhost; Path=/'], ['set-cookie', 'spawnpoint-preview=forged']],
  }),
  '/print': () => { console.log('printed by', { request: 1 }); return new Response('printed'); },
  '/throw': (request: Request, env: object) => { throw new Error('a fault of the app'); },
  '/spin': () => { for (;;); },
  '/stream': () => {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    void (async () => {
      for (const part of ['one ', 'two ', 'three']) await writer.write(new TextEncoder().encode(part));
      await writer.close();
    })();
    return new Response(readable);
  },
  '/socket': () => {
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    server.addEventListener('message', ({ data }) => server.send('heard ' + data));
    return new Response(null, { status: 101, webSocket: client });
  },
};
export default {
  fetch(request: Request, env: object) {
    return (routes[new URL(request.url).pathname] ?? (() => new Response('nothing here', { status: 404 })))(request, env);
  },
};
`;
/** What is not seen by then does not come. */
const PATIENCE_MILLISECONDS = 45_000;
/** Counted from 1. */
const lineOf = (text: string) => APP.split('\n').findIndex((line) => line.includes(text)) + 1;
const greeting = (text: string) => `export const greeting = ${JSON.stringify(text)};\n`;

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
  await machine.file('app.ts', APP);
  await machine.file('greeting.ts', greeting('hello'));
});
afterAll(() => machine.dispose());

/** Starts `serve` and resolves with it and the first line that it prints. */
async function serve(...args: string[]): Promise<{ cli: CliProcess; line: string }> {
  const cli = machine.start(['serve', ...args]);
  await cli.until(({ stdout }) => stdout.includes('\n'));
  return { cli, line: cli.stdout.slice(0, cli.stdout.indexOf('\n')) };
}

async function stop(cli: CliProcess): Promise<void> {
  cli.kill('SIGINT');
  expect((await cli.ended).status).toBe(130);
}

/** The address of a link, and the cookie that it is exchanged for. */
async function enter(link: string): Promise<{ origin: string; cookie: string }> {
  const { status, headers } = await browse(link);
  expect(status).toBe(303);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  return { origin: new URL(link).origin, cookie: cookie.split(';')[0] ?? '' };
}

describe('a private preview', () => {
  let cli: CliProcess;
  let link: string;
  let origin: string;
  let headers: { cookie: string };
  const get = (path: string) => browse(`${origin}${path}`, { headers });

  beforeAll(async () => {
    ({ cli, line: link } = await serve('app.ts'));
  });
  afterAll(() => stop(cli));

  it('turns away who has no link', async () => {
    const { status, body } = await browse(new URL(link).origin);
    expect([status, body]).toEqual([403, expect.stringContaining('This preview is private')]);
  });

  it('takes a link once, for a cookie of this host alone, and removes it from the address', async () => {
    const response = await browse(`${link}&kept=1`);
    expect(response.status).toBe(303);
    expect(response.headers.location).toBe(`${new URL(link).origin}/?kept=1`);
    expect(response.headers['referrer-policy']).toBe('no-referrer');
    const [cookie = ''] = response.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
    expect((await browse(link)).status).toBe(403);
    origin = new URL(link).origin;
    headers = { cookie: cookie.split(';')[0] ?? '' };
    expect((await get('/')).body).toBe('hello');
  });

  it('takes no cookie that is forged, cut, or of another preview', async () => {
    const other = await serve('--json', 'greeting.html').catch(() => null);
    expect(other).toBeNull();
    for (const cookie of [
      'spawnpoint-preview=',
      headers.cookie.slice(0, -1),
      headers.cookie.replace(/=\d/, '=9'),
      `x${headers.cookie}`,
    ]) {
      expect([cookie, (await browse(origin, { headers: { cookie } })).status]).toEqual([cookie, 403]);
    }
  });

  it('refuses what pages of other hosts ask for, even with the cookie', async () => {
    const foreign = [
      { origin: 'http://evil.localhost:1' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
    ];
    for (const more of foreign) expect((await browse(origin, { headers: { ...headers, ...more } })).status).toBe(403);
    await expect(
      converse(`${origin}/socket`, 'hi', { ...headers, origin: 'http://evil.localhost:1' }),
    ).rejects.toThrow();
    const followed = { ...headers, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await browse(origin, { headers: followed })).status).toBe(200);
  });

  it('shows its code nothing of ours, and keeps its cookies on its host', async () => {
    const seen = await browse(`${origin}/seen?a=1`, {
      headers: { cookie: `mine=1; ${headers.cookie}`, 'x-spawnpoint-object': 'Counter/x', authorization: 'Basic eDp5' },
    });
    const { headers: given, url, env } = JSON.parse(seen.body);
    const names = given.map(([name]: [string]) => name);
    expect(names).not.toContain('x-spawnpoint-object');
    expect(Object.fromEntries(given)).toMatchObject({ cookie: 'mine=1', authorization: 'Basic eDp5' });
    expect([url, env]).toEqual([`${origin}/seen?a=1`, ['Counter']]);
    expect((await get('/cookies')).headers['set-cookie']).toEqual(['a=1; Path=/']);
  });

  it('passes bodies, streams, sockets and headers', async () => {
    const body = 'x'.repeat(300_000);
    expect((await browse(`${origin}/echo`, { method: 'POST', headers, body })).body).toBe(body);
    expect((await get('/stream')).body).toBe('one two three');
    expect(await converse(`${origin}/socket`, 'me', headers)).toBe('heard me');
    expect((await get('/')).headers).toMatchObject({ 'cache-control': 'max-age=60', 'referrer-policy': 'no-referrer' });
    expect((await get('/nowhere')).status).toBe(404);
  });

  it('prints to the log of its session, errors with the lines of the source', async () => {
    const attached = machine.start(['attach', '--json']);
    await get('/print');
    expect(await get('/throw')).toMatchObject({ status: 500, body: expect.not.stringContaining('fault') });
    await cli.until(
      ({ stdout, stderr }) =>
        stdout.includes('printed by { request: 1 }\n') && stderr.includes('    at Object.fetch (app.ts:'),
    );
    const lines = cli.stderr.split('\n');
    const thrown = lines.indexOf('Uncaught Error: a fault of the app');
    const column = APP.split('\n')[lineOf('a fault of the app') - 1]?.indexOf('new Error') ?? Number.NaN;
    expect(lines.slice(thrown + 1)).toEqual([
      `    at /throw (app.ts:${lineOf('a fault of the app')}:${column + 1})`,
      expect.stringMatching(/^ {4}at Object\.fetch \(app\.ts:\d+:\d+\)$/),
      '',
    ]);
    attached.kill('SIGTERM');
    await attached.ended;
  });

  it('reloads when a file is saved, keeps what objects stored, and serves on after a mistake', async () => {
    expect((await get('/hit')).body).toBe('1');
    await writeFile(join(machine.directory, 'greeting.ts'), 'export const greeting = \n');
    await cli.until(({ stderr }) => stderr.includes('greeting.ts:') && stderr.includes('Not reloaded'));
    expect((await get('/')).body).toBe('hello');
    await writeFile(join(machine.directory, 'greeting.ts'), greeting('reloaded'));
    await expect.poll(async () => (await get('/')).body, { timeout: PATIENCE_MILLISECONDS }).toBe('reloaded');
    expect((await get('/hit')).body).toBe('2');
  });

  it('outlives its runner, the server and a crash', async () => {
    const state = () => JSON.parse(readFileSync(join(machine.home, 'daemon.json'), 'utf8'));
    const runner = state().workers.find(({ role }: { role: string }) => role === 'runner');
    process.kill(runner.pid, 'SIGKILL');
    await expect
      .poll(
        () =>
          get('/').then(
            ({ body }) => body,
            () => '',
          ),
        { timeout: PATIENCE_MILLISECONDS },
      )
      .toBe('reloaded');
    process.kill(state().pid, 'SIGKILL');
    // The next command starts the server again.
    const [row] = JSON.parse((await machine.run(['ps', '--json'])).stdout);
    expect((await get('/hit')).body).toBe('3');
    expect(row).toMatchObject({ command: 'app.ts', link: expect.stringContaining(origin) });
    expect((await enter(row.link)).cookie).not.toBe(headers.cookie);
  });
});

describe('a public preview', () => {
  it('of a page is its files, with types and versions', async () => {
    await mkdir(join(machine.directory, 'site/css'), { recursive: true });
    await machine.file('site/index.html', '<h1>page</h1>');
    await machine.file('site/css/a b.css', 'b{}');
    await machine.file('site/.secret', 'x');
    const { cli, line } = await serve('--public', 'site');
    const page = await browse(line);
    expect(page).toMatchObject({ status: 200, body: '<h1>page</h1>' });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const etag = page.headers.etag ?? '';
    expect((await browse(line, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect(await browse(`${line}css/a%20b.css`)).toMatchObject({ status: 200, body: 'b{}' });
    expect((await browse(`${line}.secret`)).status).toBe(404);
    expect((await browse(line, { method: 'POST' })).status).toBe(405);
    await stop(cli);
    expect((await browse(line)).status).toBe(404);
  });

  it('of a page of the session streams large files from there, ranges too', async () => {
    const large = Buffer.alloc(9_000_000, 'a').fill('z', 8_999_990);
    await machine.file('large.mp4', large);
    await machine.run(['files', 'put', '-s', 'page', 'large.mp4', 'web/v.mp4']);
    await machine.run(['files', 'put', '-s', 'page', '-', 'web/index.html'], { stdin: '0123456789' });
    const { cli, line } = await serve('--public', '-s', 'page', 'web');
    const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
      browse(`${line}${path}`, { headers, method });
    const video = await ask('v.mp4', {});
    expect([video.status, video.body === large.toString(), video.headers['content-type']]).toEqual([
      200,
      true,
      'video/mp4',
    ]);
    const etag = video.headers.etag ?? '';
    const range = (bytes: string) => ({ 'content-range': `bytes ${bytes}`, 'accept-ranges': 'bytes' });
    expect(await ask('v.mp4', { range: 'bytes=8999989-8999991', 'if-range': etag })).toMatchObject({
      ...{ status: 206, body: 'azz', headers: range('8999989-8999991/9000000') },
    });
    expect(await ask('v.mp4', { range: 'bytes=1-2', 'if-range': '"other"' })).toMatchObject({ status: 200 });
    expect(await ask('', { range: 'bytes=-3' })).toMatchObject({ status: 206, body: '789', headers: range('7-9/10') });
    expect(await ask('', { range: 'bytes=10-' })).toMatchObject({ status: 416 });
    expect(await ask('v.mp4', {}, 'HEAD')).toMatchObject({ body: '', headers: { 'content-length': '9000000' } });
    await stop(cli);
    const { url } = JSON.parse(readFileSync(join(machine.home, 'daemon.json'), 'utf8'));
    for (const object of ['0'.repeat(64), 'x']) {
      const path = `/v1/previews/${object}/${new URL(line).hostname.split('.')[0]}/files/web/v.mp4`;
      expect((await fetch(new URL(path, url), { headers: { authorization: 'Preview 1.a.b' } })).status).toBe(404);
    }
  });

  it('keeps its address from one serve to the next, which takes its place, and is ended by kill', async () => {
    const first = await serve('--public', '-s', 'again', 'app.ts');
    const count = await browse(`${first.line}hit`);
    first.cli.kill('SIGHUP');
    expect((await first.cli.ended).status).toBe(129);
    expect((await browse(first.line)).status).toBe(404);
    const second = await serve('--public', '-s', 'again', 'app.ts');
    expect(second.line).toBe(first.line);
    expect(Number((await browse(`${second.line}hit`)).body)).toBe(Number(count.body) + 1);
    const third = await serve('--public', '-s', 'again', 'app.ts');
    expect(third.line).toBe(first.line);
    expect(await second.cli.ended).toMatchObject({ status: 143, stderr: expect.stringContaining('was killed') });
    expect((await machine.run(['kill', '-s', 'again', '3'])).status).toBe(0);
    expect(await third.cli.ended).toMatchObject({ status: 143, stderr: expect.stringContaining('was killed') });
  });

  it('of session files follows their changes', async () => {
    const put = (path: string, text: string) => machine.run(['files', 'put', '-s', 'own', '-', path], { stdin: text });
    await put('lib/text.ts', greeting('first'));
    await put(
      'web/main.ts',
      "import { greeting } from '../lib/text.ts'; export default { fetch: () => new Response(greeting) }",
    );
    const { cli, line } = await serve('--public', '-s', 'own', 'web/main.ts');
    expect((await browse(line)).body).toBe('first');
    await put('lib/text.ts', greeting('second'));
    await expect.poll(async () => (await browse(line)).body, { timeout: PATIENCE_MILLISECONDS }).toBe('second');
    await stop(cli);
  });

  it('reads the files of the session as they are now, and what it writes comes into them', async () => {
    const session = ['-s', 'files'];
    const put = (text: string) => machine.run(['files', 'put', ...session, '-', 'data.txt'], { stdin: text });
    const cat = async (path: string) => (await machine.run(['files', 'cat', ...session, path])).stdout;
    await put('first');
    await machine.file(
      'writer.ts',
      `import fs, { readFileSync } from 'node:fs';
      import { resolve } from 'node:path';
      const atStart = readFileSync('data.txt', 'utf8');
      const stream = fs.createWriteStream('stream.txt');
      const routes: Record<string, (text: string) => unknown> = {
        '/read': async () => [atStart, readFileSync('/home/user/data.txt', 'utf8'), await fs.promises.readFile(resolve('data.txt'), 'utf8')],
        '/write': async (text) => {
          fs.mkdirSync('a/b', { recursive: true });
          await fs.promises.writeFile('a/b/new.txt', text);
          fs.renameSync('data.txt', 'moved.txt');
          await new Promise((done) => fs.appendFile('moved.txt', text, done));
          await new Promise((done) => stream.write(text, done));
          fs.writeFileSync('/tmp/own.txt', text);
        },
        '/remove': () => { fs.symlinkSync('/home/user', '/tmp/home'); fs.rmSync('/tmp/home/a', { recursive: true }); },
        '/much': (text) => { fs.writeFileSync('much.txt', text.repeat(9_000_000)); },
        '/list': () => [fs.readdirSync('.').sort().join(), fs.existsSync('/tmp/own.txt')],
        '/count': () => { const n = Number(fs.existsSync('n') ? readFileSync('n', 'utf8') : 0) + 1; fs.writeFileSync('n', String(n)); return n; },
      };
      export default { fetch: async (request: Request) => Response.json(await routes[new URL(request.url).pathname]?.(await request.text()) ?? null) };`,
    );
    const { cli, line } = await serve('--public', ...session, 'writer.ts');
    const ask = (path: string, body = '') => browse(`${line}${path}`, { method: 'POST', body });
    const list = async () => JSON.parse((await ask('list')).body);
    const read = async () => JSON.parse((await ask('read')).body);
    expect(await read()).toEqual(['first', 'first', 'first']);
    await put('second');
    await expect.poll(read, { timeout: PATIENCE_MILLISECONDS }).toEqual(['first', 'second', 'second']);
    expect((await ask('write', '+')).status).toBe(200);
    expect(await list()).toEqual(['a,moved.txt,stream.txt', true]);
    const written = async () => [await cat('a/b/new.txt'), await cat('moved.txt'), await cat('stream.txt')];
    await expect.poll(written, { timeout: PATIENCE_MILLISECONDS }).toEqual(['+', 'second+', '+']);
    expect((await ask('remove')).status).toBe(200);
    await expect.poll(() => cat('a/b/new.txt'), { timeout: PATIENCE_MILLISECONDS }).toBe('');
    // What is written in a row is one revision, and no step.
    const counts = await Promise.all(Array.from({ length: 20 }, () => ask('count')));
    expect(counts.map(({ body }) => Number(body)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    await expect.poll(() => cat('n'), { timeout: PATIENCE_MILLISECONDS }).toBe('20');
    const { entries } = JSON.parse((await machine.run(['history', ...session, '--json'])).stdout);
    expect(entries.map(({ cause }: { cause: string }) => cause)).toEqual([
      'background',
      'files',
      'background',
      'files',
    ]);
    expect((await ask('much', 'x')).status).toBe(500);
    await cli.until(({ stderr }) => stderr.includes('could not be kept. "much.txt" is larger than 8 MiB'));
    await machine.run(['undo', ...session]);
    await expect.poll(list, { timeout: PATIENCE_MILLISECONDS }).toEqual(['data.txt,much.txt,stream.txt', true]);
    expect((await machine.run(['files', 'ls', ...session])).stdout).toBe('data.txt\nstream.txt\n');
    expect(await read()).toEqual(['first', 'first', 'first']);
    await stop(cli);
  });

  it('that never yields is stopped, and serves the next request', async () => {
    const { cli, line } = await serve('--public', '-s', 'spin', 'app.ts');
    const lost = { status: 502, body: expect.stringContaining('The process that serves previews was ended') };
    expect(await Promise.all([browse(`${line}spin`), browse(`${line}spin`)])).toMatchObject([lost, lost]);
    await expect
      .poll(
        () =>
          browse(line).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: PATIENCE_MILLISECONDS },
      )
      .toBe(200);
    await stop(cli);
  });
});

describe('what cannot be served', () => {
  it.each([
    ['export const a = 1', 'it has no fetch handler'],
    ['export default { fetch( }', 'SyntaxError'],
    ['missing(); export default { fetch() {} }', 'missing is not defined'],
    ["import './nowhere.ts'; export default { fetch() {} }", "Cannot find module './nowhere.ts'"],
  ])('%s', async (code, reason) => {
    await machine.file('bad.ts', code);
    const { status, stderr, stdout } = await machine.run(['serve', '-s', 'bad', 'bad.ts']);
    expect([status, stdout, stderr]).toEqual([1, '', expect.stringContaining(reason)]);
    expect((await machine.run(['ps', '-s', 'bad'])).stdout).toBe('');
  });

  it('a file that is nowhere', async () => {
    const { status, stderr } = await machine.run(['serve', 'nowhere.ts']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('There is no file nowhere.ts')]);
  });
});
