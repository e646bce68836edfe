/** The lists of hosts that the owner of a session keeps. */

import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import {
  NETWORK_LIMITS,
  type NetworkList,
  NetworkListError,
  OPEN_LIST,
  parseEntry,
  withEntries,
  withoutEntries,
} from './network-list.ts';

describe('parseEntry', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.com.', 'example.com'],
    ['example.com:0443', 'example.com:443'],
    ['*.example.com', '*.example.com'],
    ['*.Example.com:8443', '*.example.com:8443'],
    ['*', '*'],
    ['*:80', '*:80'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['1.1.1.1', '1.1.1.1'],
    ['0x1.1.1.1:80', '1.1.1.1:80'],
    ['2606:4700::1111', '[2606:4700::1111]'],
    ['[2606:4700:0::1111]:443', '[2606:4700::1111]:443'],
    ['::ffff:1.1.1.1', '1.1.1.1'],
  ])('stores %s as %s', (text, entry) => {
    expect(parseEntry(text)).toBe(entry);
    expect(parseEntry(entry)).toBe(entry);
  });

  it.each([
    '',
    '.',
    '*.',
    'a*.example.com',
    '*.*.example.com',
    '*.1.1.1.1',
    'http://example.com',
    'example.com/path',
    'user@example.com',
    'example.com:0',
    'example.com:65536',
    'example.com:http',
    'a b',
    '[::1',
  ])('refuses %j', (text) => {
    expect(() => parseEntry(text)).toThrow(NetworkListError);
  });
});

describe('a list', () => {
  const judged = (list: NetworkList, url: string) => judge(new URL(url), { ownHosts: [], list });
  const isAllowed = (list: NetworkList, url: string) => judged(list, url).allow;

  it('allows what it names and nothing else, once it names something', () => {
    const list: NetworkList = { allow: ['example.com', '*.example.org', '[2606:4700::1111]:443', '1.1.1.1'], deny: [] };
    for (const url of [
      'https://example.com/',
      'http://example.com.:8080/',
      'https://a.b.example.org/',
      'https://[2606:4700::1111]/',
      'https://[::ffff:1.1.1.1]/',
    ])
      expect([url, isAllowed(list, url)]).toEqual([url, true]);
    for (const url of [
      'https://a.example.com/',
      'https://notexample.com/',
      'https://example.org/',
      'https://evilexample.org/',
      'http://[2606:4700::1111]/',
      'https://1.0.0.1/',
      'https://example.com@evil.example/',
    ])
      expect([url, isAllowed(list, url)]).toEqual([url, false]);
    expect(judged(list, 'https://evil.example/')).toEqual({
      allow: false,
      reason: 'Network access refused: evil.example is not among the hosts allowed to this session.',
    });
  });

  it('denies before it allows', () => {
    const list: NetworkList = { allow: ['*.example.com'], deny: ['a.example.com', '*:8080'] };
    expect(isAllowed(list, 'https://b.example.com/')).toBe(true);
    expect(isAllowed(list, 'https://b.example.com:8080/')).toBe(false);
    expect(judged(list, 'https://a.example.com/')).toEqual({
      allow: false,
      reason: 'Network access refused: a.example.com is denied to this session.',
    });
    expect(isAllowed({ allow: [], deny: ['*'] }, 'https://example.com/')).toBe(false);
  });

  it('opens nothing that is closed to all', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '169.254.169.254', 'metadata.google.internal', '*']) {
      const list = withEntries(OPEN_LIST, 'allow', [parseEntry(host)]);
      expect(isAllowed(list, `http://${host === '*' ? '10.0.0.1' : host}/`)).toBe(false);
    }
  });

  it('takes entries to one of its sides, and off both', () => {
    const denied = withEntries({ allow: ['a.example'], deny: [] }, 'deny', ['a.example', 'b.example', 'b.example']);
    expect(denied).toEqual({ allow: [], deny: ['a.example', 'b.example'] });
    expect(withEntries(denied, 'allow', ['b.example'])).toEqual({ allow: ['b.example'], deny: ['a.example'] });
    expect(withoutEntries(denied, ['a.example'])).toEqual({ allow: [], deny: ['b.example'] });
  });

  it('takes as many as the limit and not one more', () => {
    const entries = Array.from({ length: NETWORK_LIMITS.hosts }, (_, index) => `${index}.example`);
    const full = withEntries(OPEN_LIST, 'deny', entries);
    expect(full.deny).toHaveLength(NETWORK_LIMITS.hosts);
    expect(() => withEntries(full, 'deny', ['one.more'])).toThrow(NetworkListError);
  });
});
