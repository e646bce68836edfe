/** Modules of the network: their names, and what they import. They are JavaScript already, so a lexer is enough. */

import { parse } from 'es-module-lexer/js';
import type { BuiltModule } from './build.ts';
import { BuildError } from './build-error.ts';

interface RemoteCode {
  readonly text: string;
  readonly imports: readonly {
    readonly specifier: string;
    /** The string literal with its quotes, and import attributes. */
    readonly start: number;
    readonly end: number;
    readonly isLate: boolean;
  }[];
}

/** The runtime takes names for paths, in which two slashes are one. */
export function remoteName(url: string): string {
  return url.replace(/\/\/+/g, '/');
}

/** `contentType` as the server said it; what it does not tell, the path of `url` does. */
export function readRemote(
  url: string,
  contentType: string,
  bytes: Uint8Array,
): RemoteCode | { readonly module: BuiltModule } {
  const { pathname } = new URL(url);
  if (/^application\/wasm\b/.test(contentType) || pathname.endsWith('.wasm')) {
    return { module: { wasm: bytes.slice().buffer } };
  }
  const text = new TextDecoder().decode(bytes);
  if (/^application\/json\b/.test(contentType)) return { module: { json: JSON.parse(text) } };
  if (!/javascript|ecmascript/.test(contentType)) {
    throw new Error(`${url} is no JavaScript but ${contentType || 'of no known type'}`);
  }
  try {
    return { text, imports: importsOf(text) };
  } catch {
    throw new BuildError(`${url} is no JavaScript module that can be read.`);
  }
}

function importsOf(text: string): RemoteCode['imports'] {
  const [imports] = parse(text);
  return imports.flatMap(({ n: specifier, s, e, d, a, se }) => {
    if (specifier === undefined) return [];
    // A dynamic import is given with its quotes, a static one without; attributes end before the statement does.
    const isLate = d >= 0;
    const quotes = isLate ? 0 : 1;
    const end = a < 0 ? e + quotes : isLate ? se - 1 : se;
    return [{ specifier, start: s - quotes, end, isLate }];
  });
}
