/** A line to a Worker that answers each message with one. */

import WebSocket from 'ws';

export function openSocket(url: URL): Promise<WebSocket> {
  const socket = new WebSocket(url.href.replace(/^http/, 'ws'), { perMessageDeflate: false });
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject));
}

/** Resolves with the answer; rejects if the line is lost instead. */
export function askSocket(socket: WebSocket, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const lost = (code: number, reason: Buffer): void => reject(new Error(`The line was closed: ${code} ${reason}`));
    socket.once('close', lost);
    socket.once('message', (answer) => {
      socket.off('close', lost);
      resolve(String(answer));
    });
    socket.send(message);
  });
}
