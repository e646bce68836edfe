/** Uploads over several requests on real storage and a real bucket: they go on where they were, once and whole. */

import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { toHex } from '../files/large-files.ts';
import { maxLargeFileBytes, maxSqliteFileBytes, maxUploads, uploadMilliseconds } from '../files/limits.ts';
import { countNewObjects } from '../testing/bucket.ts';
import { type FilesHost, withHost } from './files-host.test-support.ts';

const MiB = 1024 * 1024;
const sha256 = async (bytes: Uint8Array) => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
const expectError = async (response: Response, status: number, code: string) => {
  expect([response.status, await response.json()]).toMatchObject([status, { error: { code } }]);
};

/** Recognisable bytes, no piece of which is like another. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 16)) & 255;
  return bytes;
}

interface Announced {
  readonly size?: number;
  readonly sha256?: string;
}

function begin(host: FilesHost, path: string, { size, sha256 }: Announced = {}): Promise<Response> {
  const headers = {
    ...(size === undefined ? {} : { 'upload-length': String(size) }),
    ...(sha256 === undefined ? {} : { 'x-content-sha256': sha256 }),
  };
  return host.upload('POST', `/v1/sessions/s/uploads?path=${encodeURIComponent(path)}`, headers);
}

async function begun(host: FilesHost, path: string, announced?: Announced): Promise<string> {
  const response = await begin(host, path, announced);
  expect([response.status, response.headers.get('upload-complete')]).toEqual([201, '?0']);
  return response.headers.get('location') ?? '';
}

function append(host: FilesHost, location: string, offset: number, body: BodyInit): Promise<Response> {
  return host.upload('PATCH', location, { 'upload-offset': String(offset), 'upload-complete': '?0' }, body);
}

function finish(host: FilesHost, location: string, offset: number, sha256?: string): Promise<Response> {
  const announced = sha256 === undefined ? {} : { 'x-content-sha256': sha256 };
  return host.upload('PATCH', location, { 'upload-offset': String(offset), 'upload-complete': '?1', ...announced });
}

async function progress(host: FilesHost, location: string): Promise<unknown[]> {
  const { status, headers } = await host.upload('HEAD', location);
  return [status, Number(headers.get('upload-offset')), headers.get('upload-complete')];
}

const contents = async (host: FilesHost, path: string) =>
  new Uint8Array(await (await host.send('GET', path)).arrayBuffer());

/** A body that breaks after `bytes`. */
function broken(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + 100_003));
      else controller.error(new Error('The line broke.'));
      at += 100_003;
    },
  });
}

describe('an upload', () => {
  it.each([0, 1, MiB + 1, maxSqliteFileBytes, maxSqliteFileBytes + 1, 10 * MiB])(
    'of %d bytes that breaks goes on where it was, in another process, and becomes one revision',
    (size) =>
      withHost(async (first) => {
        const bytes = pattern(size);
        const sha = await sha256(bytes);
        const location = await begun(first, 'a/b', { size, sha256: sha });
        const half = Math.floor(size / 2) + 13;
        if (half < size) {
          const answer = await append(first, location, 0, broken(bytes.subarray(0, half)));
          expect(answer.ok).toBe(false);
        }
        const host = first.reopened();
        const offset = half < size ? half : 0;
        expect(await progress(host, location)).toEqual([200, offset, '?0']);
        expect(host.store.head).toBe(0);
        if (offset < size) expect((await append(host, location, offset, bytes.slice(offset))).status).toBe(204);
        const last = await finish(host, location, size);
        expect(await last.json()).toEqual({ path: 'a/b', revision: 1, size, sha256: sha });
        expect(await sha256(await contents(host, 'a/b'))).toBe(sha);
        expect(host.store.view('head').files.stat('a/b')?.storedIn).toBe(size > maxSqliteFileBytes ? 'r2' : 'sqlite');
        expect(host.pieces()).toEqual([0, 0]);
      })(),
  );

  it(
    'of unknown size comes in pieces, and is what its end says',
    withHost(async (host) => {
      const bytes = pattern(9 * MiB);
      const location = await begun(host, 'a');
      for (let at = 0; at < bytes.length; at += 4 * MiB) {
        expect((await append(host, location, at, bytes.slice(at, at + 4 * MiB))).status).toBe(204);
      }
      expect(await (await finish(host, location, bytes.length, await sha256(bytes))).json()).toMatchObject({
        revision: 1,
      });
      expect(await sha256(await contents(host, 'a'))).toBe(await sha256(bytes));
    }),
  );

  it(
    'may bring its last bytes with its end',
    withHost(async (host) => {
      const location = await begun(host, 'a');
      await append(host, location, 0, 'hel');
      const headers = { 'upload-offset': '3', 'upload-complete': '?1' };
      expect(await (await host.upload('PATCH', location, headers, 'lo')).json()).toMatchObject({ size: 5 });
      expect(await (await host.send('GET', 'a')).text()).toBe('hello');
    }),
  );

  it(
    'whose end is told twice makes one revision, also in another process',
    withHost(async (host) => {
      const bytes = pattern(9 * MiB);
      const location = await begun(host, 'a');
      await append(host, location, 0, bytes);
      const [one, other] = await Promise.all([
        finish(host, location, bytes.length),
        finish(host, location, bytes.length),
      ]);
      const answer = await one.json();
      expect(await other.json()).toEqual(answer);
      const later = host.reopened();
      expect(await (await finish(later, location, bytes.length)).json()).toEqual(answer);
      expect([later.store.head, await progress(later, location)]).toEqual([1, [200, bytes.length, '?1']]);
    }),
  );

  it(
    'whose object was complete when the process ended is finished by the next one',
    withHost(async (host) => {
      const bytes = pattern(9 * MiB);
      const location = await begun(host, 'a');
      await append(host, location, 0, bytes);
      const id = location.split('/').at(-1) ?? '';
      await new Promise<void>((resolve) => {
        void host.uploads.finish(id, null, () => {
          resolve();
          return new Promise(() => undefined);
        });
      });
      const next = host.reopened();
      await next.large.collectOrphans(10);
      expect(await progress(next, location)).toEqual([200, bytes.length, '?0']);
      await expectError(await append(next, location, bytes.length, 'more'), 409, 'CONFLICT');
      expect(await (await finish(next, location, bytes.length)).json()).toMatchObject({ path: 'a', revision: 1 });
      expect(await sha256(await contents(next, 'a'))).toBe(await sha256(bytes));
    }),
  );

  it(
    'is the same for whoever sends the same to the same place, and another for others',
    withHost(async (host) => {
      const announced = { size: 5, sha256: await sha256(new TextEncoder().encode('hello')) };
      const location = await begun(host, 'a', announced);
      await append(host, location, 0, 'hel');
      const again = await begin(host, 'a', announced);
      expect([again.headers.get('location'), again.headers.get('upload-offset')]).toEqual([location, '3']);
      expect(await begun(host, 'b', announced)).not.toBe(location);
      expect(await begun(host, 'a', { ...announced, sha256: '0'.repeat(64) })).not.toBe(location);
      expect(await begun(host, 'a')).not.toBe(await begun(host, 'a'));
    }),
  );

  it(
    'is taken over by a new request from one that hangs, with all that this had brought',
    withHost(async (host) => {
      const location = await begun(host, 'a');
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const sender = writable.getWriter();
      const first = append(host, location, 0, readable);
      await sender.write(new TextEncoder().encode('hel'));
      expect(await progress(host, location)).toEqual([200, 3, '?0']);
      await expectError(await first, 409, 'CONFLICT');
      expect((await append(host, location, 3, 'lo')).status).toBe(204);
      expect((await finish(host, location, 5)).status).toBe(200);
      expect(await (await host.send('GET', 'a')).text()).toBe('hello');
    }),
  );

  it(
    'that is damaged changes nothing and is gone',
    withHost(async (host) => {
      await host.put('a', 'old');
      const isLeft = await countNewObjects();
      for (const bytes of [pattern(10), pattern(9 * MiB)]) {
        const location = await begun(host, 'a');
        await append(host, location, 0, bytes);
        await expectError(await finish(host, location, bytes.length, '0'.repeat(64)), 422, 'CHECKSUM');
        await expectError(await finish(host, location, bytes.length), 404, 'NOT_FOUND');
      }
      const location = await begun(host, 'a', { size: 3, sha256: '0'.repeat(64) });
      await append(host, location, 0, 'new');
      await expectError(await finish(host, location, 3), 422, 'CHECKSUM');
      expect([await (await host.send('GET', 'a')).text(), host.store.head, host.pieces()]).toEqual(['old', 1, [0, 0]]);
      await host.large.collectOrphans(10);
      expect(await isLeft()).toBe(0);
    }),
  );

  it(
    'is refused where no file can be, by a reader, and with what makes no sense',
    withHost(async (host) => {
      await host.send('POST', 'd', { body: '{"op":"mkdir"}', headers: { 'content-length': '14' } });
      await host.put('f', 'x');
      await expectError(await begin(host, 'd'), 409, 'CONFLICT');
      await expectError(await begin(host, 'f/x'), 409, 'CONFLICT');
      await expectError(await begin(host, ''), 409, 'CONFLICT');
      await expectError(await begin(host, 'a', { sha256: 'no' }), 400, 'BAD_REQUEST');
      await expectError(await begin(host, 'a', { size: -1 }), 400, 'BAD_REQUEST');
      await expectError(await begin(host, 'a', { size: 1.5 }), 400, 'BAD_REQUEST');
      await expectError(await begin(host, '../a'), 403, 'FORBIDDEN');
      await expectError(await host.upload('PUT', '/v1/sessions/s/uploads?path=a'), 405, 'METHOD_NOT_ALLOWED');
      const location = await begun(host, 'a', { size: 3 });
      await expectError(await append(host, location, 1, 'x'), 409, 'CONFLICT');
      await expectError(await host.upload('PATCH', location, {}, 'x'), 400, 'BAD_REQUEST');
      await expectError(await host.upload('PATCH', location, { 'upload-offset': 'x' }, 'x'), 400, 'BAD_REQUEST');
      await expectError(await append(host, location, 0, 'four'), 400, 'BAD_REQUEST');
      await expectError(await finish(host, location, 0), 409, 'CONFLICT');
      await expectError(await host.upload('POST', location), 405, 'METHOD_NOT_ALLOWED');
      await expectError(await append(host, `${location}x`, 0, 'x'), 404, 'NOT_FOUND');
      await expectError(await host.upload('GET', `${location}x`), 404, 'NOT_FOUND');
      host.mayWrite = false;
      await expectError(await begin(host, 'a'), 403, 'READ_ONLY');
      await expectError(await append(host, location, 0, 'x'), 403, 'READ_ONLY');
      await expectError(await host.upload('DELETE', location), 403, 'READ_ONLY');
    }),
  );

  it(
    'of a file that was changed meanwhile is refused to whoever names the version',
    withHost(async (host) => {
      await host.put('a', 'one');
      const location = await begun(host, 'a');
      await append(host, location, 0, 'two');
      await host.put('a', 'three');
      const headers = { 'upload-offset': '3', 'upload-complete': '?1', 'if-match': '"r1"' };
      await expectError(await host.upload('PATCH', location, headers), 409, 'CONFLICT');
      expect(await (await host.send('GET', 'a')).text()).toBe('three');
    }),
  );
});

describe('uploads that are not finished', () => {
  it(
    `may be ${maxUploads}`,
    withHost(async (host) => {
      const first = await begun(host, 'a', { size: 1 });
      for (let count = 1; count < maxUploads; count++) await begun(host, 'a', { size: 1 });
      await expectError(await begin(host, 'a', { size: 1 }), 429, 'RATE');
      expect((await host.upload('DELETE', first)).status).toBe(204);
      await begun(host, 'a', { size: 1 });
      await expectError(await host.reopened().upload('GET', first), 404, 'NOT_FOUND');
    }),
  );

  it(
    'count against the limits of the session, also in the next process',
    withHost(async (host) => {
      await expectError(await begin(host, 'a', { size: maxLargeFileBytes + 1 }), 413, 'TOO_LARGE');
      const locations: string[] = [];
      for (let count = 0; count < 4; count++)
        locations.push(await begun(host, `a${count}`, { size: maxLargeFileBytes }));
      for (const each of [host, host.reopened()]) {
        await expectError(await begin(each, 'b', { size: maxSqliteFileBytes + 1 }), 507, 'QUOTA');
        const small = await begun(each, 'small', { size: maxSqliteFileBytes });
        await each.upload('DELETE', small);
      }
      await expectError(await host.put('b', pattern(maxSqliteFileBytes + 1)), 507, 'QUOTA');
      await host.upload('DELETE', locations[0] ?? '');
      await begun(host, 'b', { size: maxSqliteFileBytes + 1 });
    }),
  );

  it(
    'count as they come where nobody said how much it will be',
    withHost(async (host) => {
      for (let count = 0; count < 31; count++) await begun(host, `a${count}`, { size: maxSqliteFileBytes });
      const location = await begun(host, 'b');
      expect((await append(host, location, 0, pattern(maxSqliteFileBytes))).status).toBe(204);
      await host.upload('DELETE', location);
      await host.put('c', 'x');
      const other = await begun(host, 'b');
      await expectError(await append(host, other, 0, pattern(maxSqliteFileBytes)), 507, 'QUOTA');
    }),
  );

  it(
    'are dropped a day after their last byte, with what came of them',
    withHost(async (host) => {
      const isLeft = await countNewObjects();
      const stale = await begun(host, 'a');
      await append(host, stale, 0, pattern(9 * MiB));
      expect(host.expiries).toEqual([host.now + uploadMilliseconds]);
      host.now += uploadMilliseconds - 1;
      const live = await begun(host, 'b');
      expect(await host.uploads.expire()).toBe(host.now + 1);
      expect(await progress(host, stale)).toEqual([200, 9 * MiB, '?0']);
      host.now += 1;
      expect(await host.uploads.expire()).toBe(host.now - 1 + uploadMilliseconds);
      await expectError(await host.upload('GET', stale), 404, 'NOT_FOUND');
      expect([await progress(host, live), host.pieces()]).toEqual([
        [200, 0, '?0'],
        [0, 0],
      ]);
      await host.large.collectOrphans(10);
      expect(await isLeft()).toBe(0);
      host.now += uploadMilliseconds;
      expect(await host.uploads.expire()).toBeNull();
    }),
  );
});

it(
  'a bucket that fails ends a request, not the upload',
  withHost(async (host) => {
    const bytes = pattern(12 * MiB);
    const location = await begun(host, 'a', { size: bytes.length });
    broke = true;
    await expectError(await append(host, location, 0, bytes), 502, 'UNAVAILABLE');
    await expectError(await append(host, location, 5 * MiB, bytes.slice(5 * MiB)), 502, 'UNAVAILABLE');
    expect(await progress(host, location)).toEqual([200, 5 * MiB, '?0']);
    broke = false;
    expect((await append(host, location, 5 * MiB, bytes.slice(5 * MiB))).status).toBe(204);
    broke = true;
    await expectError(await finish(host, location, bytes.length), 502, 'UNAVAILABLE');
    broke = false;
    expect((await finish(host, location, bytes.length, await sha256(bytes))).status).toBe(200);
    expect(await sha256(await contents(host, 'a'))).toBe(await sha256(bytes));
  }, breaking()),
);

let broke = false;

/** The bucket, where uploads fail while `broke`. */
function breaking(): R2Bucket {
  return new Proxy(env.FILES, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...values: unknown[]) => {
        if (broke && /MultipartUpload$/.test(String(name))) {
          const fails = () => Promise.reject(new Error('We encountered an internal error. Please try again. (10001)'));
          return name === 'createMultipartUpload' ? fails() : { uploadPart: fails, complete: fails, abort: fails };
        }
        return Reflect.apply(member, target, values) as unknown;
      };
    },
  });
}
