/**
 * `node:fs` of a preview: the session's files at `/home/user`, and a `/tmp` that lasts as long as the isolate does. What
 * a request has changed by the time it is answered is handed over to the session; what others change comes with the next
 * request.
 */

import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import process from 'node:process';
import contents from 'spawnpoint:files/contents';
import index from 'spawnpoint:files/index';
import { fs, loadFiles, takeChangesAt, updateFiles } from './files.guest.js';
import { readSession } from './preview.guest.js';

const home = '/home/user';
/** Files that stay open for writing are looked at after each request, the newest of them. */
const maxOpen = 100;
/** What the session takes of one file; a part of one is never handed over. */
const maxFileBytes = 8 * 1024 * 1024;
/** The version that requests asked for last, which those who share the isolate need not ask for again. */
let wanted = index.version;
/** Paths below home that the code may have changed since the session was told, and those it may change at any time. */
const touched = new Set();
const open = new Set();
/** What was handed over: the session has it in all revisions after this one. @type {Map<string, number>} */
const mine = new Map();

/** Takes over what others changed, if a request says that there is something. */
export async function renewFiles(host, version) {
  if (version === wanted) return;
  const given = await host.files();
  wanted = version;
  if (given === null) return;
  for (const [path, revision] of mine) if (revision < given.revision) mine.delete(path);
  updateFiles(snapshotOf(given), isOurs);
}

/** Hands over what the code changed. Rejects if the session does not take it. */
export async function saveFiles(host) {
  if (touched.size === 0 && open.size === 0) return;
  const paths = [...new Set([...touched, ...open])];
  touched.clear();
  const tooLarge = paths.find((path) => sizeOf(path) > maxFileBytes);
  if (tooLarge !== undefined) {
    open.delete(tooLarge);
    for (const path of paths) if (path !== tooLarge) touched.add(path);
    throw new Error(`What the preview wrote could not be kept. "${tooLarge}" is larger than 8 MiB`);
  }
  for (const batch of takeChangesAt(paths)) {
    const changed = batch.map(({ path }) => path);
    for (const path of changed) mine.set(path, Number.POSITIVE_INFINITY);
    let revision = -1;
    try {
      revision = await host.change(batch);
    } finally {
      for (const path of changed) mine.set(path, revision);
    }
  }
}

function sizeOf(path) {
  return fs.statSync(`${home}/${path}`, { throwIfNoEntry: false })?.size ?? 0;
}

/** Whether what the session gives cannot have what the code made of this path yet. */
function isOurs(path) {
  for (const paths of [touched, open, mine.keys()]) {
    for (const each of paths) {
      if (each === path || each.startsWith(`${path}/`) || path.startsWith(`${each}/`)) return true;
    }
  }
  return false;
}

function snapshotOf({ rows, contents }) {
  return rows.map(([path, kind, size, modifiedAt, start]) => {
    const bytes = start === null ? null : contents.subarray(start, start + size);
    return { path, kind, size, modifiedAt, bytes };
  });
}

async function readPart(...part) {
  const stream = await readSession(...part);
  return stream === null ? null : new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Functions that change what some of their arguments name, by the positions of these. */
const writers = {
  appendFile: [0],
  copyFile: [1],
  cp: [1],
  link: [1],
  mkdir: [0],
  rename: [0, 1],
  rm: [0],
  rmdir: [0],
  truncate: [0],
  unlink: [0],
  writeFile: [0],
};

/** Those that wait may change it when they are called as well as when they are done. */
function follow(object, name, positions) {
  const action = object[name];
  if (action === undefined) return;
  object[name] = (...args) => {
    const paths = positions.map((position) => pathBelowHome(args[position])).filter((path) => path !== null);
    const touch = () => {
      for (const path of paths) touched.add(path);
    };
    touch();
    const last = args.at(-1);
    if (typeof last === 'function') {
      args[args.length - 1] = (...results) => {
        touch();
        last(...results);
      };
    }
    const result = action(...args);
    return typeof result?.finally === 'function' ? result.finally(touch) : result;
  };
}

/** Opening is writing unless its flags, which may be left out, say otherwise. */
function followOpening(object, name, isWriting) {
  const action = object[name];
  object[name] = (path, ...rest) => {
    const below = isWriting(rest[0]) ? pathBelowHome(path) : null;
    if (below !== null) {
      open.delete(below);
      open.add(below);
      if (open.size > maxOpen) open.delete(open.values().next().value);
    }
    return action(path, ...rest);
  };
}

function isWriting(flags) {
  if (typeof flags === 'number') return flags !== fs.constants.O_RDONLY;
  return typeof flags === 'string' && !['r', 'rs', 'sr'].includes(flags);
}

/** Null for what is elsewhere, and for descriptors, of which `open` knows. */
function pathBelowHome(path) {
  if (typeof path !== 'string' && !(path instanceof URL) && !Buffer.isBuffer(path)) return null;
  const text = path instanceof URL ? decodeURIComponent(path.pathname) : `${path}`;
  const full = real(posix.resolve(process.cwd(), text));
  return full.startsWith(`${home}/`) ? full.slice(home.length + 1) : null;
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

loadFiles(snapshotOf({ rows: index.rows, contents: new Uint8Array(contents) }), readPart);
for (const [name, positions] of Object.entries(writers)) {
  follow(fs, `${name}Sync`, positions);
  follow(fs, name, positions);
  follow(fs.promises, name, positions);
}
followOpening(fs, 'openSync', isWriting);
followOpening(fs, 'open', isWriting);
followOpening(fs.promises, 'open', isWriting);
followOpening(fs, 'createWriteStream', () => true);
