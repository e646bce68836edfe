/**
 * The modules that exist in every session, for the host's module loader. Their code is in the prelude; what the loader
 * serves are these few lines of source that pass it on.
 */

/** Where the prelude leaves the function that gives a built-in module by name: a property of the global object. */
export const BUILT_IN_SYMBOL = 'spawnpoint.builtIn';

const FILE_METHODS =
  'access appendFile copyFile lstat mkdir readFile readdir rename rm rmdir stat truncate unlink writeFile';
const sync = FILE_METHODS.split(' ')
  .map((name) => `${name}Sync`)
  .join(' ');

const ASSERTIONS =
  'AssertionError deepEqual deepStrictEqual doesNotMatch doesNotReject doesNotThrow equal fail ifError match ' +
  'notDeepEqual notDeepStrictEqual notEqual notStrictEqual ok rejects strict strictEqual throws';
const PATH = 'basename delimiter dirname extname format isAbsolute join normalize parse posix relative resolve sep';

/** What each built-in module exports by name, besides its default export. */
export const BUILT_IN_EXPORTS = {
  assert: ASSERTIONS,
  'assert/strict': ASSERTIONS,
  buffer: 'Blob Buffer File atob btoa constants kMaxLength',
  crypto: 'createHash createHmac getRandomValues randomBytes randomInt randomUUID subtle timingSafeEqual webcrypto',
  events: 'EventEmitter once',
  fs: `Dirent Stats constants exists existsSync promises ${FILE_METHODS} ${sync}`,
  'fs/promises': `constants ${FILE_METHODS}`,
  os: 'EOL arch availableParallelism cpus endianness homedir hostname platform release tmpdir type uptime userInfo',
  path: PATH,
  'path/posix': PATH,
  perf_hooks: 'performance',
  process: 'arch argv cwd env exit hrtime nextTick pid platform stderr stdout title uptime version versions',
  timers: 'clearImmediate clearInterval clearTimeout setImmediate setInterval setTimeout',
  'timers/promises': 'setImmediate setTimeout',
  url: 'URL URLSearchParams fileURLToPath format pathToFileURL',
  util:
    'TextDecoder TextEncoder callbackify debuglog deprecate format formatWithOptions inherits inspect ' +
    'isDeepStrictEqual promisify stripVTControlCharacters styleText toUSVString types',
  'util/types': 'isDate isMap isPromise isProxy isRegExp isSet isTypedArray isUint8Array',
} as const;

export type BuiltInName = keyof typeof BUILT_IN_EXPORTS;

/** All of them, for messages. */
export const BUILT_IN_NAMES = Object.keys(BUILT_IN_EXPORTS).join(', ');

function isBuiltIn(name: string): name is BuiltInName {
  return Object.hasOwn(BUILT_IN_EXPORTS, name);
}

/** `fs` for `fs` and `node:fs`; null for what is no built-in module. */
export function builtInName(specifier: string): BuiltInName | null {
  const name = specifier.startsWith('node:') ? specifier.slice('node:'.length) : specifier;
  return isBuiltIn(name) ? name : null;
}

/** The source of the ES module that a specifier such as `fs` or `node:fs` names; null for what is no built-in module. */
export function builtInModuleSource(specifier: string): string | null {
  const name = builtInName(specifier);
  if (name === null) return null;
  const names = BUILT_IN_EXPORTS[name].split(' ').join(', ');
  const give = `globalThis[Symbol.for('${BUILT_IN_SYMBOL}')]('${name}')`;
  return `const module = ${give};\nexport default module;\nexport const { ${names} } = module;\n`;
}
