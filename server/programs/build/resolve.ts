/** What an import specifier means: a module of the runtime, files that it may be, or a module of the network. */

export type Target =
  | { readonly kind: 'builtin' }
  /** Session paths, in the order in which they are tried. */
  | { readonly kind: 'file'; readonly candidates: readonly string[] }
  /** `npm:…`, `http:…` or `https:…`. */
  | { readonly kind: 'remote'; readonly url: string };

const home = '/home/user/';

/** As written in the file `from`, a session path. */
export function resolveInFile(specifier: string, from: string): Target {
  if (isBuiltin(specifier)) return { kind: 'builtin' };
  if (/^(npm|https?):/.test(specifier)) return { kind: 'remote', url: specifier };
  if (/^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..') {
    const path = specifier.startsWith('/') ? belowHome(specifier) : join(from, specifier);
    return { kind: 'file', candidates: path === null ? [] : candidatesOf(path) };
  }
  return { kind: 'remote', url: `npm:${specifier}` };
}

/** As written in the module at `url`. */
export function resolveInModule(specifier: string, url: string): Target {
  if (isBuiltin(specifier)) return { kind: 'builtin' };
  if (/^(npm|https?):/.test(specifier)) return { kind: 'remote', url: specifier };
  if (/^\.{0,2}\//.test(specifier)) return { kind: 'remote', url: new URL(specifier, url).href };
  return { kind: 'remote', url: `npm:${specifier}` };
}

function belowHome(path: string): string | null {
  return path.startsWith(home) ? join('', path.slice(home.length)) : null;
}

/** The specifier relative to the directory of `from`; null when it leaves the root. */
function join(from: string, specifier: string): string | null {
  const segments = from.split('/').slice(0, -1);
  for (const segment of specifier.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  return segments.join('/');
}

/** As written; TypeScript's habit of naming the output (`./a.js` for a.ts); without extension; a directory. */
function candidatesOf(path: string): string[] {
  const typed = path.replace(/\.([mc]?)js$/, '.$1ts');
  const extensions = ['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '.json'];
  const prefix = path === '' ? '' : `${path}/`;
  const all = [path, typed, ...extensions.map((e) => path + e), ...extensions.map((e) => `${prefix}index${e}`)];
  return [...new Set(all)].filter((each) => each !== '');
}

const builtins = new Set(
  (
    'assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns ' +
    'dns/promises domain events fs fs/promises http http2 https inspector inspector/promises module net os path path/posix ' +
    'path/win32 perf_hooks process punycode querystring readline readline/promises repl stream stream/consumers ' +
    'stream/promises stream/web string_decoder sys timers timers/promises tls trace_events tty url util util/types v8 vm ' +
    'wasi worker_threads zlib'
  ).split(' '),
);

function isBuiltin(specifier: string): boolean {
  return /^(node|cloudflare):/.test(specifier) || builtins.has(specifier);
}
