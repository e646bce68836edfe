/** What the guest finds besides ES2023: QuickJS's own additions, its extensions, and untyped packages. */

declare class URLSearchParams {
  constructor(init?: string | Iterable<readonly [string, string]>);
  append(name: string, value: string): void;
  set(name: string, value: string): void;
  delete(name: string): void;
  sort(): void;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

declare class URL {
  constructor(url: string, base?: string | URL);
  readonly href: string;
  readonly protocol: string;
  readonly pathname: string;
  readonly username: string;
  readonly password: string;
  search: string;
}

declare class Headers {
  constructor(init?: Headers | Iterable<readonly [string, string]> | Record<string, string>);
  get(name: string): string | null;
  has(name: string): boolean;
  set(name: string, value: string): void;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

declare class TextEncoder {
  encode(text?: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

declare class DOMException extends Error {
  constructor(message?: string, name?: string);
}

declare function atob(text: string): string;
declare function btoa(text: string): string;
declare function queueMicrotask(callback: () => void): void;

interface ErrorConstructor {
  captureStackTrace(target: object, above?: (...parameters: never[]) => unknown): void;
}

type Base64Options = { alphabet?: 'base64' | 'base64url'; omitPadding?: boolean };

interface String {
  toWellFormed(): string;
}

interface Uint8Array {
  toBase64(options?: Base64Options): string;
  toHex(): string;
}

interface Uint8ArrayConstructor {
  fromBase64(text: string, options?: Base64Options): Uint8Array;
  fromHex(text: string): Uint8Array;
}

declare module 'events' {
  const EventEmitter: { new (): object; once(...parameters: unknown[]): Promise<unknown> };
  export default EventEmitter;
}

declare module 'path-browserify' {
  const path: Record<string, unknown> & { resolve(...parts: string[]): string };
  export default path;
}

// The package has types, but its `exports` hide them.
declare module 'event-target-shim' {
  export class Event<Type extends string = string> {
    constructor(type: Type, init?: { bubbles?: boolean; cancelable?: boolean; composed?: boolean });
    readonly type: Type;
  }
  type Listener = (event: Event) => void;
  export class EventTarget {
    addEventListener(type: string, listener: Listener | null): void;
    removeEventListener(type: string, listener: Listener | null): void;
    dispatchEvent(event: Event): boolean;
  }
  export function setErrorHandler(handler: (error: unknown) => void): void;
  export function setWarningHandler(handler: () => void): void;
}
