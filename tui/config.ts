/** The user's configuration: `config.json` in the configuration directory, which holds a token for each server. */

import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import * as v from 'valibot';
import { usageError } from './exit.ts';
import type { Environment } from './io.ts';

const schema = v.object({
  /** Tokens by origin (`https://host:port`). */
  tokens: v.optional(v.record(v.string(), v.string()), {}),
});

export function configPath(env: Environment): string {
  return join(userDirectory(env, 'XDG_CONFIG_HOME', '.config'), 'config.json');
}

/** Where this user's own data are. */
export function dataDirectory(env: Environment): string {
  return userDirectory(env, 'XDG_DATA_HOME', '.local/share');
}

/** SPAWNPOINT_HOME decides over the XDG rules, by which a relative value counts as none. */
function userDirectory(env: Environment, variable: string, fallback: string): string {
  if (env.SPAWNPOINT_HOME) return resolve(env.SPAWNPOINT_HOME);
  const xdg = env[variable];
  return join(xdg && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), fallback), 'spawnpoint-cf');
}

/** The token for `origin` in the configuration; undefined without one. Throws `ExitError` (usage) for a file that is damaged or open to others. */
export function configuredToken(env: Environment, origin: string): string | undefined {
  const path = configPath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw usageError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  const { tokens } = parse(text, path);
  const token = Object.hasOwn(tokens, origin) ? tokens[origin] : undefined;
  if (token !== undefined && process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw usageError(`${path} holds tokens and others may read it: chmod 600 ${path}`);
  }
  return token;
}

function parse(text: string, path: string): v.InferOutput<typeof schema> {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    throw usageError(`${path} is damaged: it must hold {"tokens": {"https://host": "token"}}`);
  }
}
