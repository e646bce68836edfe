/** Node's line to a session: a WebSocket to wherever the server is now. */

import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { attachPath, SUBPROTOCOL } from '../protocol/version.ts';
import { reasonOf } from './access/reasons.ts';
import { parseRefusal } from './access/refusal.ts';
import type { Server, ServerAccess } from './access/server.ts';
import { ConnectError, type OpenSocket, type Socket, type SocketHandlers } from './client/socket.ts';
import { ExitError } from './exit.ts';

const HANDSHAKE_MILLISECONDS = 10_000;
/** As much as the platform sends in one message. */
const MAX_MESSAGE = 32 * 1024 * 1024;
/** What a server says instead of opening a line is read up to here. */
const MAX_REFUSAL = 64 * 1024;
/** How long the other side may take to agree to an end. */
const CLOSE_MILLISECONDS = 500;

/** No line, and trying again will not help. */
class FinalConnectError extends ConnectError {
  override get retry(): boolean {
    return false;
  }
}

/**
 * A factory of lines to `session`, which the first one makes unless `isExisting`. That one must be had at once; those
 * after a loss may take several attempts.
 */
export function nodeSockets(server: Server, session: string, isExisting = false): OpenSocket {
  const path = attachPath(session, isExisting);
  let hasConnected = false;
  return async (handlers) => {
    try {
      const socket = await open(await server.reach(hasConnected), path, handlers);
      hasConnected = true;
      return socket;
    } catch (error) {
      if (error instanceof ExitError) throw new FinalConnectError(error.message);
      if (hasConnected || !(error instanceof ConnectError)) throw error;
      throw new FinalConnectError(error.message, error.refusal);
    }
  };
}

function open({ origin, token }: ServerAccess, path: string, handlers: SocketHandlers): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${path}`, [SUBPROTOCOL], {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MILLISECONDS,
      maxPayload: MAX_MESSAGE,
    });
    let isOpen = false;
    socket.on('open', () => {
      isOpen = true;
      resolve({
        send: (data) => socket.send(data),
        close: () => {
          socket.close();
          setTimeout(() => socket.terminate(), CLOSE_MILLISECONDS).unref();
        },
      });
    });
    socket.on('unexpected-response', (request, response) => {
      readRefusal(response, origin).then(reject, reject);
      response.once('end', () => request.destroy());
    });
    socket.on('error', (error) => reject(new ConnectError(`${origin} cannot be reached: ${reasonOf(error)}`)));
    socket.on('message', (data, isBinary) => {
      if (Buffer.isBuffer(data)) handlers.message(isBinary ? data : data.toString());
    });
    socket.on('close', (code, reason) => {
      if (isOpen) handlers.close(code, reason.toString());
    });
  });
}

/** What the server answered instead of opening a line: our servers send an error as JSON. */
async function readRefusal(response: IncomingMessage, origin: string): Promise<ConnectError> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MAX_REFUSAL) break;
  }
  const refusal = parseRefusal(text);
  // What is not there is not refused.
  if (refusal?.code === 'NOT_FOUND') return new ConnectError(refusal.message, refusal);
  if (refusal !== null) return new ConnectError(`${origin} refuses: ${refusal.message}`, refusal);
  return new ConnectError(`${origin} is no spawnpoint-cf server, or it is not well (HTTP ${response.statusCode})`);
}
