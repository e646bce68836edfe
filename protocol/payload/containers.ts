/** Shapes made of shapes: bodies with named fields, lists, and choices between them. */

import { PayloadFault, within } from './fault.ts';
import { type PayloadReader, repeatedKey } from './reader.ts';
import { oneOf, type Shape, type ValueOf } from './shape.ts';
import { PayloadWriter } from './writer.ts';

/** A field that may be missing. */
export interface Optional<T> {
  readonly optional: Shape<T>;
}

type Fields = Readonly<Record<string, Shape<unknown> | Optional<unknown>>>;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends Optional<unknown> ? K : never }[keyof F];
type Simplified<T> = { [K in keyof T]: T[K] };
type Values<S extends readonly Shape<unknown>[]> = { -readonly [K in keyof S]: ValueOf<S[K]> };

/** The type of a body with these fields. */
type BodyOf<F extends Fields> = Simplified<
  { [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
    [K in OptionalKeys<F>]?: F[K] extends Optional<infer T> ? T : never;
  }
>;

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { optional: shape };
}

/** The shape's value or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    read: (reader) => (reader.nil() ? null : shape.read(reader)),
    write: (writer, value) => (value === null ? writer.nil() : shape.write(writer, value)),
  };
}

interface Field {
  readonly name: string;
  /** The key as it is in MessagePack. */
  readonly key: Uint8Array;
  readonly shape: Shape<unknown>;
  readonly isOptional: boolean;
}

/**
 * A map with exactly these fields, at most 15, written in this order. What has other keys is read without them, in any
 * order; they do not get into the value.
 */
export function object<const F extends Fields>(fields: F): Shape<BodyOf<F>> {
  const list = Object.entries(fields).map(([name, field], index) => ({ index, ...fieldOf(name, field) }));
  const byName = new Map(list.map((field) => [field.name, field]));
  if (list.length > 15) throw new RangeError('A body has at most 15 fields.');

  const read = (reader: PayloadReader): BodyOf<F> => {
    const body: Record<string, unknown> = {};
    const pairs = reader.enterMap();
    let others: Set<string> | null = null;
    let found = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const next = list[pair];
      const name = next !== undefined && reader.key(next.key) ? next.name : reader.anyKey();
      const field = byName.get(name);
      if (field === undefined) {
        others ??= new Set();
        if (others.has(name)) throw repeatedKey();
        others.add(name);
        reader.skip();
        continue;
      }
      const bit = 1 << field.index;
      if ((found & bit) !== 0) throw repeatedKey();
      found |= bit;
      try {
        body[name] = field.shape.read(reader);
      } catch (error) {
        throw within(name, error);
      }
    }
    reader.leave();
    for (const { index, name, isOptional } of list) {
      if ((found & (1 << index)) === 0 && !isOptional) throw within(name, new PayloadFault('it is missing'));
    }
    return body as BodyOf<F>;
  };

  const write = (writer: PayloadWriter, value: BodyOf<F>): void => {
    const body: Readonly<Record<string, unknown>> = value;
    const written = list.filter(({ name, isOptional }) => !isOptional || body[name] !== undefined);
    writer.map(written.length);
    for (const { name, key, shape } of written) {
      writer.encoded(key);
      try {
        shape.write(writer, body[name]);
      } catch (error) {
        throw within(name, error);
      }
    }
  };

  return { read, write };
}

function fieldOf(name: string, field: Shape<unknown> | Optional<unknown>): Field {
  const writer = new PayloadWriter();
  writer.text(name);
  const isOptional = 'optional' in field;
  return { name, key: writer.finish(), shape: isOptional ? field.optional : field, isOptional };
}

/** An array of exactly these. */
export function tuple<const S extends readonly Shape<unknown>[]>(...shapes: S): Shape<Values<S>> {
  const check = (length: number): void => {
    if (length !== shapes.length) throw new PayloadFault(`${shapes.length} values are expected`);
  };
  return {
    read: (reader) => {
      check(reader.enterArray());
      const values = shapes.map((shape, index) => at(index, () => shape.read(reader)));
      reader.leave();
      return values as Values<S>;
    },
    write: (writer, values: readonly unknown[]) => {
      check(values.length);
      writer.array(shapes.length);
      for (const [index, shape] of shapes.entries()) at(index, () => shape.write(writer, values[index]));
    },
  };
}

/** An array of `least` to `most` values of one shape. */
export function list<T>(shape: Shape<T>, most = Number.POSITIVE_INFINITY, least = 0): Shape<T[]> {
  const check = (length: number): void => {
    if (length < least) throw new PayloadFault(`at least ${least} values are expected`);
    if (length > most) throw new PayloadFault(`at most ${most} values are allowed`);
  };
  return {
    read: (reader) => {
      const length = reader.enterArray();
      check(length);
      const values: T[] = [];
      for (let index = 0; index < length; index++) values.push(at(index, () => shape.read(reader)));
      reader.leave();
      return values;
    },
    write: (writer, values) => {
      check(values.length);
      writer.array(values.length);
      for (const [index, value] of values.entries()) at(index, () => shape.write(writer, value));
    },
  };
}

function at<T>(index: number, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw within(index, error);
  }
}

/** The type of a body that says in the field `Key` which of the choices it is. */
type VariantOf<Key extends string, Choices extends Readonly<Record<string, Fields>>> = {
  [Name in keyof Choices]: Simplified<Record<Key, Name> & BodyOf<Choices[Name]>>;
}[keyof Choices];

/** One of several bodies, given by name with their further fields; the first field, `key`, holds the name. */
export function variant<Key extends string, const Choices extends Readonly<Record<string, Fields>>>(
  key: Key,
  choices: Choices,
): Shape<VariantOf<Key, Choices>> {
  const names = Object.keys(choices);
  const shapes = new Map<unknown, Shape<unknown>>(
    names.map((name) => [name, object({ [key]: oneOf([name]), ...choices[name] })]),
  );
  const named = (name: unknown): Shape<unknown> => {
    const shape = shapes.get(name);
    if (shape === undefined) throw within(key, new PayloadFault(`one of ${names.join(', ')} is expected`));
    return shape;
  };
  return {
    read: (reader) => named(reader.peek(() => textUnder(key, reader))).read(reader) as VariantOf<Key, Choices>,
    write: (writer, value) => named((value as Readonly<Record<string, unknown>>)[key]).write(writer, value),
  };
}

/** The text under `key` in the map that is next; null if there is none. */
function textUnder(key: string, reader: PayloadReader): string | null {
  for (let pairs = reader.enterMap(); pairs > 0; pairs--) {
    if (reader.anyKey() === key) return reader.isText ? reader.text(Number.POSITIVE_INFINITY) : null;
    reader.skip();
  }
  return null;
}
