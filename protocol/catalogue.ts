/** Kinds of messages: each has a frame type and a shape of its body. */

import type { Shape } from './payload/shape.ts';

export type Catalogue = Readonly<Record<string, { readonly type: number; readonly shape: Shape<unknown> }>>;

/** Name and shape of each kind, by its frame type. */
export function byType(
  catalogue: Catalogue,
): ReadonlyMap<number, { readonly name: string; readonly shape: Shape<unknown> }> {
  return new Map(Object.entries(catalogue).map(([name, { type, shape }]) => [type, { name, shape }]));
}
