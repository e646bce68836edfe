/** The body of a fork: `{"to": NAME}`, and `"at": N` for an older revision than the newest. */

import * as v from 'valibot';
import { ProtocolError } from '../../protocol/errors.ts';
import { isName } from '../../protocol/names.ts';

const fork = v.strictObject({
  to: v.pipe(v.string(), v.check(isName)),
  at: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});
const maxBytes = 4096;

/** Throws `ProtocolError` BAD_REQUEST. `at` null: the newest revision. */
export async function readFork(request: Request): Promise<{ to: string; at: number | null }> {
  const text = await request.text();
  const parsed = text.length > maxBytes ? null : v.safeParse(v.pipe(v.string(), v.parseJson(), fork), text);
  if (parsed?.success) return { to: parsed.output.to, at: parsed.output.at ?? null };
  throw new ProtocolError(
    'BAD_REQUEST',
    'Send {"to": NAME}, with "at": REVISION for an older state. Names are 1 to 64 letters, digits, dots, underscores and hyphens.',
  );
}
