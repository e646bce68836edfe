/**
 * The top-level scope of a session, as seen from inside QuickJS: evaluated once when the base snapshot is built, before
 * any guest code. Its completion value is a `ScopeEntry`; guest code cannot reach it.
 *
 * Every function that it calls is taken before guest code runs, so that a guest that changes the prototypes cannot get
 * between.
 */

/** What the host may ask. Strings only; lists are JSON text. */
export interface ScopeEntry {
  /**
   * Makes room for the bindings of an input. `json` is JSON of `InputNames`; returns JSON of `ScopeAnswer`.
   */
  open(json: string): string;
  /**
   * After an input that ended with an error: forgets those of its lexical bindings (`json` is JSON of their names) that
   * were not initialized, so that it is as if they had not been declared.
   */
  abandon(json: string): void;
  /**
   * The name under which a session file's module is known: the path, and `?v=2` and so on for later contents of a file
   * that was imported before.
   */
  moduleName(path: string, digest: string): string;
}

export interface InputNames {
  readonly lexical: readonly string[];
  readonly constant: readonly string[];
  readonly variable: readonly string[];
  /** Names that the input assigns to and does not declare. */
  readonly assigned: readonly string[];
}

export interface ScopeAnswer {
  /** Lexical names of the input that must be declared with `var`: a function of that name cannot be removed. */
  readonly fixed: readonly string[];
  /** Assigned names that an earlier input declared with `const`. */
  readonly constant: readonly string[];
}

/** As host-calls.ts describes it: a record whose values must not be read. */
declare const lexicals: Record<string, unknown>;

const { parse, stringify } = JSON;
const { defineProperty, getOwnPropertyDescriptor } = Object;
const { deleteProperty } = Reflect;
const root: object = globalThis;
/** Under this name it evaluates at the top level. */
const evaluate: (name: string) => unknown = Reflect.get(globalThis, 'eval');

const constants: Record<string, true> = { __proto__: null } as never;
const digests: Record<string, string> = { __proto__: null } as never;

/** Deletes the lexical binding, so that it can be declared again; functions that use it will see the new one. */
function forget(name: string): void {
  deleteProperty(lexicals, name);
  deleteProperty(constants, name);
}

function isFixed(name: string): boolean {
  return getOwnPropertyDescriptor(root, name)?.configurable === false;
}

function open(json: string): string {
  const names: InputNames = parse(json);
  const fixed: string[] = [];
  const constant: string[] = [];
  const { lexical, variable, assigned } = names;
  for (let index = 0; index < lexical.length; index += 1) {
    const name = lexical[index] as string;
    forget(name);
    if (isFixed(name)) append(fixed, name);
  }
  for (let index = 0; index < variable.length; index += 1) {
    const name = variable[index] as string;
    forget(name);
    if (getOwnPropertyDescriptor(root, name) === undefined) define(root, name, undefined);
  }
  for (let index = 0; index < names.constant.length; index += 1)
    define(constants, names.constant[index] as string, true);
  for (let index = 0; index < assigned.length; index += 1) {
    const name = assigned[index] as string;
    if (constants[name] && getOwnPropertyDescriptor(lexicals, name)) append(constant, name);
  }
  return stringify({ __proto__: null, fixed, constant });
}

/** Defines a plain property without running a setter that the guest may have put on a prototype. */
function define(target: object, name: string | number, value: unknown): void {
  defineProperty(target, name, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}

function append(list: string[], item: string): void {
  define(list, list.length, item);
}

function moduleName(path: string, digest: string): string {
  for (let version = 1; ; version += 1) {
    const name = version === 1 ? path : `${path}?v=${version}`;
    const known = digests[name];
    if (known === undefined) define(digests, name, digest);
    if (known === undefined || known === digest) return name;
  }
}

/** Runs no code but the name. */
function isInitialized(name: string): boolean {
  try {
    evaluate(name);
    return true;
  } catch {
    return false;
  }
}

function abandon(json: string): void {
  const names: string[] = parse(json);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    if (getOwnPropertyDescriptor(lexicals, name) && !isInitialized(name)) forget(name);
  }
}

export const entry: ScopeEntry = {
  open,
  abandon,
  moduleName,
};
