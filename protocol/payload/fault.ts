/** What is wrong with a payload, and where in it. */

export class PayloadFault extends Error {
  override readonly name = 'PayloadFault';
  /** Keys and indices down to the value at fault, innermost last; empty for the payload as a whole. */
  readonly path: (string | number)[] = [];
}

/** For a `catch` around a part of a value: notes that the fault lies in the part `key`. Anything else goes on as it is. */
export function within(key: string | number, error: unknown): unknown {
  if (error instanceof PayloadFault) error.path.unshift(key);
  return error;
}
