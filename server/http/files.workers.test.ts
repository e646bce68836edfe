/** The REST surface of files on real storage and a real bucket. */

import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { toHex } from '../files/large-files.ts';
import { maxSqliteFileBytes } from '../files/limits.ts';
import { countNewObjects } from '../testing/bucket.ts';
import { withHost } from './files-host.test-support.ts';

/** The bucket, or one of its uploads, where every call fails whose name is in `broken`. */
function fragile<Target extends object>(target: Target, broken: ReadonlySet<string>): Target {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...values: unknown[]) => {
        if (broken.has(String(name))) throw new Error('We encountered an internal error. Please try again. (10001)');
        const answer: unknown = await Reflect.apply(member, target, values);
        return name === 'createMultipartUpload' ? fragile(answer as R2MultipartUpload, broken) : answer;
      };
    },
  });
}

const sha256 = async (bytes: Uint8Array) => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
const expectError = async (response: Response, status: number, code: string) => {
  expect([response.status, await response.json()]).toEqual([
    status,
    { error: { code, message: expect.stringMatching(/\.$/), retry: expect.any(Boolean) } },
  ]);
};

/** Recognisable bytes whose halves differ. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 16)) & 255;
  return bytes;
}

/** A body of unknown length, in odd pieces. */
function streamOf(bytes: Uint8Array, piece = 100_003): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset < bytes.length) controller.enqueue(bytes.slice(offset, offset + piece));
      offset += piece;
      if (offset >= bytes.length) controller.close();
    },
  });
}

describe('small files', () => {
  it(
    'are put with their directories and got back',
    withHost(async (host) => {
      const put = await host.put('a/b%20c/%C3%BC.txt', 'hello');
      const sha = await sha256(new TextEncoder().encode('hello'));
      expect(await put.json()).toEqual({ path: 'a/b c/ü.txt', revision: 1, size: 5, sha256: sha });
      const got = await host.send('GET', 'a/b%20c/%C3%BC.txt');
      expect([got.status, got.headers.get('content-length'), got.headers.get('etag')]).toEqual([200, '5', '"r1"']);
      expect(got.headers.get('content-disposition')).toBe('attachment');
      expect(got.headers.get('x-content-sha256')).toBe(sha);
      expect(await got.text()).toBe('hello');
      const head = await host.send('HEAD', 'a/b%20c/%C3%BC.txt');
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', '']);
    }),
  );

  it(
    'are given in ranges',
    withHost(async (host) => {
      await host.put('a', '0123456789');
      const range = async (header: string) => {
        const response = await host.send('GET', 'a', { headers: { range: header } });
        return [response.status, response.headers.get('content-range'), await response.text()];
      };
      expect(await range('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
      expect(await range('bytes=8-')).toEqual([206, 'bytes 8-9/10', '89']);
      expect(await range('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
      expect(await range('bytes=5-99')).toEqual([206, 'bytes 5-9/10', '56789']);
      expect(await range('bytes=4-2')).toEqual([200, null, '0123456789']);
      expect((await range('bytes=10-')).slice(0, 2)).toEqual([416, 'bytes */10']);
    }),
  );

  it(
    'come up to 8 MiB from a stream into SQLite',
    withHost(async (host) => {
      const bytes = pattern(maxSqliteFileBytes);
      expect((await host.put('a', streamOf(bytes))).status).toBe(200);
      expect(host.store.view('head').files.stat('a')?.storedIn).toBe('sqlite');
      const got = await host.send('GET', 'a');
      expect(await sha256(new Uint8Array(await got.arrayBuffer()))).toBe(await sha256(bytes));
    }),
  );

  it(
    'with another digest than announced change nothing',
    withHost(async (host) => {
      await host.put('a', 'old');
      const blobs = host.blobs();
      await expectError(await host.put('a', 'new', { 'x-content-sha256': '0'.repeat(64) }), 422, 'CHECKSUM');
      await expectError(await host.put('a', 'new', { 'x-content-sha256': 'no' }), 400, 'BAD_REQUEST');
      await expectError(await host.put('a', 'new', { digest: 'sha-256=%%' }), 400, 'BAD_REQUEST');
      expect([await (await host.send('GET', 'a')).text(), host.blobs()]).toEqual(['old', blobs]);
      const right = {
        digest: `sha-256=${btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('new')))))}`,
      };
      expect((await host.put('a', 'new', right)).status).toBe(200);
    }),
  );

  it(
    'whose sender goes away change nothing',
    withHost(async (host) => {
      let sent = 0;
      const broken = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent++ < 40) controller.enqueue(pattern(65_536));
          else controller.error(new Error('The sender went away.'));
        },
      });
      expect((await host.put('a', broken)).status).toBe(500);
      expect([host.store.view('head').files.stat('a'), host.blobs()]).toEqual([null, 0]);
    }),
  );

  it(
    'are replaced only in the version that If-Match names',
    withHost(async (host) => {
      await host.put('a', 'one');
      await expectError(await host.put('a', 'x', { 'if-match': '"r9"' }), 409, 'CONFLICT');
      await expectError(await host.put('new', 'x', { 'if-match': '*' }), 409, 'CONFLICT');
      expect((await host.put('a', 'two', { 'if-match': '"r1"' })).status).toBe(200);
      const slow = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await host.put('a', 'three');
          controller.enqueue(new TextEncoder().encode('four'));
          controller.close();
        },
      });
      await expectError(await host.put('a', slow, { 'if-match': '"r2"' }), 409, 'CONFLICT');
      expect(await (await host.send('GET', 'a')).text()).toBe('three');
    }),
  );
});

describe('large files', () => {
  const bytes = pattern(maxSqliteFileBytes + 1);

  it(
    'go to R2 from one byte over 8 MiB, and come back whole and in ranges',
    withHost(async (host) => {
      const sha = await sha256(bytes);
      const put = await host.put('big', streamOf(bytes), { 'x-content-sha256': sha });
      expect(await put.json()).toEqual({ path: 'big', revision: 1, size: bytes.length, sha256: sha });
      expect([host.store.view('head').files.stat('big')?.storedIn, host.blobs()]).toEqual(['r2', 0]);
      const got = await host.send('GET', 'big');
      expect([got.headers.get('etag'), got.headers.get('content-length')]).toEqual([`"${sha}"`, String(bytes.length)]);
      expect(await sha256(new Uint8Array(await got.arrayBuffer()))).toBe(sha);
      const middle = await host.send('GET', 'big', { headers: { range: 'bytes=5242870-5242889' } });
      expect(new Uint8Array(await middle.arrayBuffer())).toEqual(bytes.slice(5_242_870, 5_242_890));
      expect(await host.large.collectOrphans(10)).toBe(0);
    }),
  );

  it(
    'leave no object behind when they are refused, or no longer part of any kept revision',
    withHost(async (host) => {
      const added = await countNewObjects();
      await expectError(
        await host.put('big', streamOf(bytes), { 'x-content-sha256': '0'.repeat(64) }),
        422,
        'CHECKSUM',
      );
      expect(await host.large.collectOrphans(10)).toBe(1);
      await host.put('big', streamOf(bytes));
      await host.send('DELETE', 'big');
      expect(await host.large.collectOrphans(10)).toBe(0);
      expect(await added()).toBe(1);
      host.prune();
      expect(await host.large.collectOrphans(10)).toBe(1);
      expect(await added()).toBe(0);
    }),
  );

  it(
    'are not collected while their upload runs',
    withHost(async (host) => {
      let collected = -1;
      const overlay = host.store.open();
      const source = async function* () {
        yield bytes;
        collected = await host.large.collectOrphans(10);
      };
      await host.large.write(overlay, 'big', source());
      expect(collected).toBe(0);
      overlay.discard();
      expect(await host.large.collectOrphans(10)).toBe(1);
    }),
  );

  it(
    'are not placed in an overlay that was closed during the upload',
    withHost(async (host) => {
      const overlay = host.store.open();
      const source = async function* () {
        yield bytes;
        overlay.discard();
      };
      await expect(host.large.write(overlay, 'big', source())).rejects.toThrow(/outlived/);
      expect(await host.large.collectOrphans(10)).toBe(1);
    }),
  );

  it(
    'are renamed, copied and emptied without their bytes being moved',
    withHost(async (host) => {
      await host.put('big', streamOf(bytes));
      expect((await host.post('big', { op: 'copy', to: 'copy' })).status).toBe(200);
      expect((await host.post('big', { op: 'rename', to: '/home/user/moved' })).status).toBe(200);
      await host.commitFiles(({ files }) => files.truncate('moved', 0));
      host.prune();
      expect(await host.large.collectOrphans(10)).toBe(0);
      const got = await host.send('GET', 'copy');
      expect((await got.arrayBuffer()).byteLength).toBe(bytes.length);
    }),
  );
});

describe('a bucket that fails', () => {
  const broken = new Set<string>();
  const bytes = pattern(maxSqliteFileBytes + 1);

  it.each([['createMultipartUpload'], ['uploadPart'], ['uploadPart', 'abort'], ['complete']])(
    'at %s changes nothing, says so, and leaves nothing behind',
    (...calls) =>
      withHost(
        async (host) => {
          const added = await countNewObjects();
          await host.put('big', 'as it was');
          for (const call of calls) broken.add(call);
          const refused = await host.put('big', streamOf(bytes));
          broken.clear();
          await expectError(refused, 502, 'UNAVAILABLE');
          expect([host.store.head, await (await host.send('GET', 'big')).text()]).toEqual([1, 'as it was']);
          expect([await host.large.collectOrphans(10), await added()]).toEqual([1, 0]);
        },
        fragile(env.FILES, broken),
      )(),
  );

  it(
    'gives what it has when it is well again, and deletes what it should have',
    withHost(
      async (host) => {
        const added = await countNewObjects();
        await host.put('big', streamOf(bytes));
        broken.add('get').add('delete');
        const refused = await host.send('GET', 'big');
        await expectError(refused, 502, 'UNAVAILABLE');
        await host.send('DELETE', 'big');
        host.prune();
        await expect(host.large.collectOrphans(10)).rejects.toThrow('10001');
        await expect(host.large.deleteAll()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        broken.clear();
        expect([await host.large.collectOrphans(10), await added()]).toEqual([1, 0]);
      },
      fragile(env.FILES, broken),
    ),
  );
});

describe('directories and operations', () => {
  it(
    'lists, recursively and in pages',
    withHost(async (host) => {
      for (const path of ['b', 'a/x', 'a/y/z']) await host.put(path, path);
      const list = async (query: string) => {
        const response = await host.send('GET', query);
        const { entries, next } = (await response.json()) as { entries: { path: string }[]; next?: string };
        return [entries.map((entry) => entry.path), next];
      };
      expect(await list('')).toEqual([['a', 'b'], undefined]);
      expect(await list('a')).toEqual([['a/x', 'a/y'], undefined]);
      expect(await list('?recursive=1')).toEqual([['a', 'a/x', 'a/y', 'a/y/z', 'b'], undefined]);
      expect(await list('?recursive=1&limit=2')).toEqual([['a', 'a/x'], 'a/x']);
      expect(await list('?recursive=1&limit=3&after=a/x')).toEqual([['a/y', 'a/y/z', 'b'], undefined]);
      const [first] = ((await (await host.send('GET', '')).json()) as { entries: unknown[] }).entries;
      expect(first).toEqual({
        path: 'a',
        kind: 'directory',
        size: 0,
        modifiedAt: 1_700_000_000_000,
        storedIn: 'sqlite',
      });
      await expectError(await host.send('GET', '?limit=0'), 400, 'BAD_REQUEST');
    }),
  );

  it(
    'makes, moves, copies and deletes, each as one revision',
    withHost(async (host) => {
      expect(await (await host.post('d/e', { op: 'mkdir' })).json()).toEqual({ path: 'd/e', revision: 1 });
      expect(await (await host.post('d/e', { op: 'mkdir' })).json()).toEqual({ path: 'd/e', revision: null });
      await host.put('d/e/f', 'f');
      expect(await (await host.post('d', { op: 'rename', to: 'g' })).json()).toEqual({
        path: 'd',
        revision: 3,
        to: 'g',
      });
      await host.post('g', { op: 'copy', to: 'h' });
      await expectError(await host.send('DELETE', 'g'), 409, 'CONFLICT');
      expect(await (await host.send('DELETE', 'g?recursive=1')).json()).toEqual({ path: 'g', revision: 5 });
      expect(await (await host.send('GET', 'h/e/f')).text()).toBe('f');
    }),
  );

  it(
    'answers what it refuses with a code, and changes nothing',
    withHost(async (host) => {
      await host.put('a', 'a');
      const refused: [number, string, Promise<Response>][] = [
        [404, 'NOT_FOUND', host.send('GET', 'no')],
        [404, 'NOT_FOUND', host.send('DELETE', 'no')],
        [404, 'NOT_FOUND', host.put('no/x?parents=0', 'x')],
        [403, 'FORBIDDEN', host.send('GET', '..%2f..%2fetc/passwd')],
        [400, 'BAD_REQUEST', host.send('GET', 'a%00b')],
        [400, 'BAD_REQUEST', host.send('GET', '%ff')],
        [400, 'BAD_REQUEST', host.put('x'.repeat(256), 'x')],
        [409, 'CONFLICT', host.put('a/b', 'x')],
        [409, 'CONFLICT', host.put('', 'x')],
        [400, 'BAD_REQUEST', host.post('a', { op: 'chmod' })],
        [400, 'BAD_REQUEST', host.post('a', { op: 'rename', to: 'b', force: true })],
        [403, 'FORBIDDEN', host.post('a', { op: 'rename', to: '/etc/x' })],
        [413, 'TOO_LARGE', host.post('a', { op: 'rename', to: 'x'.repeat(20_000) })],
        [405, 'METHOD_NOT_ALLOWED', host.send('PATCH', 'a', { body: 'x' })],
      ];
      for (const [status, code, response] of refused) await expectError(await response, status, code);
      host.mayWrite = false;
      await expectError(await host.put('a', 'b'), 403, 'READ_ONLY');
      expect([host.store.head, await (await host.send('GET', 'a')).text()]).toEqual([1, 'a']);
    }),
  );
});
