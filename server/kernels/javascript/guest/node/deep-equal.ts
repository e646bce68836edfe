/** `util.isDeepStrictEqual`. */

import { dequal } from 'dequal';

/** Whether two values are of the same structure; errors of the same name and message. */
export function isDeepStrictEqual(left: unknown, right: unknown): boolean {
  if (left instanceof Error && right instanceof Error && (left.name !== right.name || left.message !== right.message)) {
    return false;
  }
  return Object.is(left, right) || (left !== right && dequal(left, right));
}
