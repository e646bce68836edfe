/** A connection to the Durable Object that writes one row and answers. */

import { join } from 'node:path';
import WebSocket from 'ws';
import { withPlainWorker } from './plain-worker.ts';

/** Calls `use` with a function that sends a message and resolves with the answer. */
export function withFloor<Result>(
  directory: string,
  use: (ask: (message: string) => Promise<string>) => Promise<Result>,
): Promise<Result> {
  const objects = { binding: 'FLOOR', className: 'Floor', persist: join(directory, 'floor') };
  return withPlainWorker({ script: 'floor.js', name: 'floor', objects }, async (url) => {
    const socket = await open(url);
    try {
      return await use((message) => ask(socket, message));
    } finally {
      socket.terminate();
    }
  });
}

function open(url: URL): Promise<WebSocket> {
  const socket = new WebSocket(url.href.replace(/^http/, 'ws'), { perMessageDeflate: false });
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject));
}

function ask(socket: WebSocket, message: string): Promise<string> {
  return new Promise((resolve) => {
    socket.once('message', (answer) => resolve(String(answer)));
    socket.send(message);
  });
}
