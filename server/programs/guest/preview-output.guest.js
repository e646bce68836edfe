/**
 * What a preview prints: gathered while its code runs and handed over as soon as that yields. Requests come and go, so
 * each batch is on its way for itself, and the request that printed it waits for it.
 */

import { waitUntil } from 'cloudflare:workers';
import { Buffer } from 'node:buffer';
import { Writable } from 'node:stream';

/** What is printed beyond it before the code yields is dropped, and said so. */
const queueLimit = 1024 * 1024;
const pieceLimit = 64 * 1024;
const dropped = '[spawnpoint-cf: more was printed than can be shown]\n';

let host = null;
/** @type {{ stream: 'stdout' | 'stderr', text: Uint8Array }[]} */
let queue = [];
let size = 0;
let isScheduled = false;

/** From here on, output goes to this stub. */
export function attachHost(stub) {
  host = stub;
}

/** Hands over what is gathered. Outside of any request it stays: the next one takes it along. */
export function flushOutput() {
  isScheduled = false;
  if (queue.length === 0) return;
  try {
    waitUntil(host.print(queue).catch(() => {}));
  } catch {
    return;
  }
  queue = [];
  size = 0;
}

function put(stream, chunk) {
  if (chunk.length === 0 || size > queueLimit) return;
  const isOver = size + chunk.length > queueLimit;
  size += chunk.length;
  const bytes = isOver ? Buffer.from(dropped) : chunk;
  for (let start = 0; start < bytes.length; start += pieceLimit) {
    queue.push([isOver ? 'stderr' : stream, Uint8Array.prototype.slice.call(bytes, start, start + pieceLimit)]);
  }
  if (isScheduled) return;
  isScheduled = true;
  globalThis.queueMicrotask(flushOutput);
}

class OutputStream extends Writable {
  #name;

  constructor(name, fd) {
    super();
    this.#name = name;
    this.fd = fd;
    this.isTTY = false;
  }

  _write(chunk, _encoding, done) {
    put(this.#name, chunk);
    done();
  }
}

export const stdout = new OutputStream('stdout', 1);
export const stderr = new OutputStream('stderr', 2);
