/** Failures that come from the host as `CODE\nmessage`. */

export interface HostFailure {
  readonly code: string;
  readonly message: string;
}

/** Splits what a host call threw; anything else (an interrupt cannot be caught) passes on as it is. */
export function hostFailure(thrown: unknown): HostFailure {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const end = text.indexOf('\n');
  if (end === -1 || !/^E[A-Z]+$/.test(text.slice(0, end))) throw thrown;
  return { code: text.slice(0, end), message: text.slice(end + 1) };
}

const TYPES: Readonly<Record<string, ErrorConstructor>> = { ERANGE: RangeError, ETYPE: TypeError };

/** Does a host call whose failures are errors of the language's own. */
export function askHost<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    const { code, message } = hostFailure(thrown);
    throw new (TYPES[code] ?? Error)(message);
  }
}
