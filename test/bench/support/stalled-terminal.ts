/** A terminal that attached and then reads no byte any more, though it goes on granting all the credit that it may. */

import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { encodeClient } from '../../../protocol/control.ts';
import { attachPath, MINOR, SUBPROTOCOL } from '../../../protocol/version.ts';
import type { Product } from './product.ts';

const GRANT_MILLISECONDS = 20;

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
    });
    // The first message says that it is welcome.
    socket.once('message', resolve);
  });
  socket.pause();
  const grant = encodeClient('credit', { through: Number.MAX_SAFE_INTEGER });
  const granting = setInterval(() => socket.send(grant), GRANT_MILLISECONDS);
  return () => {
    clearInterval(granting);
    socket.terminate();
  };
}
