/**
 * The program's standard output and error: queued in order and handed to the runner in batches, whenever the program
 * yields. Nothing leaves an isolate while its own code runs (there is no synchronous call to the outside, and waiting
 * is refused), so what a program may print without yielding is bounded by what its isolate can hold.
 *
 * The queue outlives the request that filled it: what the runner has not acknowledged when `process.exit` ends the
 * program is handed over by `finish` (main.guest.js). Batches are numbered, so that none is counted twice.
 */

import { Buffer } from 'node:buffer';

const batchLimit = 64 * 1024;
const pieceLimit = 1024 * 1024;
/** A write that finds so much waiting ends the program. */
const queueLimit = 64 * 1024 * 1024;
/** As does one that finds so many writes since any output left: an endless loop that prints little comes to its end. */
const writeLimit = 2_000_000;
const overflowMessage = (waited) =>
  `spawnpoint-cf: the program was stopped because ${waited} of its output waited to be sent: output leaves when the ` +
  "program waits for something, such as a timer or the 'drain' of process.stdout.\n";

/**
 * Pieces are gathered up to `batchLimit` and then encoded, so that short lines take no more memory than their bytes.
 * An entry has at most `pieceLimit` bytes.
 * @type {{ stream: 'stdout' | 'stderr', pieces: (string | Uint8Array)[], size: number }[]}
 */
const queue = [];
let queuedSize = 0;
/** Since a batch was last taken. */
let writes = 0;
/** Handed to the runner and not acknowledged yet. @type {{ number: number, parts: unknown[] } | null} */
let inFlight = null;
let batchNumber = 0;
let sink = null;
let sending = null;
let scheduled = false;
let closed = false;
let endProgram = () => {};
/** `process.stdout` and `process.stderr`, once there are any. @type {Map<string, { print(text: string): void, relieve(): void }>} */
const streams = new Map();
/** Called once the runner has caught up. @type {(() => void)[]} */
let waiting = [];

/** From here on, output goes to this stub of the runner. */
export function attachSink(stub) {
  sink = stub;
  sending = null;
}

/** Nothing written later counts: the program has exited. */
export function closeOutput() {
  closed = true;
}

/** `end` ends the program at once, for having printed too much. */
export function whenOverfull(end) {
  endProgram = end;
}

/** Whether output waits for the runner, or for who reads it. */
export function isLagging() {
  return queuedSize >= batchLimit;
}

/** Calls `resume` once, as soon as the output that waits now has left. */
export function whenCaughtUp(resume) {
  waiting.push(resume);
}

/** Hands over all that is queued. Resolves when the runner has it. */
export async function drainOutput() {
  while (inFlight !== null || queue.length > 0) await (sending ?? startSending());
}

/** From here on, what is printed to `name` goes by way of `stream`. */
export function openStream(name, stream) {
  streams.set(name, stream);
}

/** Text that the console or we ourselves print. */
export function print(name, text) {
  const stream = streams.get(name);
  if (stream === undefined) put(name, text);
  else stream.print(text);
}

/** A piece of output: text, or bytes that nobody changes any more. */
export function put(stream, piece) {
  if (closed || piece.length === 0) return;
  writes++;
  if (queuedSize >= queueLimit || writes > writeLimit) {
    enqueue('stderr', overflowMessage(queuedSize >= queueLimit ? '64 MiB' : 'two million writes'));
    closed = true;
    endProgram();
    return;
  }
  enqueue(stream, piece);
  if (sink === null || sending !== null) return;
  if (isLagging()) startSending();
  else if (!scheduled) {
    scheduled = true;
    queueMicrotaskOfPlatform(() => {
      scheduled = false;
      if (sending === null && queue.length > 0) startSending();
    });
  }
}

function enqueue(stream, piece) {
  const last = queue.at(-1);
  queuedSize += piece.length;
  if (last?.stream === stream && last.size + piece.length <= batchLimit) {
    last.pieces.push(piece);
    last.size += piece.length;
    return;
  }
  if (last !== undefined) seal();
  queue.push({ stream, pieces: [piece], size: piece.length });
  if (piece.length > batchLimit) seal();
}

/** Encodes the last entry. */
function seal() {
  const { stream, pieces, size } = queue.pop();
  const bytes = encode(pieces);
  queuedSize += bytes.length - size;
  for (let start = 0; start < bytes.length; start += pieceLimit) {
    // A copy: a view would take the whole buffer with it to the runner.
    const piece = bytes.length > pieceLimit ? bytes.slice(start, start + pieceLimit) : bytes;
    queue.push({ stream, pieces: [piece], size: piece.length });
  }
}

const queueMicrotaskOfPlatform = globalThis.queueMicrotask;

function startSending() {
  sending = send();
  // A runner that is gone ends this request as well: there is nobody to tell.
  sending.catch(() => {});
  return sending;
}

async function send() {
  const stub = sink;
  while (inFlight !== null || queue.length > 0) {
    inFlight ??= { number: ++batchNumber, parts: takeBatch() };
    await stub.write(inFlight.number, inFlight.parts);
    // Another request may have taken over; the queue is its business then.
    if (sink !== stub) return;
    inFlight = null;
    if (!isLagging()) relieve();
  }
  // In the same step in which the queue was found empty, so that what is written next is sent.
  sending = null;
}

function relieve() {
  const resumed = waiting;
  waiting = [];
  for (const resume of resumed) globalThis.queueMicrotask(resume);
  for (const stream of streams.values()) globalThis.queueMicrotask(() => stream.relieve());
}

/** Some megabytes at most, from the head of the queue, encoded. */
function takeBatch() {
  writes = 0;
  const parts = [];
  let size = 0;
  while (queue.length > 0 && size < pieceLimit) {
    const { stream, pieces, size: length } = queue.shift();
    queuedSize -= length;
    const bytes = encode(pieces);
    size += bytes.length;
    parts.push([stream, bytes]);
  }
  return parts;
}

function encode(pieces) {
  if (pieces.length === 1 && typeof pieces[0] !== 'string') return pieces[0];
  if (pieces.every((piece) => typeof piece === 'string')) return new TextEncoder().encode(pieces.join(''));
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}
