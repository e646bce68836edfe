/**
 * The program's standard output and error: queued in order and handed to the runner in batches.
 *
 * The queue outlives the request that filled it: what the runner has not acknowledged when `process.exit` ends the
 * program is handed over by `finish` (main.guest.js). Batches are numbered, so that none is counted twice.
 */

import { Buffer } from 'node:buffer';
import { Writable } from 'node:stream';

const batchLimit = 64 * 1024;
const pieceLimit = 1024 * 1024;

/** @type {{ stream: 'stdout' | 'stderr', pieces: (string | Uint8Array)[], size: number }[]} */
const queue = [];
let queuedSize = 0;
/** Handed to the runner and not acknowledged yet. @type {{ number: number, parts: unknown[] } | null} */
let inFlight = null;
let batchNumber = 0;
let sink = null;
let sending = null;
let scheduled = false;
let closed = false;
const streams = [];

/** From here on, output goes to this stub of the runner. */
export function attachSink(stub) {
  sink = stub;
  sending = null;
}

/** Nothing written later counts: the program has exited. */
export function closeOutput() {
  closed = true;
}

/** Hands over all that is queued. Resolves when the runner has it. */
export async function drainOutput() {
  while (inFlight !== null || queue.length > 0) await (sending ?? startSending());
}

function put(stream, piece) {
  const size = piece.length;
  if (closed || size === 0) return;
  const last = queue.at(-1);
  if (last?.stream === stream && last.size < pieceLimit) {
    last.pieces.push(piece);
    last.size += size;
  } else queue.push({ stream, pieces: [piece], size });
  queuedSize += size;
  if (sink === null || sending !== null) return;
  if (queuedSize >= batchLimit) startSending();
  else if (!scheduled) {
    scheduled = true;
    queueMicrotaskOfPlatform(() => {
      scheduled = false;
      if (sending === null && queue.length > 0) startSending();
    });
  }
}

const queueMicrotaskOfPlatform = globalThis.queueMicrotask;

function startSending() {
  const mine = send().finally(() => {
    if (sending === mine) sending = null;
  });
  // A runner that is gone ends this request as well: there is nobody to tell.
  mine.catch(() => {});
  sending = mine;
  return mine;
}

async function send() {
  const stub = sink;
  while (inFlight !== null || queue.length > 0) {
    inFlight ??= { number: ++batchNumber, parts: takeBatch() };
    await stub.write(inFlight.number, inFlight.parts);
    // Another request may have taken over; the queue is its business then.
    if (sink !== stub) return;
    inFlight = null;
    for (const stream of streams) globalThis.queueMicrotask(() => stream.relieve());
  }
}

/** Up to a megabyte from the head of the queue, encoded. */
function takeBatch() {
  const parts = [];
  let size = 0;
  while (queue.length > 0 && size < pieceLimit) {
    const { stream, pieces, size: length } = queue.shift();
    queuedSize -= length;
    const bytes = encode(pieces);
    size += bytes.length;
    for (let start = 0; start < bytes.length; start += pieceLimit) {
      parts.push([stream, bytes.subarray(start, start + pieceLimit)]);
    }
  }
  return parts;
}

function encode(pieces) {
  if (pieces.every((piece) => typeof piece === 'string')) return new TextEncoder().encode(pieces.join(''));
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** `process.stdout` and `process.stderr`. `write` returns false while the runner lags; `drain` says when to go on. */
class OutputStream extends Writable {
  #name;
  #lagging = false;

  constructor(name, fd) {
    super({ decodeStrings: false });
    this.#name = name;
    this.fd = fd;
    this.isTTY = false;
  }

  _write(chunk, encoding, done) {
    const isUtf8 = encoding === 'utf8' || encoding === 'utf-8';
    if (typeof chunk !== 'string') put(this.#name, Uint8Array.prototype.slice.call(chunk));
    else put(this.#name, isUtf8 ? chunk : Buffer.from(chunk, encoding));
    done();
  }

  write(...args) {
    const accepted = super.write(...args);
    if (queuedSize < batchLimit) return accepted;
    this.#lagging = true;
    return false;
  }

  relieve() {
    if (!this.#lagging || queuedSize >= batchLimit) return;
    this.#lagging = false;
    this.emit('drain');
  }
}

export const stdout = new OutputStream('stdout', 1);
export const stderr = new OutputStream('stderr', 2);
streams.push(stdout, stderr);
