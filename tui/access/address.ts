/** Which server a command talks to: the one that `--url` or SPAWNPOINT_URL names, or the embedded one. */

import { EXIT, ExitError, usageError } from '../exit.ts';

/** The origin that `text` names. Throws `ExitError` (usage) unless it is https, or http to this very machine. */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw usageError(`'${text}' is no server's URL: it must look like https://host`);
  }
  if (url.username !== '' || url.password !== '') {
    throw usageError('a server URL holds no credentials: set SPAWNPOINT_TOKEN');
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw usageError(`'${text}' names more than a server: use ${url.origin}`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw usageError(`http sends the token in the clear, so it is for this machine only: use https://${url.host}`);
  }
  return url.origin;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/** An HTTP token has no blanks and no characters that a header cannot carry. */
export function checkToken(token: string, from: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ExitError(EXIT.unreachable, `the token in ${from} holds characters that no token has`);
}
