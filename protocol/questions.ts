/** What a terminal asks about code or files (`query`), and the answers. Each answer is of the kind of its question. */

import { LIMITS } from './limits.ts';
import { list, nullable, object, tuple, variant } from './payload/containers.ts';
import { boolean, count, oneOf, text } from './payload/shape.ts';

export const language = oneOf(['js', 'ts', 'py']);
/** `cursor` is a UTF-16 offset in `code`, at most its length. */
const aboutCode = { language, code: text(LIMITS.inputCode), cursor: count };

export const question = variant('kind', {
  complete: aboutCode,
  inspect: aboutCode,
  isComplete: { language, code: text(LIMITS.inputCode) },
  /** `from`: a UTF-16 offset in `code`, at most its length. */
  split: { language, code: text(LIMITS.inputCode), from: count },
  variables: { language },
  files: {},
});

const completeness = variant('status', {
  complete: {},
  incomplete: { indent: text() },
  invalid: { message: text() },
});

/** `stale`: the kernel was busy, and this is from its state at the last commit. */
export const answer = variant('kind', {
  complete: { from: count, to: count, candidates: list(text()), stale: boolean },
  inspect: { text: nullable(text()), stale: boolean },
  isComplete: { completeness },
  /** Start and end of each input, and how far the code was looked at: UTF-16 offsets in the code of the question. */
  split: { inputs: list(tuple(count, count), LIMITS.splitInputs), through: count },
  variables: { variables: list(object({ name: text(), type: text(), preview: text() })), stale: boolean },
  /** Every entry of the session: path, kind, size in bytes. */
  files: { entries: list(tuple(text(), oneOf(['file', 'directory']), count)), revision: count },
});
