/** `server start|stop|status|logs`: the embedded server. */

import { asExitError } from '../access/server.ts';
import { EXIT } from '../exit.ts';
import type { CommandBody } from './command.ts';

export const start: CommandBody = async (_, io) => {
  const { ensureServer } = await import('../access/embedded.ts');
  const server = await ensureServer({ env: io.env }).catch(rethrow);
  await io.stdout.write(`${server.started ? 'started' : 'running'} at ${server.url} (process ${server.pid})\n`);
  return EXIT.ok;
};

export const stop: CommandBody = async (_, io) => {
  const { stopServer } = await import('../access/embedded.ts');
  const ran = await stopServer(io.env).catch(rethrow);
  await io.stdout.write(ran ? 'stopped\n' : 'not running\n');
  return EXIT.ok;
};

export const status: CommandBody = async ({ options }, io) => {
  const { serverStatus } = await import('../access/embedded.ts');
  const state = serverStatus(io.env);
  if (options.json) {
    const { version, url, pid, restarts } = state ?? {};
    const shown = state === undefined ? { running: false } : { running: true, version, url, pid, restarts };
    await io.stdout.write(`${JSON.stringify(shown)}\n`);
  } else if (state === undefined) await io.stdout.write('not running\n');
  else {
    const { url, pid, version, restarts } = state;
    await io.stdout.write(
      `${url === null ? 'starting' : `running at ${url}`} (process ${pid}, version ${version})\n` +
        (restarts.main === 0
          ? ''
          : `started again ${restarts.main} times after a crash; see: spawnpoint-cf server logs\n`),
    );
  }
  return state === undefined ? EXIT.failure : EXIT.ok;
};

export const logs: CommandBody = async (_, io) => {
  const { serverLogs } = await import('../access/embedded.ts');
  await io.stdout.write(serverLogs(io.env));
  return EXIT.ok;
};

function rethrow(error: unknown): never {
  throw asExitError(error);
}
