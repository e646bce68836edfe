/**
 * What a hostile program may try on the machine that it runs on, each attempt a program of its own: to read what is not
 * its own, to spoil what others use, and to end or print in odd ways.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exited, ProgramHost, runnerSecret } from '../support/program-host.ts';

let host: ProgramHost;

beforeAll(async () => {
  host = await ProgramHost.start({ internet: 'public' });
});

afterAll(() => host.dispose());

const attempt = (code: string) => host.run({ code });

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
      code: `import http from 'node:http'; http.createServer((_, response) => response.end('a secret')).listen(8080);
        setTimeout(() => process.exit(), 300)`,
    });
    const { stdout } = await attempt(
      `await fetch('http://127.0.0.1:8080/').catch(({ message }) => console.log('refused:', message))`,
    );
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
