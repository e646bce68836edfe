/**
 * `node:fs` of a preview: the session's files at `/home/user` as they were last handed over, to be read only, and a
 * `/tmp` that lasts as long as the isolate does.
 */

import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import process from 'node:process';
import contents from 'spawnpoint:files/contents';
import index from 'spawnpoint:files/index';
import { fs, loadFiles } from './files.guest.js';
import { readSession } from './preview.guest.js';

const home = '/home/user';
/** The version that requests asked for last, which those who share the isolate need not ask for again. */
let wanted = index.version;
let loaded = index.version;

/** Loads the files anew if a request says that there are others. */
export async function renewFiles(host, version) {
  if (version === wanted) return;
  const given = await host.files();
  wanted = version;
  if (given === null || given.version === loaded) return;
  loaded = given.version;
  load(given);
}

function load({ rows, contents }) {
  const snapshot = rows.map(([path, kind, size, modifiedAt, start]) => {
    const bytes = start === null ? null : contents.subarray(start, start + size);
    return { path, kind, size, modifiedAt, bytes };
  });
  loadFiles(snapshot, readPart);
}

async function readPart(...part) {
  const stream = await readSession(...part);
  return stream === null ? null : new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Functions that change what some of their arguments name, by the positions of these. */
const writers = {
  appendFile: [0],
  chmod: [0],
  chown: [0],
  copyFile: [1],
  cp: [1],
  createWriteStream: [0],
  lchmod: [0],
  lchown: [0],
  link: [1],
  lutimes: [0],
  mkdir: [0],
  mkdtemp: [0],
  rename: [0, 1],
  rm: [0],
  rmdir: [0],
  symlink: [1],
  truncate: [0],
  unlink: [0],
  utimes: [0],
  writeFile: [0],
};

function guard(object, name, positions, fail) {
  const action = object[name];
  if (action === undefined) return;
  object[name] = (...args) => {
    const path = positions.map((position) => args[position]).find(isHome);
    return path === undefined ? action(...args) : fail(refusal(name, path), args);
  };
}

/** Opening is writing unless its flags, which may be left out, say otherwise. */
function guardOpen(object, name, fail) {
  const open = object[name];
  object[name] = (path, ...rest) => {
    const flags = typeof rest[0] === 'function' ? 'r' : (rest.shift() ?? 'r');
    return isReading(flags) || !isHome(path) ? open(path, flags, ...rest) : fail(refusal(name, path), rest);
  };
}

function isReading(flags) {
  if (typeof flags === 'number') {
    const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
    return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)) === 0;
  }
  return flags === 'r' || flags === 'rs' || flags === 'sr';
}

/** False for descriptors: those for writing are of files elsewhere. */
function isHome(path) {
  if (typeof path !== 'string' && !(path instanceof URL) && !Buffer.isBuffer(path)) return false;
  const text = path instanceof URL ? decodeURIComponent(path.pathname) : `${path}`;
  const full = real(posix.resolve(process.cwd(), text));
  return full === home || full.startsWith(`${home}/`);
}

/** Where a path leads, or would if there were something. */
function real(path) {
  try {
    return fs.realpathSync(path);
  } catch {
    const parent = posix.dirname(path);
    return parent === path ? path : posix.join(real(parent), posix.basename(path));
  }
}

function refusal(name, path) {
  const syscall = name.replace(/Sync$/, '');
  const advice = 'in a preview, the files of the session are to be read only; keep data in a class of your own';
  const error = new Error(`EROFS: read-only file system (${advice}), ${syscall} '${path}'`);
  return Object.assign(error, { code: 'EROFS', errno: -30, syscall, path: `${path}` });
}

const now = (error) => {
  throw error;
};
const later = async (error) => now(error);
const called = (error, args) => queueMicrotask(() => args.findLast((arg) => typeof arg === 'function')?.(error));

load({ rows: index.rows, contents: new Uint8Array(contents) });
for (const [name, positions] of Object.entries(writers)) {
  guard(fs, `${name}Sync`, positions, now);
  guard(fs, name, positions, name === 'createWriteStream' ? now : called);
  guard(fs.promises, name, positions, later);
}
guardOpen(fs, 'openSync', now);
guardOpen(fs, 'open', called);
guardOpen(fs.promises, 'open', later);
