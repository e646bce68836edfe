/** Requests for previews as a browser makes them: below `*.localhost`, wherever this machine's resolver leads. */

import { type IncomingHttpHeaders, request } from 'node:http';
import { WebSocket } from 'ws';

export interface Browsed {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface BrowseOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Follows no redirect. */
export function browse(address: string, { method = 'GET', headers = {}, body }: BrowseOptions = {}): Promise<Browsed> {
  const { port, host, pathname, search } = new URL(address);
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: pathname + search, method, headers: { ...headers, host } };
    const asked = request({ ...options, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Opens a WebSocket, sends one message and resolves with the answer. */
export function converse(
  address: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { port, host, pathname } = new URL(address);
  const socket = new WebSocket(`ws://127.0.0.1:${port}${pathname}`, { headers: { ...headers, host } });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(message));
    socket.on('message', (data) => {
      resolve(String(data));
      socket.close();
    });
  });
}
