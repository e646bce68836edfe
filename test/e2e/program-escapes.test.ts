/**
 * What a hostile program may try to reach that is not public, each attempt a program of its own. A server on loopback
 * waits for whoever gets through.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EgressAttempt } from '../../server/egress/egress.ts';
import { ProgramHost, type ProgramResult } from '../support/program-host.ts';

const secret = 'what the attacker wants';
let victim: Server;
let port: number;
/** Connections to the victim. */
let reached = 0;
let host: ProgramHost;

beforeAll(async () => {
  victim = createServer((_, response) => response.end(secret)).on('connection', () => reached++);
  await new Promise<void>((resolve) => victim.listen(0, '127.0.0.1', resolve));
  port = (victim.address() as AddressInfo).port;
  host = await ProgramHost.start({ internet: 'public' });
});

afterAll(async () => {
  await host.dispose();
  victim.close();
});

interface Attempt extends ProgramResult {
  readonly requests: readonly EgressAttempt[];
}

/** `PORT` and `OWN` in the code stand for the ports of the victim and of the server itself. */
async function attempt(code: string, files: Readonly<Record<string, string>> = {}): Promise<Attempt> {
  const requests: EgressAttempt[] = [];
  const filled = code.replaceAll('PORT', String(port)).replaceAll('OWN', host.url.port);
  const result = await host.run({ code: filled, files, onRequest: (request) => requests.push(request) });
  return { ...result, requests };
}

const show = '(value) => console.log("GOT", value), (error) => console.log("refused:", error?.message ?? error)';

/** As they stand between quotes in the program. */
const urls: readonly string[] = [
  'http://127.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://localhost.:PORT/',
  'http://LOCALHOST..:PORT/',
  'http://a.localhost:PORT/',
  'http://127.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f000001:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://0.0.0.0:PORT/',
  'http://%31%32%37.0.0.1:PORT/',
  'http://\\u2460\\u2461\\u2466.0.0.1:PORT/',
  'http://[::1]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[64:ff9b::7f00:1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://[fe80::1]:PORT/',
  'http://[fd00:ec2::254]/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://metadata.google.internal/computeMetadata/v1/',
  'http://example.com@127.0.0.1:PORT/',
  'http://127.0.0.1:PORT\\\\@example.com/',
  'http://127.0.0.1:OWN/v1/runner/health',
  'http://spawn.example/v1/sessions',
  'http://id.spawn.example./',
  'http://runner/v1/runner/health',
  'http://example.com:22/',
];

describe('a program that fetches', () => {
  it.each(urls)('%s is refused, and its session told', async (url) => {
    const { stdout, requests } = await attempt(`await fetch('${url}').then(${show})`);
    expect(stdout).toMatch(/^refused: Network access refused: .*\.\n$/);
    expect(requests).toEqual([
      { method: 'GET', host: expect.any(String), port: expect.any(Number), outcome: stdout.slice(9).trim() },
    ]);
    expect(reached).toBe(0);
  });
});

const roads: readonly (readonly [name: string, code: string, said: RegExp])[] = [
  [
    'a WebSocket',
    `const socket = new WebSocket('ws://127.0.0.1:PORT/');
    socket.addEventListener('open', () => console.log('GOT'));
    socket.addEventListener('error', ({ message }) => { console.log(message); process.exit() })`,
    /Network access refused/,
  ],
  [
    'an upgrade by hand',
    `await fetch('http://127.0.0.1:PORT/', { headers: { upgrade: 'websocket' } }).then(${show})`,
    /Network access refused/,
  ],
  [
    'an EventSource',
    `const source = new EventSource('http://127.0.0.1:PORT/');
    source.onmessage = () => console.log('GOT');
    source.onerror = () => { console.log('failed'); process.exit() }`,
    /failed/,
  ],
  [
    'node:http',
    `import http from 'node:http'; http.get('http://127.0.0.1:PORT/', () => console.log('GOT'))`,
    /Network access refused/,
  ],
  [
    'node:https',
    `import https from 'node:https'; https.get('https://127.0.0.1:PORT/', () => console.log('GOT'))`,
    /Network access refused/,
  ],
  [
    'node:net',
    `import net from 'node:net';
    net.connect(PORT, '127.0.0.1').on('connect', () => console.log('GOT')).on('error', () => console.log('failed'))`,
    /failed/,
  ],
  [
    'node:tls',
    `import tls from 'node:tls';
    tls.connect(PORT, '127.0.0.1').on('secureConnect', () => console.log('GOT')).on('error', () => console.log('failed'))`,
    /failed/,
  ],
  [
    'a socket of the platform',
    `import { connect } from 'cloudflare:sockets';
    await (async () => connect('127.0.0.1:PORT').opened)().then(${show})`,
    /refused/,
  ],
  [
    'a socket of the platform to a public address',
    `import { connect } from 'cloudflare:sockets';
    await (async () => connect('1.1.1.1:53').opened)().then(${show})`,
    /refused/,
  ],
  [
    'a Host header',
    `await fetch('http://example.invalid:PORT/', { headers: { host: '127.0.0.1' } }).then(${show})`,
    /refused: Cannot reach example\.invalid/,
  ],
  [
    'an option of the platform',
    `await fetch('http://example.invalid:PORT/', { cf: { resolveOverride: '127.0.0.1' } }).then(${show})`,
    /refused: Cannot reach example\.invalid/,
  ],
  ['a file URL', `await fetch('file:///etc/passwd').then(${show})`, /refused/],
  [
    'its own caches',
    `await caches.open('other').then((cache) => cache.match('http://127.0.0.1:PORT/')).then(${show})`,
    /refused|GOT undefined/,
  ],
  [
    'the default export of its own Worker',
    `import { exports } from 'cloudflare:workers';
    await exports.default.fetch('http://127.0.0.1:PORT/').then(${show})`,
    /refused/,
  ],
];

describe('no way to loopback is', () => {
  it.each(roads)('%s', async (_, code, said) => {
    const { stdout, stderr } = await attempt(code);
    expect(`${stdout}${stderr}`).toMatch(said);
    expect(stdout).not.toMatch(/GOT (?!undefined)/);
    expect(reached).toBe(0);
  });

  it('a name that resolves to it: workerd judges the address, whatever the gateway thinks of the name', async () => {
    for (const url of [`http://localhost:${port}/`, `http://127.0.0.1:${port}/`]) {
      const response = await host.fetch(`/direct?url=${encodeURIComponent(url)}`);
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain(secret);
    }
    expect(reached).toBe(0);
  });
});

it('makes so many requests and no more', async () => {
  const { stdout, requests } = await attempt(
    `const reasons = new Map();
    for (let i = 0; i < 1005; i++) {
      await fetch('http://127.0.0.1/').catch(({ message }) => reasons.set(message, (reasons.get(message) ?? 0) + 1));
    }
    for (const [reason, count] of reasons) console.log(count, reason)`,
  );
  expect(stdout).toBe(
    '1000 Network access refused: 127.0.0.1 is not a public address (loopback).\n' +
      '5 Network access refused: 1000 requests have been made, which is the limit.\n',
  );
  expect(requests).toHaveLength(1000);
});

it('calls no host beyond the list of its session', async () => {
  const call = (url: string) => `await fetch('${url}').then(${show})`;
  const network = { allow: ['*.example.invalid'], deny: ['b.example.invalid'] };
  const code = ['http://a.example.invalid/', 'http://b.example.invalid/', 'http://example.com/'].map(call).join('\n');
  const { stdout } = await host.run({ code, network });
  expect(stdout.split('\n')).toEqual([
    'refused: Cannot reach a.example.invalid: it does not answer, or its name does not lead to a public address.',
    'refused: Network access refused: b.example.invalid is denied to this session.',
    'refused: Network access refused: example.com is not among the hosts allowed to this session.',
    '',
  ]);
});
