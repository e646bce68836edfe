/** A terminal that attached and then reads no byte any more, though it had granted all the credit that it may. */

import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { encodeClient } from '../../../protocol/control.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { attachPath, MINOR, SUBPROTOCOL } from '../../../protocol/version.ts';
import type { Product } from './product.ts';

/** Resolves once it is attached and stalls. Returns what ends it. */
export async function attachStalled(product: Product, session: string): Promise<() => void> {
  const { origin, token } = await product.server.reach();
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${attachPath(session)}`, [SUBPROTOCOL], {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  const hello = {
    minor: MINOR,
    client: randomUUID(),
    name: 'stalled',
    version: '0',
    readOnly: true,
    lossless: false,
    epoch: null,
    from: null,
  };
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      socket.send(encodeClient('hello', hello));
      socket.send(encodeClient('credit', { through: LIMITS.credit }));
    });
    // The first message says that it is welcome.
    socket.once('message', resolve);
  });
  socket.pause();
  return () => socket.terminate();
}
