/** The Worker of the free plan, as it is built, in a real workerd: programs run in an interpreter, and that is said once. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';
import { SessionServer } from '../support/session-server.ts';

let machine: Machine;
let server: SessionServer;

beforeAll(async () => {
  [machine, server] = await Promise.all([Machine.create(), SessionServer.startFree()]);
});

afterAll(async () => {
  await machine.dispose();
  await server.stop();
});

it('runs programs in an interpreter of their own, which it says once', async () => {
  const { origin, token } = await server.reach();
  const run = (args: readonly string[], stdin = '') =>
    machine.run(['--url', origin, ...args], { stdin, env: { SPAWNPOINT_TOKEN: token } });
  const program = "const n: number = 6; kept = 'mine'; console.log(n * 7)";
  expect(await run(['-p', "var kept = 'theirs'"])).toMatchObject({ status: 0 });
  const first = await run([], program);
  expect(first).toMatchObject({ stdout: '42\n', status: 0 });
  expect(first.stderr).toContain('This server has no LOADER binding, so programs run in an interpreter');
  expect(await run([], `${program}; process.exit(3)`)).toEqual({ stdout: '42\n', stderr: '', status: 3 });
  expect(await run(['-p', 'kept'])).toEqual({ stdout: 'theirs\n', stderr: '', status: 0 });
  const python = await run(['-l', 'py'], 'print(1)');
  expect(python).toMatchObject({ stdout: '', status: 1 });
  expect(python.stderr).toContain('This server has no Python');
});
