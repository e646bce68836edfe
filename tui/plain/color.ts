/** Whether a stream gets colours, as the environment and the user want it. */

import type { Environment } from '../io.ts';

/**
 * FORCE_COLOR (as node reads it) decides over NO_COLOR, that over TERM=dumb, and without any of them a terminal gets
 * colours. `wanted` is false for --no-color, which decides over all.
 */
export function hasColor(env: Environment, isTty: boolean, wanted: boolean): boolean {
  if (!wanted) return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env.NO_COLOR) return false;
  return isTty && env.TERM !== 'dumb';
}
