/** What a terminal asks about code or files (`query`), and the answers. Each answer is of the kind of its question. */

import * as v from 'valibot';
import { LIMITS } from './limits.ts';
import { count, text } from './payload.ts';

export const language = v.picklist(['js', 'ts', 'py']);
/** `cursor` is a UTF-16 offset in `code`, at most its length. */
const aboutCode = { language, code: text(LIMITS.inputCode), cursor: count };

export const question = v.variant('kind', [
  v.object({ kind: v.literal('complete'), ...aboutCode }),
  v.object({ kind: v.literal('inspect'), ...aboutCode }),
  v.object({ kind: v.literal('isComplete'), language, code: text(LIMITS.inputCode) }),
  /** `from`: a UTF-16 offset in `code`, at most its length. */
  v.object({ kind: v.literal('split'), language, code: text(LIMITS.inputCode), from: count }),
  v.object({ kind: v.literal('variables'), language }),
  v.object({ kind: v.literal('files') }),
]);

const completeness = v.variant('status', [
  v.object({ status: v.literal('complete') }),
  v.object({ status: v.literal('incomplete'), indent: v.string() }),
  v.object({ status: v.literal('invalid'), message: v.string() }),
]);

/** `stale`: the kernel was busy, and this is from its state at the last commit. */
export const answer = v.variant('kind', [
  v.object({
    kind: v.literal('complete'),
    from: count,
    to: count,
    candidates: v.array(v.string()),
    stale: v.boolean(),
  }),
  v.object({ kind: v.literal('inspect'), text: v.nullable(v.string()), stale: v.boolean() }),
  v.object({ kind: v.literal('isComplete'), completeness }),
  /** Start and end of each input, and how far the code was looked at: UTF-16 offsets in the code of the question. */
  v.object({
    kind: v.literal('split'),
    inputs: v.pipe(v.array(v.tuple([count, count])), v.maxLength(LIMITS.splitInputs)),
    through: count,
  }),
  v.object({
    kind: v.literal('variables'),
    variables: v.array(v.object({ name: v.string(), type: v.string(), preview: v.string() })),
    stale: v.boolean(),
  }),
  /** Every entry of the session: path, kind, size in bytes. */
  v.object({
    kind: v.literal('files'),
    entries: v.array(v.tuple([v.string(), v.picklist(['file', 'directory']), count])),
    revision: count,
  }),
]);
