/** What the engine's `URL` lacks: `searchParams`, in step with `search` in both directions, and `URL.parse`. */

import { defineGlobals, nameAll } from '../core/state.ts';

const owners = new WeakMap<URLSearchParams, URL>();
const views = new WeakMap<URL, { params: URLSearchParams; search: string }>();
const { append, set, delete: remove, sort } = URLSearchParams.prototype;

/** The one `searchParams` of a URL, with what `search` says now. */
function searchParams(this: URL): URLSearchParams {
  let view = views.get(this);
  if (view === undefined) {
    view = { params: new URLSearchParams(this.search), search: this.search };
    owners.set(view.params, this);
    views.set(this, view);
  } else if (view.search !== this.search) {
    for (const name of new Set([...view.params].map(([key]) => key))) Reflect.apply(remove, view.params, [name]);
    for (const pair of new URLSearchParams(this.search)) Reflect.apply(append, view.params, pair);
    view.search = this.search;
  }
  return view.params;
}

Object.defineProperty(URL.prototype, 'searchParams', { get: searchParams, configurable: true, enumerable: true });

for (const [name, method] of Object.entries({ append, set, delete: remove, sort })) {
  Object.defineProperty(URLSearchParams.prototype, name, {
    value: {
      [name](this: URLSearchParams, ...parameters: never[]): void {
        const owner = owners.get(this);
        // A change of `search` since the last look comes first.
        if (owner !== undefined) Reflect.apply(searchParams, owner, []);
        Reflect.apply(method as (...parameters: never[]) => void, this, parameters);
        const view = owner && views.get(owner);
        if (owner === undefined || view === undefined) return;
        owner.search = `${this}`;
        view.search = owner.search;
      },
    }[name],
    writable: true,
    configurable: true,
    enumerable: true,
  });
}

Object.defineProperty(URL, 'parse', {
  value: (url: string, base?: string): URL | null => {
    try {
      return base === undefined ? new URL(url) : new URL(url, base);
    } catch {
      return null;
    }
  },
  writable: true,
  configurable: true,
  enumerable: true,
});
nameAll({ parse: Reflect.get(URL, 'parse') });

/** The pairs of a record, or of a list of pairs. */
function pairsOf(init: object): [string, string][] {
  if (!(Symbol.iterator in init)) return Object.entries(init).map(([name, value]) => [name, `${value}`]);
  return Array.from(init as Iterable<Iterable<unknown>>, (pair) => {
    const both = Array.from(pair, (each) => `${each}`);
    if (both.length === 2) return both as [string, string];
    throw new TypeError('Each query pair must be an iterable [name, value] tuple');
  });
}

/** The engine's own takes strings only. */
const Native = URLSearchParams;
function SearchParams(init?: unknown): URLSearchParams {
  if (!new.target) throw new TypeError("Class constructor URLSearchParams cannot be invoked without 'new'");
  const isList = typeof init === 'object' && init !== null;
  const made = Reflect.construct(Native, isList || init === undefined ? [] : [`${init}`], new.target);
  for (const pair of isList ? pairsOf(init) : []) Reflect.apply(append, made, pair);
  return made;
}
SearchParams.prototype = Native.prototype;
Object.defineProperty(Native.prototype, 'constructor', { value: SearchParams, writable: true, configurable: true });
defineGlobals({ URLSearchParams: SearchParams });
