/** The body of RUN: a program and where the rest of it comes from. */

import * as v from 'valibot';
import { CHANNEL_LAST } from './frame.ts';
import { LIMITS } from './limits.ts';
import { count, text } from './payload.ts';
import { utf8Length } from './utf8.ts';

/** Seconds of fuel or wall time. */
export const timeout = v.pipe(v.number(), v.minValue(0.001), v.maxValue(LIMITS.timeoutSeconds));

/** A data channel that the client opens. */
const clientChannel = v.pipe(
  count,
  v.minValue(3),
  v.maxValue(CHANNEL_LAST),
  v.check((channel) => channel % 2 === 1, 'A client opens channels with odd numbers.'),
);

const path = text(LIMITS.path);

export const programRequest = v.pipe(
  v.object({
    request: count,
    /** The path among `sources` that runs. */
    entry: path,
    /** Path and size of each source file. Their bytes follow on `channel`, one file after the other. */
    sources: v.pipe(v.array(v.tuple([path, count])), v.minLength(1), v.maxLength(LIMITS.programSourceFiles)),
    args: v.pipe(v.array(v.string()), v.maxLength(LIMITS.programArguments)),
    env: v.pipe(v.array(v.tuple([v.string(), v.string()])), v.maxLength(LIMITS.programArguments)),
    channel: clientChannel,
    /** The data channel of the program's standard input; null if it has none. */
    stdin: v.nullable(clientChannel),
    timeout: v.nullable(timeout),
  }),
  v.check(
    ({ sources }) => sources.reduce((sum, [, size]) => sum + size, 0) <= LIMITS.programSources,
    `The sources of a program may have ${LIMITS.programSources} bytes in all.`,
  ),
  v.check(
    ({ args, env }) =>
      [...args, ...env.flat()].reduce((sum, each) => sum + utf8Length(each), 0) <= LIMITS.programArgumentBytes,
    `Arguments and environment may have ${LIMITS.programArgumentBytes} bytes in all.`,
  ),
  v.check(({ entry, sources }) => sources.some(([each]) => each === entry), 'The entry is not among the sources.'),
  v.check(({ channel, stdin }) => channel !== stdin, 'Sources and standard input need a channel each.'),
);
