/** What an editor asks about the session's values: completions, inspections, variables. Runs none of their code. */

import { lexicals } from '../core/host.ts';
import { encodeForPython } from '../core/plain-data.ts';
import { freeze, getOwnPropertyNames, hasOwn, ownKeys, toJson } from '../core/primordials.ts';
import { classOf, findProperty, isProxy, ownProperty, prototypeOf, read, readString } from '../core/safe.ts';
import { print } from '../print/inspect.ts';
import { preview } from '../print/render.ts';

const KEYWORDS = (
  'async await break case catch class const continue debugger default delete do else export extends false finally for ' +
  'function if import in instanceof let new null of return static super switch this throw true try typeof undefined ' +
  'using var void while with yield'
).split(' ');

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const PATH_BEFORE =
  /(?:([\p{ID_Start}$_][\p{ID_Continue}$]*(?:\??\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*|["'`\]])\??\.)?([\p{ID_Continue}$]*)$/u;
const NAME_AFTER = /^[\p{ID_Continue}$]*/u;
const LIMIT = 1000;

const PROTOTYPES: Record<string, object> = {
  string: String.prototype,
  number: Number.prototype,
  boolean: Boolean.prototype,
  bigint: BigInt.prototype,
  symbol: Symbol.prototype,
};

/** Marks an expression whose value cannot be known without running code. */
const unknown = Symbol('unknown');

/** The value of a property; `unknown` if there is none, and where a getter would run. */
function readKnown(owner: unknown, name: string): unknown {
  const value = read(owner, name);
  if (value !== undefined || (typeof owner !== 'object' && typeof owner !== 'function') || owner === null) return value;
  const property = findProperty(owner, name);
  return property === undefined || property.get !== undefined ? unknown : undefined;
}

function step(value: unknown, name: string): unknown {
  const owner = PROTOTYPES[typeof value] ?? value;
  return owner === undefined || owner === null ? unknown : readKnown(owner, name);
}

/** Reads a global binding by its name, an identifier that the engine gave. */
const evaluateGlobally: (name: string) => unknown = Reflect.get(globalThis, 'eval');

/** The value of a global binding; `unknown` in its dead zone and where a getter would run. */
function bindingOf(name: string): unknown {
  if (!hasOwn(lexicals, name)) return readKnown(globalThis, name);
  try {
    return evaluateGlobally(name);
  } catch {
    return unknown;
  }
}

/** The value of `a.b.c`, or `unknown`. */
function valueAt(path: string): unknown {
  if (path === '"' || path === "'" || path === '`') return '';
  if (path === ']') return unknown;
  let value: unknown = globalThis;
  for (const [at, name] of path.replaceAll('?.', '.').split('.').entries()) {
    if (at === 0 && (name === 'this' || name === 'globalThis')) continue;
    value = at === 0 ? bindingOf(name) : step(value, name);
    if (value === unknown || value === undefined) return unknown;
  }
  return value;
}

/** The string keys of the lexicals: the only thing of theirs that may be asked. */
function ownNames(record: object): string[] {
  return ownKeys(record).filter((key) => typeof key === 'string');
}

function addNames(value: unknown, prefix: string, found: Set<string>): void {
  const start = PROTOTYPES[typeof value] ?? value;
  if ((typeof start !== 'object' && typeof start !== 'function') || start === null) return;
  for (let at: object | null = start; at !== null && !isProxy(at) && found.size < LIMIT; at = prototypeOf(at)) {
    for (const name of getOwnPropertyNames(at)) {
      if (!name.startsWith(prefix) || !IDENTIFIER.test(name)) continue;
      if (name.startsWith('__') && !prefix.startsWith('_')) continue;
      found.add(name);
      if (found.size >= LIMIT) break;
    }
  }
}

/** JSON of `Completion`. */
export function complete(code: string, cursor: number): string {
  const before = code.slice(0, cursor);
  const [, path, prefix = ''] = PATH_BEFORE.exec(before) ?? [];
  const from = before.length - prefix.length;
  const found = new Set<string>();
  if (path !== undefined) {
    const value = valueAt(path);
    if (value !== unknown) addNames(value, prefix, found);
  } else if (prefix !== '' && !/[.\d]/.test(before[from - 1] ?? '') && !/^\d/.test(prefix)) {
    addNames(globalThis, prefix, found);
    for (const name of ownNames(lexicals)) if (name.startsWith(prefix)) found.add(name);
    for (const keyword of KEYWORDS) if (keyword.startsWith(prefix)) found.add(keyword);
  }
  return toJson({ from, to: cursor, candidates: [...found].sort() });
}

/** The print-out of the expression at the cursor, or null. */
export function inspectAt(code: string, cursor: number): string | null {
  const end = cursor + (NAME_AFTER.exec(code.slice(cursor))?.[0].length ?? 0);
  const [, owner, name = ''] = PATH_BEFORE.exec(code.slice(0, end)) ?? [];
  if (!IDENTIFIER.test(name) || owner === ']') return null;
  const value = owner === undefined ? valueAt(name) : valueOfMember(owner, name);
  return value === unknown ? null : print(value, { colors: true });
}

function valueOfMember(owner: string, name: string): unknown {
  const value = valueAt(owner);
  return value === unknown ? unknown : step(value, name);
}

const ownGlobals = new Set<PropertyKey>();

/** What is global from now on belongs to the prelude, not to the user. */
export function closePrelude(): void {
  for (const key of ownKeys(globalThis)) ownGlobals.add(key);
  freeze(PROTOTYPES);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return readString(read(prototypeOf(value), 'constructor'), 'name') || classOf(value);
}

/** A variable for the other kernel: see `OtherKernelCalls.otherTake`. */
export function readVariable(name: string): string {
  const value = IDENTIFIER.test(name) ? bindingOf(name) : unknown;
  if (value === unknown) return `?JavaScript has no variable ${name}.`;
  try {
    return `+${encodeForPython(value, name)}`;
  } catch (error) {
    return `-${readString(error, 'message') ?? `${name} cannot be copied.`}`;
  }
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly preview: string;
}

function describe(name: string, value: unknown): Variable {
  return { name, type: typeOf(value), preview: preview(value) };
}

/** JSON of `Variable[]`. */
export function variables(): string {
  const found: Variable[] = [];
  for (const name of getOwnPropertyNames(globalThis)) {
    const property = ownProperty(globalThis, name);
    if (property === undefined || ownGlobals.has(name)) continue;
    // The REPL's last value and last error, until the user takes the names.
    if ((name === '_' || name === '_error') && property.get !== undefined) continue;
    if (property.get !== undefined) found.push({ name, type: 'getter', preview: '[Getter]' });
    else found.push(describe(name, property.value));
  }
  for (const name of ownNames(lexicals)) {
    const value = bindingOf(name);
    if (value !== unknown) found.push(describe(name, value));
  }
  return toJson(found);
}
