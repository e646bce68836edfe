/**
 * `node:fs` of a program: the session's files at `/home/user`, in memory, and a `/tmp` of its own. What differs from
 * what the session gave is what the program changed. Contents that the session did not send ahead are fetched when the
 * program reads them, which only functions that may wait can do.
 */

import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { createFsFromVolume, Volume } from './memfs.guest.js';

const home = '/home/user';
/** Bytes of one change, and about those that are handed over at once. */
const pieceLimit = 512 * 1024;
const batchLimit = 8 * 1024 * 1024;
/** Bytes that are asked for at once, and those of one file that are held. */
const partLimit = 1024 * 1024;
const wholeLimit = 64 * 1024 * 1024;

let workingDirectory = home;
/** What a path is relative to; the rest as a system that runs one program has it. */
const environment = { cwd: () => workingDirectory, platform: 'linux', emitWarning() {}, env: {} };
const volume = Volume.fromJSON({}, '/', { process: environment });
const memory = createFsFromVolume(volume);

/** What the session has, by path below home. @type {Map<string, { kind: string, bytes: Uint8Array | null }>} */
let known = new Map();
/** Files whose contents are not here yet, by path. @type {Map<string, { size: number, mark: string }>} */
const absent = new Map();
/** Fetches bytes of a session file. */
let fetchPart;
let beforeSave = () => {};

/**
 * Fills the file system with what the session gave, in place of what it gave before. `fetch(path, offset, length)` resolves
 * with bytes of a session file, fewer at its end, or with null if there is none.
 */
export function loadFiles(snapshot, fetch) {
  fetchPart = fetch;
  absent.clear();
  known = new Map();
  memory.rmSync(home, { recursive: true, force: true });
  for (const directory of [home, '/tmp']) memory.mkdirSync(directory, { recursive: true });
  for (const entry of snapshot) place(entry);
}

function place({ path, kind, size, modifiedAt, bytes }) {
  const full = `${home}/${path}`;
  if (kind === 'directory') memory.mkdirSync(full, { recursive: true });
  else memory.writeFileSync(full, bytes ?? new Uint8Array(0));
  memory.utimesSync(full, modifiedAt / 1000, modifiedAt / 1000);
  known.set(path, { kind, bytes, size, modifiedAt });
  absent.delete(full);
  if (kind === 'file' && bytes === null) absent.set(full, { size, mark: markOf(full) });
}

/**
 * Brings the file system up to what the session gives now, but for the paths that `keeps` says yes to. What is the same
 * stays as it is, so that files that are open are what they were.
 */
export function updateFiles(snapshot, keeps) {
  const given = new Map(snapshot.map((entry) => [entry.path, entry]));
  for (const [path, { kind }] of [...known]) {
    if (given.get(path)?.kind !== kind && !keeps(path)) forget(path);
  }
  for (const entry of snapshot) {
    if (!isKnown(entry) && !keeps(entry.path)) place(entry);
  }
}

function forget(path) {
  memory.rmSync(`${home}/${path}`, { recursive: true, force: true });
  known.delete(path);
  absent.delete(`${home}/${path}`);
}

function isKnown({ path, kind, size, modifiedAt, bytes }) {
  const old = known.get(path);
  if (old?.kind !== kind || kind === 'directory') return old?.kind === kind;
  if (old.bytes !== null && bytes !== null) return Buffer.compare(old.bytes, bytes) === 0;
  return old.size === size && old.modifiedAt === modifiedAt;
}

/** As `takeChanges`, of what is at or below these paths only. */
export function takeChangesAt(paths) {
  return batchesOf(changesAt(paths));
}

function* changesAt(paths) {
  for (const path of paths) {
    const stats = memory.statSync(`${home}/${path}`, { throwIfNoEntry: false });
    const kind = stats?.isDirectory() ? 'directory' : stats?.isFile() ? 'file' : undefined;
    const gone = [...known.keys()].filter((each) => each === path || each.startsWith(`${path}/`));
    if (kind === undefined && gone.length > 0) yield { op: 'remove', path };
    if (kind === undefined) for (const each of gone) known.delete(each);
    else {
      if (known.has(path) && known.get(path).kind !== kind) yield { op: 'remove', path };
      yield* changeOf({ path, kind }, known);
      if (kind === 'directory') for (const entry of entriesBelow(path)) yield* changeOf(entry, known);
    }
  }
}

/** Calls `action` before changes are looked for. */
export function onSave(action) {
  beforeSave = action;
}

/** Batches of the changes since the last call (build/asks.ts), in the order in which they are to be made. */
export function* takeChanges() {
  beforeSave();
  yield* batchesOf(changes());
}

function* batchesOf(changes) {
  let batch = [];
  let size = 0;
  for (const change of changes) {
    batch.push(change);
    size += 100 + (change.bytes?.length ?? 0);
    if (size < batchLimit) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

function* changes() {
  const before = known;
  known = new Map();
  const found = [...entriesBelow('')];
  const kinds = new Map(found.map(({ path, kind }) => [path, kind]));
  for (const [path, { kind }] of before) {
    const parent = path.slice(0, path.lastIndexOf('/'));
    const isGoneWithParent = path.includes('/') && kinds.get(parent) !== 'directory';
    if (kinds.get(path) !== kind && !isGoneWithParent) yield { op: 'remove', path };
  }
  for (const entry of found) yield* changeOf(entry, before);
}

function* changeOf({ path, kind }, before) {
  const old = before.get(path);
  if (kind === 'directory') {
    known.set(path, { kind, bytes: null });
    if (old?.kind !== 'directory') yield { op: 'directory', path };
  } else if (isAbsent(`${home}/${path}`)) known.set(path, old ?? { kind, bytes: null });
  else {
    const bytes = memory.readFileSync(`${home}/${path}`);
    const isSame = old?.kind === 'file' && old.bytes !== null && bytes.equals(old.bytes);
    // Read contents are a copy: what the program writes later is not in them.
    known.set(path, isSame ? old : { kind, bytes });
    if (!isSame) yield* written(path, bytes);
  }
}

function* written(path, bytes) {
  yield { op: 'write', path, bytes: new Uint8Array(bytes.subarray(0, pieceLimit)) };
  for (let offset = pieceLimit; offset < bytes.length; offset += pieceLimit) {
    yield { op: 'writeAt', path, offset, bytes: new Uint8Array(bytes.subarray(offset, offset + pieceLimit)) };
  }
}

/** Parents come before what is in them. What is neither file nor directory is not kept. */
function* entriesBelow(directory) {
  for (const entry of memory.readdirSync(`${home}/${directory}`, { withFileTypes: true })) {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    const kind = entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : null;
    if (kind === null) continue;
    yield { path, kind };
    if (kind === 'directory') yield* entriesBelow(path);
  }
}

/** Changes whenever a file is replaced or written. */
function markOf(full) {
  const { ino, mtimeMs } = memory.statSync(full);
  return `${ino} ${mtimeMs}`;
}

function isAbsent(full) {
  const entry = absent.get(full);
  if (entry === undefined) return false;
  if (memory.existsSync(full) && markOf(full) === entry.mark) return true;
  absent.delete(full);
  return false;
}

/** The files that are not here at or below a path, or nothing if the path is not one. */
function absentAt(path) {
  if (absent.size === 0 || (typeof path !== 'string' && !(path instanceof URL) && !Buffer.isBuffer(path))) return [];
  const text = path instanceof URL ? decodeURIComponent(path.pathname) : `${path}`;
  const full = resolve(text);
  return [...absent.keys()].filter((each) => (each === full || each.startsWith(`${full}/`)) && isAbsent(each));
}

function resolve(path) {
  try {
    return memory.realpathSync(path);
  } catch {
    return path;
  }
}

async function bringHere(paths) {
  for (const full of paths) {
    const { size } = absent.get(full) ?? { size: 0 };
    if (size > wholeLimit) throw tooLarge(full, size);
    const parts = [];
    for await (const part of partsOf(full, 0, size)) parts.push(part);
    if (!isAbsent(full)) continue;
    const bytes = Buffer.concat(parts);
    const { mtimeMs } = memory.statSync(full);
    absent.delete(full);
    memory.writeFileSync(full, bytes);
    memory.utimesSync(full, mtimeMs / 1000, mtimeMs / 1000);
    known.set(full.slice(home.length + 1), { ...known.get(full.slice(home.length + 1)), kind: 'file', bytes });
  }
}

/** The bytes of a file that is not here, up to `end`. */
async function* partsOf(full, start, end) {
  for (let offset = start; offset < end; ) {
    const part = await fetchPart(full.slice(home.length + 1), offset, Math.min(partLimit, end - offset));
    if (part === null || part.length === 0) {
      throw Object.assign(new Error(`EIO: ${full} was changed while it was read`), { code: 'EIO', path: full });
    }
    offset += part.length;
    yield Buffer.from(part.buffer, part.byteOffset, part.length);
  }
}

/** Functions that need the contents of what they name; all but the last two have a form that waits. */
const readers = [
  'readFile',
  'open',
  'appendFile',
  'copyFile',
  'cp',
  'rename',
  'truncate',
  'link',
  'openAsBlob',
  'stat',
  'lstat',
];

function notHere(name, full) {
  const path = full.slice(home.length + 1);
  const advice = `Use await fs.promises.${name.replace(/Sync$/, '')}(…) for it`;
  const error = new Error(
    `EFBIG: ${path} is not among the 16 MiB of the session's files in memory. ${advice}, ${name}`,
  );
  return Object.assign(error, { code: 'EFBIG', syscall: name.replace(/Sync$/, ''), path: full });
}

function tooLarge(full, size) {
  const advice = 'read it in parts, with fs.createReadStream(path, { start, end })';
  const error = new Error(`EFBIG: ${full} has ${size} bytes, too many to be held in memory: ${advice}`);
  return Object.assign(error, { code: 'EFBIG', path: full });
}

/** `node:fs`. */
export const fs = { ...memory, promises: promisesOf(memory.promises) };
/** `node:fs/promises`. */
export const { promises } = fs;

for (const name of readers) {
  const later = memory[name];
  if (later !== undefined) {
    fs[name] = (...args) => {
      const missing = args.slice(0, 2).flatMap(absentAt);
      if (missing.length === 0) return later(...args);
      bringHere(missing).then(
        () => later(...args),
        (error) => args.at(-1)(error),
      );
    };
  }
  const now = memory[`${name}Sync`];
  if (now === undefined || name.endsWith('stat')) continue;
  fs[`${name}Sync`] = (...args) => {
    const isReplaced = name === 'open' && /^w/.test(`${args[1]}`);
    const [missing] = isReplaced ? [] : args.slice(0, 2).flatMap(absentAt);
    if (missing !== undefined) throw notHere(`${name}Sync`, missing);
    return now(...args);
  };
}
for (const name of ['statSync', 'lstatSync']) {
  fs[name] = (...args) => {
    const stats = memory[name](...args);
    const [full] = absentAt(args[0]);
    if (stats && full !== undefined && stats.isFile()) stats.size = absent.get(full).size;
    return stats;
  };
}
fs.createReadStream = (path, options) => {
  const [full] = absentAt(path);
  if (full === undefined || !memory.statSync(path).isFile()) return memory.createReadStream(path, options);
  const { start = 0, end = Infinity, encoding } = typeof options === 'string' ? { encoding: options } : (options ?? {});
  const parts = partsOf(full, start, Math.min(end + 1, absent.get(full).size));
  const stream = Readable.from(parts, { objectMode: false });
  return encoding ? stream.setEncoding(encoding) : stream;
};

function promisesOf(all) {
  const wrapped = {};
  const names = [...Object.keys(all), ...Object.getOwnPropertyNames(Object.getPrototypeOf(all))];
  for (const name of names) {
    if (name === 'constructor' || name === 'fs') continue;
    const value = all[name];
    if (typeof value !== 'function' || name === 'FileHandle') wrapped[name] = value;
    else if (!readers.includes(name)) wrapped[name] = value.bind(all);
    else {
      wrapped[name] = async (...args) => {
        await bringHere(args.slice(0, 2).flatMap(absentAt));
        return all[name](...args);
      };
    }
  }
  return wrapped;
}

// The library takes a listing of all levels for one of the root unless the path is absolute.
for (const [object, name] of [
  [fs, 'readdirSync'],
  [fs, 'readdir'],
  [fs.promises, 'readdir'],
]) {
  const list = object[name];
  object[name] = (path, options, ...rest) => {
    const isWhole = options?.recursive && typeof path === 'string';
    return list(isWhole ? posix.resolve(workingDirectory, path) : path, options, ...rest);
  };
}

/** The standard streams by their numbers, as far as they can be had without waiting. */
const streams = new Map([
  [1, 'stdout'],
  [2, 'stderr'],
  ['/dev/stdout', 'stdout'],
  ['/dev/stderr', 'stderr'],
]);
for (const name of ['writeSync', 'writeFileSync', 'appendFileSync']) {
  const write = fs[name];
  fs[name] = (target, data, ...rest) => {
    const stream = process[streams.get(target)];
    if (stream === undefined) return write(target, data, ...rest);
    const isPart = typeof data !== 'string' && typeof rest[0] === 'number';
    const part = isPart
      ? Buffer.from(data.buffer, data.byteOffset + rest[0], rest[1] ?? data.byteLength - rest[0])
      : data;
    stream.write(part);
    return name === 'writeSync' ? Buffer.byteLength(part) : undefined;
  };
}
for (const name of ['readSync', 'readFileSync']) {
  const read = fs[name];
  fs[name] = (target, ...rest) => {
    if (target !== 0 && target !== '/dev/stdin') return read(target, ...rest);
    const message = 'EAGAIN: standard input comes as it is sent and cannot be waited for here: read process.stdin';
    throw Object.assign(new Error(`${message}, ${name}`), { code: 'EAGAIN', syscall: 'read' });
  };
}

process.chdir = (directory) => {
  const full = memory.realpathSync(`${directory}`);
  if (!memory.statSync(full).isDirectory()) {
    throw Object.assign(new Error(`ENOTDIR: not a directory, chdir '${directory}'`), { code: 'ENOTDIR' });
  }
  workingDirectory = full;
};
process.cwd = environment.cwd;

const { getBuiltinModule } = process;
process.getBuiltinModule = (name) => {
  const module = { fs, 'fs/promises': promises }[`${name}`.replace(/^node:/, '')];
  return module ?? getBuiltinModule.call(process, name);
};
