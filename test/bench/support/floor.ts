/** A connection to the Durable Object that writes one row and answers. */

import { join } from 'node:path';
import { askSocket, openSocket } from './asking.ts';
import { withPlainWorker } from './plain-worker.ts';

/** Calls `use` with a function that sends a message and resolves with the answer. */
export function withFloor<Result>(
  directory: string,
  use: (ask: (message: string) => Promise<string>) => Promise<Result>,
): Promise<Result> {
  const objects = { binding: 'FLOOR', className: 'Floor', persist: join(directory, 'floor') };
  return withPlainWorker({ script: 'floor.js', name: 'floor', objects }, async (url) => {
    const socket = await openSocket(url);
    try {
      return await use((message) => askSocket(socket, message));
    } finally {
      socket.terminate();
    }
  });
}
