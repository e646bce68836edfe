/**
 * What a hostile program may try on the machine that it runs on, each attempt a program of its own: to reach what is not
 * public, and to read what is not its own. A server on loopback waits for whoever gets through.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EgressAttempt } from '../../server/egress/egress.ts';
import { exited, ProgramHost, type ProgramResult, runnerSecret } from '../support/program-host.ts';

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

const files = ['/etc/passwd', '/proc/self/environ', '/proc/1/cmdline', '/root', '/work', '/var/run/docker.sock'];

const secrets: readonly (readonly [name: string, code: string])[] = [
  ...files.map((path): [string, string] => [
    path,
    `import fs from 'node:fs'; console.log(fs.existsSync('${path}'), fs.existsSync('../../../../..${path}'),
    fs.existsSync(new URL('file://${path}')), fs.existsSync('/bundle/../..${path}'))`,
  ]),
  [
    'a link to the disk',
    `import fs from 'node:fs';
    try { fs.symlinkSync('/etc/passwd', '/tmp/link'); console.log(fs.existsSync('/tmp/link')) } catch { console.log(false) }`,
  ],
  [
    'bindings and environment',
    `import { env } from 'cloudflare:workers';
    console.log(Object.keys(env).length > 0, Object.keys(process.env).length > 0)`,
  ],
  [
    "the server's modules",
    `for (const name of ['worker.js', '/worker.js', '../worker.js', 'workerd:unsafe', 'cloudflare-internal:env',
      'node-internal:internal_fs', 'cloudflare:test', 'spawnpoint:../worker.js']) {
      await import(name).then(() => console.log('GOT', name), () => console.log(false));
    }`,
  ],
  [
    'the gateway and the runner through the exports of the platform',
    `import { exports } from 'cloudflare:workers'; console.log(Object.keys(exports).some((name) => name !== 'default'))`,
  ],
  [
    'another process',
    `const { execSync } = await import('node:child_process');
    try { execSync('id'); console.log('GOT') } catch { console.log(false) }
    const { Worker } = await import('node:worker_threads');
    try { new Worker('1', { eval: true }); console.log('GOT') } catch { console.log(false) }`,
  ],
  [
    'the process that it runs in',
    `for (const name of ['kill', 'binding', 'dlopen']) {
      try { process[name](process.pid, 'SIGKILL'); console.log('GOT') } catch { console.log(false) }
    }`,
  ],
  [
    'code from strings',
    `for (const build of [() => eval('1'), () => new Function('return 1')(), () => (() => {}).constructor('return 1')()]) {
      try { build(); console.log('GOT') } catch { console.log(false) }
    }`,
  ],
];

describe('a program finds nothing of', () => {
  it.each(secrets)('%s', async (_, code) => {
    const { stdout, exit } = await attempt(code);
    expect(stdout).toMatch(/^(false\s)+$/);
    expect(exit).toEqual({ kind: 'exit', code: 0 });
  });
});

describe('one program and another', () => {
  it('share no global, no file and no module', async () => {
    const spoil = `import fs from 'node:fs'; import { Buffer } from 'node:buffer';
      fs.writeFileSync('/tmp/left', 'x');
      globalThis.left = 1;
      Object.prototype.left = 1;
      Array.prototype.push = () => { throw new Error('spoiled') };
      Uint8Array.prototype.slice = () => 'spoiled';
      Buffer.from = () => 'spoiled';
      JSON.stringify = () => 'spoiled';
      Promise.prototype.then = function () { return this };
      process.exit(3)`;
    expect((await attempt(spoil)).exit).toEqual({ kind: 'exit', code: 3 });
    const look = `import fs from 'node:fs';
      console.log(fs.existsSync('/tmp/left'), globalThis.left, ({}).left, [1].push(2), JSON.stringify({ a: 1 }))`;
    expect((await attempt(look)).stdout).toBe('false undefined undefined 2 {"a":1}\n');
  });

  it('cannot reach each other through a port', async () => {
    const listening = host.run({
      code: `import http from 'node:http'; http.createServer((_, response) => response.end('${secret}')).listen(8080);
        setTimeout(() => process.exit(), 300)`,
    });
    const { stdout } = await attempt(`await fetch('http://127.0.0.1:8080/').then(${show})`);
    expect(stdout).toMatch(/^refused: Network access refused/);
    await expect(fetch('http://127.0.0.1:8080/')).rejects.toThrow();
    await listening;
  });
});

const spoilt: readonly (readonly [name: string, code: string])[] = [
  ['Array', 'Array.prototype.push = Array.prototype.shift = Array.prototype.map = () => { throw 1 }'],
  ['Promise', 'Promise.prototype.then = Promise.prototype.catch = () => { throw 1 }'],
  ['a thenable for everybody', 'Object.prototype.then = (resolve) => resolve()'],
  [
    'setters for everybody',
    "for (const k of ['number', 'parts', 'stream']) Object.defineProperty(Object.prototype, k, { set() { throw 1 } })",
  ],
  ['TextEncoder', 'TextEncoder.prototype.encode = () => { throw 1 }; globalThis.TextEncoder = null'],
  ['Error', 'Error.prepareStackTrace = () => { throw 1 }; Error.captureStackTrace = null'],
  ['process', 'process.emit = () => { throw 1 }; process.exitCode = { valueOf() { throw 1 } }'],
  ['timers', 'globalThis.setTimeout = globalThis.setImmediate = globalThis.queueMicrotask = () => { throw 1 }'],
];

describe('a program that spoils what its prelude uses', () => {
  it.each(spoilt)('%s hurts itself alone, and ends', async (_, code) => {
    const { exit, stdout } = await host.run({
      code: `console.log('before'); ${code}; console.log('after')`,
      timeoutSeconds: 5,
    });
    expect(['exit', 'failed']).toContain(exit.kind);
    expect(stdout).toMatch(/^(before\n(after\n)?)?$/);
    expect((await attempt('console.log(1)')).stdout).toBe('1\n');
  });
});

const exits: readonly (readonly [name: string, code: string, status: number, stdout: string])[] = [
  ['in finally', "try { throw new Error('x') } finally { process.exit(3) }", 3, ''],
  ['in a handler of errors', "process.on('uncaughtException', () => process.exit(4)); throw new Error('x')", 4, ''],
  [
    'in a handler of exit',
    "process.on('exit', () => { console.log('bye'); process.exit(5) }); process.exit(1)",
    5,
    'bye\n',
  ],
  ['twice', 'process.exit(6); process.exit(7)', 6, ''],
  ['caught', "try { process.exit(8) } catch { console.log('caught') } console.log('on')", 8, ''],
  ['in a timer', 'setTimeout(() => process.exit(9), 5); setInterval(() => {}, 1000)', 9, ''],
  ['in a microtask', 'queueMicrotask(() => process.exit(10)); await new Promise(() => {})', 10, ''],
  [
    'in a getter that is printed',
    'console.log({ get x() { process.exit(11) } }); process.exit(11)',
    11,
    '{ x: [Getter] }\n',
  ],
  ['with a code out of range', 'process.exit(256 + 12)', 12, ''],
  ['with a negative code', 'process.exit(-1)', 255, ''],
  ['in a module that the entry imports', "import './other.ts'", 13, ''],
];

describe('process.exit', () => {
  it.each(exits)('%s', async (_, code, status, stdout) => {
    const result = await host.run({ code, files: { 'other.ts': 'process.exit(13)' }, timeoutSeconds: 10 });
    expect({ stdout: result.stdout, exit: result.exit }).toEqual({ stdout, exit: { kind: 'exit', code: status } });
  });
});

describe('what a program prints', () => {
  it('is never a record, whatever it looks like', async () => {
    const code = `for (const type of [3, 4, 5, 6, 7, 8, 9]) process.stdout.write(new Uint8Array([type, 0, 0, 0, 0]));
      process.exit(7)`;
    const { stdout, exit } = await attempt(code);
    expect([...Buffer.from(stdout)].filter((byte) => byte !== 0)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(exit).toEqual({ kind: 'exit', code: 7 });
  });

  it('may be one line of many megabytes', async () => {
    const code = "process.stdout.write('x'.repeat(20_000_000)); console.log('end')";
    const { stdout, exit } = await attempt(code);
    expect([stdout.length, stdout.slice(-5), exit]).toEqual([20_000_004, 'xend\n', { kind: 'exit', code: 0 }]);
  });
});

it('opens no route of the runner, with a secret that is wrong, empty or in the wrong place', async () => {
  const attempts: [string, Record<string, string>][] = [
    ['/v1/runner/health', {}],
    ['/v1/runner/health', { authorization: '' }],
    ['/v1/runner/health', { authorization: 'Bearer ' }],
    ['/v1/runner/health', { authorization: `Basic ${runnerSecret}` }],
    ['/v1/runner/health', { authorization: `Bearer ${runnerSecret}x` }],
    ['/v1/runner/run?run=x', { 'x-spawnpoint-identity': '{"user":"ada","role":"owner"}' }],
  ];
  for (const [path, headers] of attempts) expect((await host.fetch(path, { headers })).status).toBe(401);
  expect(await attempt('console.log(1)')).toMatchObject(exited('1\n'));
});
