/** What our servers answer when they refuse: an error as JSON. */

import { ERROR_CODES, type WireError } from '../../protocol/errors.ts';

/** The error in the body of a refused request; null if it is none of ours. */
export function parseRefusal(body: string): WireError | null {
  try {
    const { error } = JSON.parse(body) as { error?: Partial<WireError> };
    const code = ERROR_CODES.find((each) => each === error?.code);
    if (code === undefined || typeof error?.message !== 'string') return null;
    return { code, message: error.message, retry: error.retry === true };
  } catch {
    return null;
  }
}
