/**
 * Shapes: what a value in a payload may be. One description gives the type, reads, writes and checks both ways: a body is
 * read, or written, and checked in the same pass. Here are the shapes of single values; containers.ts builds on them.
 */

import { utf8Length } from '../utf8.ts';
import { PayloadFault } from './fault.ts';
import type { PayloadReader } from './reader.ts';
import type { PayloadWriter } from './writer.ts';

/** Both methods throw `PayloadFault` for a value that is of another shape. */
export interface Shape<T> {
  read(reader: PayloadReader): T;
  write(writer: PayloadWriter, value: T): void;
}

/** The type of the values of a shape. */
export type ValueOf<S> = S extends Shape<infer T> ? T : never;

export const boolean: Shape<boolean> = {
  read: (reader) => reader.boolean(),
  write: (writer, value) => writer.boolean(value),
};

/** A finite number from `least` to `most`. */
export function number(least: number, most: number): Shape<number> {
  return numberWhere((value) => value >= least && value <= most, `a number from ${least} to ${most} is expected`);
}

/** A whole number from `least` to `most`, which are safe integers. */
export function integer(least: number, most: number): Shape<number> {
  return numberWhere(
    (value) => Number.isSafeInteger(value) && value >= least && value <= most,
    `a whole number from ${least} to ${most} is expected`,
  );
}

/** A number of which `accepts` is true; `expectation` tells people which those are. */
export function numberWhere(accepts: (value: number) => boolean, expectation: string): Shape<number> {
  const checked = (value: number): number => {
    if (accepts(value)) return value;
    throw new PayloadFault(expectation);
  };
  return {
    read: (reader) => checked(reader.number()),
    write: (writer, value) => writer.number(checked(value)),
  };
}

/** A whole number from 0 to 2^53-1. */
export const count = integer(0, Number.MAX_SAFE_INTEGER);

/** The number of a log event: a whole number from 1 to 2^53-1. */
export const sequenceNumber = integer(1, Number.MAX_SAFE_INTEGER);

/** Text of at most `limit` UTF-8 bytes. */
export function text(limit: number = Number.POSITIVE_INFINITY): Shape<string> {
  return {
    read: (reader) => reader.text(limit),
    write: (writer, value) => {
      // No UTF-16 unit takes more than three bytes.
      if (value.length * 3 > limit && utf8Length(value) > limit)
        throw new PayloadFault(`at most ${limit} bytes of UTF-8 are allowed`);
      writer.text(value);
    },
  };
}

/** Text that `pattern` matches. */
export function textLike(pattern: RegExp): Shape<string> {
  const checked = (value: string): string => {
    if (pattern.test(value)) return value;
    throw new PayloadFault(`text like ${pattern.source} is expected`);
  };
  return {
    read: (reader) => checked(reader.text(Number.POSITIVE_INFINITY)),
    write: (writer, value) => writer.text(checked(value)),
  };
}

/** One of these words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Shape<Word> {
  const longest = Math.max(...words.map(utf8Length));
  const checked = (value: string): Word => {
    const known = words.find((word) => word === value);
    if (known === undefined) throw new PayloadFault(`one of ${words.join(', ')} is expected`);
    return known;
  };
  return {
    read: (reader) => checked(reader.text(longest)),
    write: (writer, value) => writer.text(checked(value)),
  };
}

/** Text or bytes. */
export const textOrBytes: Shape<string | Uint8Array> = {
  read: (reader) => (reader.isText ? reader.text(Number.POSITIVE_INFINITY) : reader.binary()),
  write: (writer, value) => (typeof value === 'string' ? writer.text(value) : writer.binary(value)),
};
