/** Addresses, passes and traffic of previews, and the log that they keep: what is checked without a Worker. */

import { describe, expect, it } from 'vitest';
import { RecordDecoder } from '../programs/records.ts';
import { isPreviewId, newPreviewId, previewLabel, previewOrigin } from './address.ts';
import { guarded, isForeign, passesOf, withoutOurs } from './guest-traffic.ts';
import { importKey, readPass, signPass } from './pass.ts';
import { PreviewLog } from './preview-log.ts';
import { mayUseFiles } from './session-files.ts';

describe('addresses', () => {
  it.each([
    ['http://abc.localhost:80/', 'localhost', 'abc'],
    ['http://ABC.Localhost:8080/x', 'localhost:8080', 'abc'],
    ['http://a.b.localhost:8080/', 'localhost:8080', 'a.b'],
    ['http://localhost:8080/', 'localhost:8080', null],
    ['http://abc.localhost:9090/', 'localhost:8080', null],
    ['https://abc.evilpreviews.example/', 'previews.example', null],
    ['https://abc.previews.example/', undefined, null],
  ])('%s below %s', (url, domain, label) => {
    expect(previewLabel(new URL(url), domain)).toBe(label);
  });

  it('have labels that are made of random bytes', () => {
    const id = newPreviewId((length) => Uint8Array.from({ length }, (_, index) => index * 11));
    expect([id, isPreviewId(id)]).toEqual([expect.stringMatching(/^[a-z2-7]{20}$/), true]);
    for (const other of ['', id.slice(1), `${id}a`, id.toUpperCase()]) expect(isPreviewId(other)).toBe(false);
    expect(previewOrigin(id, 'localhost:9')).toBe(`http://${id}.localhost:9`);
    expect(previewOrigin(id, 'localhost.example')).toBe(`https://${id}.localhost.example`);
  });
});

it('a pass is good for one preview, one purpose and until it expires', async () => {
  const key = await importKey(new Uint8Array(32).fill(1));
  const link = { kind: 'link', preview: 'a' } as const;
  const pass = await signPass(key, link, 1000);
  expect(await readPass(key, link, pass, 999)).toMatchObject({ expires: 1000 });
  expect(await readPass(key, link, pass, 1000)).toBeNull();
  expect(await readPass(key, { ...link, kind: 'cookie' }, pass, 0)).toBeNull();
  expect(await mayUseFiles('a', new Uint8Array(32).fill(1), pass, 0)).toBe(false);
  expect(await readPass(key, { ...link, preview: 'b' }, pass, 0)).toBeNull();
  expect(await readPass(await importKey(new Uint8Array(32)), link, pass, 0)).toBeNull();
  expect(await readPass(key, link, pass.replace('1000', '9000'), 0)).toBeNull();
});

describe('traffic', () => {
  const request = (headers: Record<string, string>) => new Request('http://a.localhost/', { headers });

  it('shows a guest no cookie and no header of ours', () => {
    const given = request({ cookie: 'a=1; spawnpoint-preview=x; SPAWNPOINT-PREVIEW=y', 'x-spawnpoint-object': 'z' });
    expect(passesOf(given)).toEqual(['x', 'y']);
    expect([...withoutOurs(given).headers]).toEqual([['cookie', 'a=1']]);
    expect([...withoutOurs(request({ cookie: 'spawnpoint-preview=x' })).headers]).toEqual([]);
    const plain = request({ cookie: 'a=1' });
    expect(withoutOurs(plain)).toBe(plain);
  });

  it.each([
    [{}, false],
    [{ origin: 'http://a.localhost' }, false],
    [{ origin: 'http://b.localhost' }, true],
    [{ origin: 'null' }, true],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, false],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'websocket' }, true],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, false],
  ])('%o is foreign: %s', (headers, expected) => {
    const asked = request(headers as Record<string, string>);
    expect(isForeign(asked, new URL(asked.url))).toBe(expected);
  });

  it("keeps a guest's cookies on its host", () => {
    const headers = new Headers({ 'referrer-policy': 'unsafe-url' });
    for (const cookie of ['a=1; DOMAIN=.localhost ; Path=/', ' Spawnpoint-Preview=x', 'b=domain=2']) {
      headers.append('set-cookie', cookie);
    }
    const answer = guarded(new Response('x', { headers }));
    expect(answer.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=domain=2']);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe('the log', () => {
  const record = (text: string) => ({ type: 'stdout' as const, bytes: new TextEncoder().encode(text) });
  const read = async (log: PreviewLog): Promise<string> => {
    const decoder = new RecordDecoder();
    const reader = log.follow().getReader();
    let text = '';
    log.add(record('!'));
    while (!text.endsWith('!')) {
      const { value } = await reader.read();
      for (const each of decoder.push(value ?? new Uint8Array())) {
        if ('bytes' in each && each.bytes instanceof Uint8Array) text += new TextDecoder().decode(each.bytes);
      }
    }
    return text;
  };

  it('keeps what fits until somebody reads, and says when more was printed', async () => {
    // Each record has a head of 5 bytes.
    const full = new PreviewLog(18);
    for (const text of ['a', 'b']) full.add(record(text));
    expect(await read(full)).toBe('ab!');
    const over = new PreviewLog(17);
    for (const text of ['a', 'b', 'c']) over.add(record(text));
    expect(await read(over)).toBe('[spawnpoint-cf: earlier output of this preview is not kept]\nc!');
  });
});
