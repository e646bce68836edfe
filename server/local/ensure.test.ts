/** Real daemons: started, joined, raced for, outdated, refused, and ended when nobody is left. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dataPaths } from './directories.ts';
import { readLock } from './lock.ts';
import { identify, waitForEnd } from './processes.ts';
import { serverLogs, serverStatus } from './status.ts';
import { stopServer } from './stop.ts';
import { buildDaemon, buildEnsure, TestHome } from './testing.ts';

let daemonEntry: string;
let homes: TestHome[] = [];

beforeAll(async () => {
  daemonEntry = await buildDaemon('ensure-test');
});
afterEach(async () => {
  for (const home of homes) await home.dispose();
  homes = [];
});

function newHome(env?: Record<string, string>): TestHome {
  const home = new TestHome(daemonEntry, env);
  homes.push(home);
  return home;
}

const text = async (url: string, init?: RequestInit): Promise<string> => (await fetch(url, init)).text();

async function goneWithin(pid: number, milliseconds: number): Promise<boolean> {
  const identity = identify(pid);
  return !identity || waitForEnd(identity, milliseconds);
}

describe('ensureServer', () => {
  it('starts a server, and joins it the next time', async () => {
    const home = newHome();
    const first = await home.ensure();
    expect(first.started).toBe(true);
    expect(await text(first.url, { method: 'POST' })).toBe('1');
    const second = await home.ensure();
    expect(second).toMatchObject({ started: false, url: first.url, pid: first.pid });
    expect(await text(second.url)).toBe('1');
    expect(JSON.parse(await text(`${first.url}/bindings`))).toEqual([
      'ACCOUNT',
      'FILES',
      'KERNEL_MEMORY_MIB',
      'LOADER',
      'OWN_HOSTS',
      'PREVIEW_DOMAIN',
      'RUNNER',
      'RUNNER_SECRET',
      'SANDBOX',
      'TOKEN_SECRET',
    ]);
    expect(await text(`${first.url}/r2`, { method: 'POST', body: 'stored' })).toBe('stored');
  });

  it('signs tokens with the secret that the server has', async () => {
    const home = newHome();
    const server = await home.ensure();
    const key = new TextEncoder().encode(readFileSync(dataPaths(home.directory).secret, 'utf8').trim());
    for (const role of ['owner', 'writer'] as const) {
      const { payload } = await jwtVerify(await server.token(role), key, { audience: 'spawnpoint' });
      expect(payload).toMatchObject({ sub: 'local', role });
    }
    expect(await (await home.ensure()).token()).not.toBe(await server.token());
  });

  it('leads six simultaneous starts to one server, even over a stale lock', async () => {
    const home = newHome();
    const { lock } = dataPaths(home.directory);
    writeFileSync(
      lock,
      JSON.stringify({ pid: 2 ** 22 + 1, started: 'x:1', socket: join(home.directory, 'daemon.sock') }),
    );
    const client = await buildEnsure('ensure-test-client');
    const children = Array.from({ length: 6 }, () => fork(client, { execArgv: [] }));
    const exits = children.map((child) => once(child, 'exit'));
    const answers = children.map(async (child) => {
      child.send(home.options());
      const [answer] = await once(child, 'message');
      return answer as { url: string; pid: number };
    });
    const servers = await Promise.all(answers);
    expect(new Set(servers.map(({ url, pid }) => `${url} ${pid}`)).size).toBe(1);
    expect(serverLogs(home.env).match(/: starting$/gm)).toHaveLength(1);
    // Nothing but its lifeline is open in a client now, and that keeps none alive.
    await Promise.all(exits);
  });

  it('keeps its files private', async () => {
    const home = newHome();
    await home.ensure();
    const paths = dataPaths(home.directory);
    const mode = (path: string): number => statSync(path).mode & 0o777;
    for (const path of [home.directory, paths.storage]) expect(mode(path)).toBe(0o700);
    for (const path of [paths.lock, paths.state, paths.secret, paths.log]) expect(mode(path)).toBe(0o600);
    expect(mode(join(home.directory, 'daemon.sock')) & 0o077).toBe(0);
    expect(readFileSync(paths.state, 'utf8')).not.toContain(readFileSync(paths.secret, 'utf8').trim());
  });

  it('listens on 127.0.0.1 alone', async () => {
    const server = await newHome().ensure();
    const { hostname, port } = new URL(server.url);
    expect(hostname).toBe('127.0.0.1');
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal }) => !internal);
    for (const { address, family } of others) {
      await expect(fetch(`http://${family === 'IPv6' ? `[${address}]` : address}:${port}`)).rejects.toThrow();
    }
  });

  it('lets the Worker reach nothing on this machine', async () => {
    const server = await newHome().ensure();
    expect(await text(`${server.url}/outside`, { method: 'POST', body: server.url })).toMatch(/^refused/);
  });

  it('works where the path of the data directory is too long for a socket', async () => {
    const home = newHome();
    home.env.SPAWNPOINT_HOME = join(home.directory, 'd'.repeat(120));
    home.env.XDG_RUNTIME_DIR = home.directory;
    const server = await home.ensure();
    expect(await text(server.url)).toBe('0');
  });
});

describe('errors', () => {
  it('says that the data directory cannot be used', async () => {
    const home = newHome();
    writeFileSync(join(home.directory, 'file'), '');
    home.env.SPAWNPOINT_HOME = join(home.directory, 'file', 'data');
    await expect(home.ensure()).rejects.toMatchObject({ code: 'DIRECTORY' });
  });

  it('says that the port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const home = newHome({ SPAWNPOINT_PORT: String(port) });
    await expect(home.ensure()).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining(`Port ${port} `),
    });
    blocker.close();
    await once(blocker, 'close');
    expect((await home.ensure()).url).toBe(`http://127.0.0.1:${port}`);
  });

  it.each(['0', '65536', 'http', '-1'])('refuses the port %s', async (port) => {
    await expect(newHome({ SPAWNPOINT_PORT: port }).ensure()).rejects.toMatchObject({ code: 'OPTION' });
  });

  it('says why the server cannot boot: no program, a broken one, a broken daemon', async () => {
    const home = newHome();
    const workerDirectory = join(home.directory, 'worker');
    const failure = (message: RegExp) => ({ code: 'BOOT_FAILED', message: expect.stringMatching(message) });
    await expect(home.ensure({ workerDirectory })).rejects.toMatchObject(failure(/^Cannot read the server's program/));
    mkdirSync(workerDirectory);
    writeFileSync(join(workerDirectory, 'worker.js'), 'export default {');
    await expect(home.ensure({ workerDirectory })).rejects.toMatchObject(
      failure(/^The server \(main\) could not start: .*SyntaxError/),
    );
    const broken = join(home.directory, 'broken.mjs');
    writeFileSync(broken, 'throw new Error("the disk is made of cheese")');
    await expect(home.ensure({ daemonEntry: broken })).rejects.toMatchObject(failure(/made of cheese/));
    expect(serverStatus(home.env)).toBeUndefined();
  });
});

describe('versions', () => {
  it('replaces an idle daemon of an older version', async () => {
    const home = newHome();
    const old = await home.ensure();
    old.close();
    const next = await home.ensure({ version: '1.0.1' });
    expect(next.started).toBe(true);
    expect(next.pid).not.toBe(old.pid);
    expect(serverStatus(home.env)?.version).toBe('1.0.1');
  });

  it('leaves an older daemon alone that others use, and a newer one always', async () => {
    const home = newHome();
    const server = await home.ensure();
    const refusal = (words: RegExp) => ({ code: 'VERSION', message: expect.stringMatching(words) });
    await expect(home.ensure({ version: '1.10.0' })).rejects.toMatchObject(refusal(/other terminals still use it/));
    server.close();
    await expect(home.ensure({ version: '0.9.0' })).rejects.toMatchObject(
      refusal(/is version 1\.0\.0, this is version 0\.9\.0/),
    );
    expect(serverStatus(home.env)?.pid).toBe(server.pid);
  });
});

describe('the end', () => {
  it('comes by itself when nobody has been there for the idle time, and leaves no files of a running server', async () => {
    const home = newHome({ SPAWNPOINT_IDLE_MS: '300' });
    const [first, second] = [await home.ensure(), await home.ensure()];
    const workers = serverStatus(home.env)?.workers ?? [];
    first.close();
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(serverStatus(home.env)?.pid).toBe(second.pid);
    second.close();
    expect(await goneWithin(second.pid, 30_000)).toBe(true);
    expect(workers).toHaveLength(1);
    for (const { pid } of workers) expect(await goneWithin(pid, 0)).toBe(true);
    expect(readLock(dataPaths(home.directory).lock)).toBeUndefined();
    expect(serverStatus(home.env)).toBeUndefined();
  });

  it('comes with `server stop`, also while a WebSocket is open, and clients notice', async () => {
    const home = newHome();
    const server = await home.ensure();
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(server.url.replace('http', 'ws'));
    await once(socket, 'open');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe('hello');
    const closed = once(socket, 'close');
    expect(await stopServer(home.env)).toBe(true);
    await Promise.all([server.ended, closed]);
    expect(server.wasStopped).toBe(true);
    expect(await goneWithin(server.pid, 0)).toBe(true);
    expect(await stopServer(home.env)).toBe(false);
    const joining = home.ensure({}, false);
    await expect(joining).rejects.toThrow('The server was stopped. Any command that needs it starts it again.');
    const again = await home.ensure();
    expect(again.started).toBe(true);
    expect((await home.ensure({}, false)).pid).toBe(again.pid);
  });

  it('with a crash is nothing that was wanted', async () => {
    const server = await newHome().ensure();
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    expect(server.wasStopped).toBe(false);
  });
});

it('has no status and no log where no server ever ran', () => {
  expect(serverStatus({ SPAWNPOINT_HOME: '/nowhere' })).toBeUndefined();
  expect(serverLogs({ SPAWNPOINT_HOME: '/nowhere' })).toBe('');
});
