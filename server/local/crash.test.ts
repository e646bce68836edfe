/** Real daemons and workerd, killed: what comes back, where, and with which data. */

import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { dataPaths } from './directories.ts';
import type { LocalServer } from './ensure.ts';
import { identify, isAlive, waitForEnd } from './processes.ts';
import { readState, type WorkerRole, type WorkerState } from './state.ts';
import { serverLogs, serverStatus } from './status.ts';
import { buildDaemon, TestHome } from './testing.ts';

/** What takes this long does not happen. */
const PATIENCE_MILLISECONDS = 30_000;

let daemonEntry: string;
let home: TestHome;

beforeAll(async () => {
  daemonEntry = await buildDaemon('crash-test');
});
afterEach(() => home.dispose());

function worker(role: WorkerRole): WorkerState {
  const found = serverStatus(home.env)?.workers.find((candidate) => candidate.role === role);
  if (!found) throw new Error(`no ${role} is running`);
  return found;
}

/** Asks until the server answers, as a terminal that connects again does. */
function eventually(url: string, init?: RequestInit): Promise<string> {
  return vi.waitFor(async () => (await fetch(url, init)).text(), { timeout: PATIENCE_MILLISECONDS, interval: 10 });
}

function restarts(role: WorkerRole, count: number): Promise<void> {
  const test = (): void => expect(serverStatus(home.env)?.restarts[role]).toBe(count);
  return vi.waitFor(test, { timeout: PATIENCE_MILLISECONDS, interval: 10 });
}

describe('a killed workerd', () => {
  it('is back on the same port with what was acknowledged, again and again', async () => {
    home = new TestHome(daemonEntry);
    const server = await home.ensure();
    for (let round = 1; round <= 4; round++) {
      const { pid } = worker('main');
      expect(await eventually(server.url, { method: 'POST' })).toBe(String(round));
      process.kill(pid, 'SIGKILL');
      await restarts('main', round);
      expect(await eventually(server.url)).toBe(String(round));
      expect(worker('main').pid).not.toBe(pid);
    }
    expect(await home.ensure()).toMatchObject({ started: false, url: server.url });
    expect(serverLogs(home.env)).toMatch(/main: workerd ended \(SIGKILL\); starting it again/);
  });
});

describe('a killed daemon', () => {
  /** Kills the daemon alone. Its workerd live on. */
  async function killDaemon(server: LocalServer): Promise<void> {
    const state = readState(dataPaths(home.directory).state);
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    if (state) await waitForEnd(state, PATIENCE_MILLISECONDS);
  }

  it('is replaced by one that first ends the workerd left behind, and keeps the data', async () => {
    home = new TestHome(daemonEntry);
    const first = await home.ensure();
    await eventually(first.url, { method: 'POST' });
    const orphan = worker('main');
    await killDaemon(first);
    expect(isAlive(orphan)).toBe(true);
    const second = await home.ensure();
    expect(second.started).toBe(true);
    expect(isAlive(orphan)).toBe(false);
    expect(await eventually(second.url)).toBe('1');
    expect(serverLogs(home.env)).toContain(`killed workerd ${orphan.pid} (main)`);
  });

  it('is replaced by one when two come at once, and when it dies while it boots', async () => {
    home = new TestHome(daemonEntry);
    await killDaemon(await home.ensure());
    const servers = await Promise.all([home.ensure(), home.ensure(), home.ensure()]);
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
    const killed = servers[0].pid;
    await killDaemon(servers[0]);
    const booting = expect(home.ensure()).rejects.toMatchObject({ code: 'BOOT_FAILED' });
    await vi.waitFor(
      () => {
        const state = readState(dataPaths(home.directory).state);
        if (!state || state.pid === killed || state.workers.length === 0) throw new Error('not yet');
        process.kill(state.pid, 'SIGKILL');
      },
      { interval: 1, timeout: PATIENCE_MILLISECONDS },
    );
    await booting;
    expect(await eventually((await home.ensure()).url)).toBe('0');
  });
});

describe('a daemon whose directory is removed', () => {
  it('ends itself, and leaves the one that comes after it alone', async () => {
    home = new TestHome(daemonEntry);
    const first = await home.ensure();
    const [identity, orphan] = [identify(first.pid), worker('main')];
    rmSync(home.directory, { recursive: true });
    const second = await home.ensure();
    expect(second.pid).not.toBe(first.pid);
    await first.ended;
    expect(identity && (await waitForEnd(identity, PATIENCE_MILLISECONDS))).toBe(true);
    expect(isAlive(orphan)).toBe(false);
    expect(await home.ensure()).toMatchObject({ pid: second.pid, started: false });
  });
});

describe('the runner', () => {
  const run = (server: LocalServer, path: string, init?: RequestInit) => fetch(`${server.url}/to-runner/${path}`, init);

  it('runs programs, streams both ways, and is started when first needed', async () => {
    home = new TestHome(daemonEntry);
    const server = await home.ensure();
    const body = 'x'.repeat(3_000_000);
    expect(await (await run(server, 'run/echo', { method: 'POST', body })).text()).toBe(body);
    expect(worker('runner').pid).not.toBe(worker('main').pid);
  });

  it('is killed when its program does not yield and its end is wanted; the sessions never wait', async () => {
    home = new TestHome(daemonEntry);
    const server = await home.ensure();
    await run(server, 'health');
    const { pid } = worker('runner');
    const looping = run(server, 'run/loop');
    await delay(100);
    expect(await (await fetch(server.url)).text()).toBe('0');
    void run(server, 'kill', { method: 'POST' }).catch(() => {});
    const response = await looping;
    expect([response.status, await response.text()]).toEqual([599, expect.stringMatching(/lost|disconnected/i)]);
    await restarts('runner', 1);
    expect(worker('runner').pid).not.toBe(pid);
    expect(await (await run(server, 'health')).text()).toBe('ok');
    expect(serverStatus(home.env)?.restarts.main).toBe(0);
  });

  it('is killed when its programs take too much memory', async () => {
    home = new TestHome(daemonEntry);
    const server = await home.ensure();
    const response = await run(server, 'run/memory');
    expect(response.status).toBe(599);
    await restarts('runner', 1);
    expect(serverLogs(home.env)).toMatch(/runner: killed: its programs took \d+ MiB of memory/);
    expect(await (await run(server, 'health')).text()).toBe('ok');
  });

  it('answers nobody without its secret', async () => {
    home = new TestHome(daemonEntry);
    const server = await home.ensure();
    expect((await fetch(`${server.url}/v1/runner/health`)).status).toBe(403);
  });
});
