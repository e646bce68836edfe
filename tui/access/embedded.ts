/** The embedded server, for whoever wants it: loaded late, because with another server nothing of it is needed. */

export { ensureServer, type LocalServer } from '../../server/local/ensure.ts';
export { serverLogs, serverStatus } from '../../server/local/status.ts';
export { stopServer } from '../../server/local/stop.ts';
