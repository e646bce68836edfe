/** What sessions and users may be called. */

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** True for 1 to 64 letters, digits, dots, underscores and hyphens, other than `.` and `..`. */
export function isName(text: string): boolean {
  return NAME.test(text) && text !== '.' && text !== '..';
}

/** The session that a terminal opens when none is named. */
export const DEFAULT_SESSION = 'main';
