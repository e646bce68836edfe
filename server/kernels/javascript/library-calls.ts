/** `LibraryCalls` of guest/host-calls.ts: what V8 and Node have for the interpreter. The guest is hostile. */

import { createHash, createHmac } from 'node:crypto';
import { decodePlain, encodePlain } from './guest/core/plain-data.ts';
import { INTL_METHODS, MAX_INTL_TEXT } from './guest/intl-methods.ts';

/** As `navigator.language` says, wherever the server runs. */
const LOCALE = 'en-US';
/** Making one takes longer than using it. */
const MAX_FORMATTERS = 50;
const DATE_METHODS = ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'];
const INTL_FUNCTIONS = ['getCanonicalLocales', 'supportedValuesOf'];

type Method = (...parameters: unknown[]) => unknown;

export class LibraryCalls {
  readonly #formatters = new Map<string, object>();

  /** Throws as host calls do. */
  localize(kind: string, key: string, method: string, parameters: string): string {
    if (key.length + parameters.length > MAX_INTL_TEXT) {
      throw `ERANGE\nIntl takes at most ${MAX_INTL_TEXT} characters at once.`;
    }
    return translated(() => {
      const given = listOf(decodePlain(parameters));
      return encodePlain(this.#call(kind, key, method, given), 'the result');
    });
  }

  collate(left: string, right: string, key: string): number {
    return translated(() => {
      const collator = this.#formatter('Collator', key);
      return collator instanceof Intl.Collator ? collator.compare(left, right) : 0;
    });
  }

  digest(algorithm: string, key: Uint8Array | null, bytes: Uint8Array): Uint8Array {
    return translated(() => {
      const hash = key === null ? createHash(algorithm) : createHmac(algorithm, key);
      hash.update(bytes);
      return new Uint8Array(hash.digest());
    });
  }

  #call(kind: string, key: string, method: string, given: unknown[]): unknown {
    const [first, ...rest] = given;
    const [locales, options] = optionsOf(key);
    if (kind === 'Date' && DATE_METHODS.includes(method)) {
      return methodOf(Date.prototype, method).call(new Date(Number(first)), locales, options);
    }
    if (kind === 'Intl' && INTL_FUNCTIONS.includes(method)) return methodOf(Intl, method).call(Intl, first);
    const methods = Object.hasOwn(INTL_METHODS, kind) ? `${Reflect.get(INTL_METHODS, kind)}`.split(' ') : null;
    if (methods && method === 'supportedLocalesOf') return methodOf(Reflect.get(Intl, kind), method)(first);
    if (!methods || !(method === 'resolvedOptions' || methods.includes(method))) {
      throw new TypeError(`Intl has no ${kind}.${method}`);
    }
    const formatter = this.#formatter(kind, key);
    const result = methodOf(formatter, method).call(formatter, first, ...rest);
    return method === 'segment' ? Array.from(result as Iterable<unknown>) : result;
  }

  /** `kind` is one of INTL_METHODS. */
  #formatter(kind: string, key: string): object {
    const name = `${kind}\n${key}`;
    const known = this.#formatters.get(name);
    if (known !== undefined) return known;
    const made: object = Reflect.construct(Reflect.get(Intl, kind), optionsOf(key));
    const oldest = this.#formatters.keys().next();
    if (this.#formatters.size >= MAX_FORMATTERS && !oldest.done) this.#formatters.delete(oldest.value);
    this.#formatters.set(name, made);
    return made;
  }
}

function optionsOf(key: string): [locales: unknown, options: unknown] {
  const [locales, options] = listOf(decodePlain(key));
  return [locales ?? LOCALE, options];
}

function listOf(data: unknown): unknown[] {
  return Array.isArray(data) ? data : [];
}

function methodOf(owner: object, name: string): Method {
  const method: unknown = Reflect.get(owner, name);
  if (typeof method !== 'function') throw new TypeError(`there is no ${name} here`);
  return method as Method;
}

/** Errors of V8 about the guest's arguments, as text. */
function translated<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw `${error instanceof RangeError ? 'ERANGE' : 'ETYPE'}\n${error.message}`;
  }
}
