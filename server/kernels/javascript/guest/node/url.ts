/** `node:url`: the classes, and file URLs. */

import path from 'path-browserify';
import { nameAll } from '../core/state.ts';
import { nameOf } from './fs-path.ts';

/** Of file URLs, what a path may hold and a URL must not. */
const ESCAPED = /[%\\\n\r\t?#]/g;

export const urlModule = {
  URL,
  URLSearchParams: Reflect.get(globalThis, 'URLSearchParams'),
  fileURLToPath: (url: string | URL): string => nameOf(new URL(String(url))),
  pathToFileURL: (name: string): URL =>
    new URL(`file://${String(path.resolve(name)).replace(ESCAPED, encodeURIComponent)}`),
  format: (url: string | URL): string => new URL(String(url)).href,
};
nameAll({ ...urlModule, URL: null, URLSearchParams: null });
