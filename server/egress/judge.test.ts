/** Addresses that guests may call, and those that they may not. */

import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import { OPEN_LIST } from './network-list.ts';

const rules = { ownHosts: ['spawn.example', 'preview.test', '8.8.4.4'], list: OPEN_LIST };

const allowed = [
  'http://example.com/',
  'https://example.com:443/a?b#c',
  'https://example.com:8443/',
  'http://example.com:1024/',
  'https://1.1.1.1/',
  'https://[2606:4700:4700::1111]/',
  'https://[::ffff:1.1.1.1]/',
  'https://localhost.example/',
  'https://notspawn.example/',
  'https://example.com./',
];

const refused: readonly [string, RegExp][] = [
  ['ftp://example.com/', /ftp: is not http/],
  ['file:///etc/passwd', /file: is not http/],
  ['data:text/plain,x', /data: is not http/],
  ['http://example.com:22/', /port 22 /],
  ['http://example.com:1023/', /port 1023 /],
  ['https://example.com:25/', /port 25 /],
  ['http://example.com:6667/', /port 6667 /],
  ['http://127.0.0.1/', /loopback/],
  ['http://127.255.255.254:8080/', /loopback/],
  ['http://2130706433/', /loopback/],
  ['http://0x7f.1/', /loopback/],
  ['http://0177.0.0.1/', /loopback/],
  ['http://127.1/', /loopback/],
  ['http://%31%32%37.0.0.1/', /loopback/],
  ['http://１２７.0.0.1/', /loopback/],
  ['http://127.0.0.1./', /loopback/],
  ['http://0.0.0.0/', /unspecified/],
  ['http://0/', /unspecified/],
  ['http://10.0.0.1/', /private/],
  ['http://172.16.0.1/', /private/],
  ['http://172.31.255.255/', /private/],
  ['http://192.168.1.1/', /private/],
  ['http://100.64.0.1/', /carrierGradeNat/],
  ['http://169.254.169.254/latest/meta-data/', /linkLocal/],
  ['http://224.0.0.1/', /multicast/],
  ['http://255.255.255.255/', /broadcast/],
  ['http://240.0.0.1/', /reserved/],
  ['http://198.18.0.1/', /not a public address/],
  ['http://[::1]/', /loopback/],
  ['http://[::]/', /unspecified/],
  ['http://[fe80::1]/', /linkLocal/],
  ['http://[fd00:ec2::254]/', /uniqueLocal/],
  ['http://[ff02::1]/', /multicast/],
  ['http://[::ffff:127.0.0.1]/', /loopback/],
  ['http://[::ffff:a9fe:a9fe]/', /linkLocal/],
  ['http://[64:ff9b::7f00:1]/', /rfc6052/],
  ['http://[2002:7f00:1::]/', /6to4/],
  ['http://[::7f00:1]/', /not a public address/],
  ['http://localhost/', /not a public host name/],
  ['http://LOCALHOST:8080/', /not a public host name/],
  ['http://localhost./', /not a public host name/],
  ['http://localhost../', /not a public host name/],
  ['http://127.0.0.1../', /loopback/],
  ['http://[::ffff:8.8.4.4]/', /this server itself/],
  [`http://${'a.'.repeat(130)}example/`, /253 characters/],
  ['http://a.localhost/', /not a public host name/],
  ['http://printer.local/', /not a public host name/],
  ['http://metadata.google.internal/', /not a public host name/],
  ['http://router/', /not a public host name/],
  ['https://spawn.example/', /this server itself/],
  ['https://SPAWN.example./', /this server itself/],
  ['https://id.preview.test/', /this server itself/],
];

describe('judge', () => {
  it.each(allowed)('allows %s', (url) => {
    expect(judge(new URL(url), rules)).toEqual({ allow: true });
  });

  it.each(refused)('refuses %s', (url, reason) => {
    expect(judge(new URL(url), rules)).toEqual({ allow: false, reason: expect.stringMatching(reason) });
  });
});
