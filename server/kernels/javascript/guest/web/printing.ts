/** How the web classes print: by the properties that Node shows, although they are getters. */

import type { inspect as print } from '../print/inspect.ts';
import { Performance } from '../session/performance.ts';
import { AbortController, AbortSignal } from './abort.ts';
import { Blob, File } from './blob.ts';
import { Event, EventTarget } from './events.ts';
import { FormData } from './form-data.ts';
import { Request, Response } from './messages.ts';
import { ReadableStream, TransformStream, WritableStream } from './streams.ts';

type Inspect = typeof print;
type Options = Parameters<Inspect>[1] & { depth?: number | null };
type View = (self: never, inspect: Inspect, options: Options) => unknown;

const custom = Symbol.for('nodejs.util.inspect.custom');

/** Prints `self` as its class name and what `view` makes of it. */
function printAs(owner: { prototype: object; name: string }, view: View): void {
  Object.defineProperty(owner.prototype, custom, {
    value(this: never, depth: number | null, options: Options, inspect: Inspect): string {
      const name = Object.getPrototypeOf(this)?.constructor?.name || owner.name;
      if (typeof depth === 'number' && depth < 0) return `[${name}]`;
      const shown = view(this, inspect, options);
      return `${name} ${typeof shown === 'string' ? shown : inspect(shown, { ...options, depth: options.depth ?? null })}`;
    },
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

function properties(...names: string[]): View {
  return (self) => Object.fromEntries(names.map((name) => [name, Reflect.get(self, name)]));
}

/** `{ 'a' => '1' }`. */
const pairs: View = (self: Iterable<[string, string]>, inspect, options) => {
  const shown = [...self].map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`);
  return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
};

/** `{ a: 'b' }`; a name that comes again gets an array. */
const record: View = (self: Iterable<[string, unknown]>) => {
  const shown = Object.create(Object.prototype) as Record<string, unknown>;
  for (const [name, value] of self) {
    const before = shown[name];
    shown[name] = !Object.hasOwn(shown, name) ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return shown;
};

const event = properties('type', 'defaultPrevented', 'cancelable', 'timeStamp');
const bare: View = () => ({});

printAs(
  URL,
  properties(
    ...'href origin protocol username password host hostname port pathname search searchParams hash'.split(' '),
  ),
);
printAs(URLSearchParams, pairs);
printAs(Headers, record);
printAs(FormData, record);
printAs(Blob, properties('size', 'type'));
printAs(File, properties('size', 'type', 'name', 'lastModified'));
printAs(Event, event);
printAs(EventTarget, bare);
printAs(AbortSignal, properties('aborted'));
printAs(AbortController, properties('signal'));
printAs(Request, properties('method', 'url', 'headers', 'redirect', 'signal'));
printAs(Response, properties('status', 'statusText', 'headers', 'body', 'bodyUsed', 'ok', 'redirected', 'type', 'url'));
printAs(ReadableStream, properties('locked'));
printAs(WritableStream, properties('locked'));
printAs(TransformStream, properties('readable', 'writable'));
printAs(Performance, properties('timeOrigin'));
