/** A server to talk to, and how to reach it: found anew for each connection, as the embedded one may have moved. */

import { ServerStoppedError } from '../client/socket.ts';
import { configPath, configuredToken } from '../config.ts';
import { EXIT, ExitError } from '../exit.ts';
import type { Environment } from '../io.ts';
import { checkToken, parseServerUrl } from './address.ts';
import type { LocalServer } from './embedded.ts';

export interface ServerAccess {
  /** `http://host:port` or `https://host`. */
  readonly origin: string;
  readonly token: string;
}

export interface Server {
  /**
   * Where it is and what it takes to be let in. Starts the embedded server if need be; when `isComingBack`, to a server that
   * was reached before, not if its user stopped it: throws `ServerStoppedError` then. Throws `ExitError`.
   */
  reach(isComingBack?: boolean): Promise<ServerAccess>;
}

/** `url`: what `--url` says. Throws `ExitError` for an address or configuration that cannot be used. */
export function selectServer(url: string | null, env: Environment): Server {
  const address = url ?? (env.SPAWNPOINT_URL || null);
  return address === null ? embeddedServer(env) : remoteServer(parseServerUrl(address), env);
}

function remoteServer(origin: string, env: Environment): Server {
  const fromEnvironment = env.SPAWNPOINT_TOKEN;
  const token = fromEnvironment || configuredToken(env, origin);
  if (token === undefined) {
    const where = `${configPath(env)} (as {"tokens": {"${origin}": "…"}})`;
    throw new ExitError(EXIT.unreachable, `no token for ${origin}: set SPAWNPOINT_TOKEN, or put it into ${where}`);
  }
  const access = { origin, token: checkToken(token, fromEnvironment ? 'SPAWNPOINT_TOKEN' : configPath(env)) };
  return { reach: () => Promise.resolve(access) };
}

function embeddedServer(env: Environment): Server {
  /** The daemon that was found before, with a lifeline to it. */
  let before: LocalServer | null = null;
  return {
    async reach(isComingBack = false) {
      const { ensureServer } = await import('./embedded.ts');
      try {
        const server = await ensureServer({ env, mayStart: !(isComingBack && before?.wasStopped) });
        before?.close();
        before = server;
        return { origin: server.url, token: await server.token() };
      } catch (error) {
        throw asExitError(error);
      }
    },
  };
}

/** Failures of the embedded server are one sentence each. */
export function asExitError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'LocalServerError') return error;
  if ('code' in error && error.code === 'STOPPED') return new ServerStoppedError(error.message);
  return new ExitError(EXIT.unreachable, error.message);
}
