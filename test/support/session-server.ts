/** The built Worker in a real workerd, with terminals over real sockets; tells what a session's object does not. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SignJWT } from 'jose';
import { Miniflare, type MiniflareOptions } from 'miniflare';
import WebSocket from 'ws';
import { attachPath, SUBPROTOCOL } from '../../protocol/version.ts';
import { mainOptions, readModules, WORKER_NAME } from '../../server/local/miniflare-options.ts';
import { TestTerminal } from '../../server/testing/terminal.ts';

const TOKEN_SECRET = 'the secret of an end to end test!';
const USER = 'ada';

/** The Worker as it is, but that each opening of a session's object leaves a row, and that it knows which release it is. */
const probe = (release: number): string => `
import worker, { Sandbox as Real } from './worker.js';
export * from './worker.js';
export default worker;
export class Sandbox extends Real {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec('CREATE TABLE IF NOT EXISTS opened (at INTEGER)');
    this.sql.exec('INSERT INTO opened VALUES (0)');
  }
  opened() {
    return this.sql.exec('SELECT count(*) AS n FROM opened').one().n;
  }
  heaps() {
    return this.sql.exec(
      \`SELECT cause_number AS input, id, engine, base, depth, quote(bytes) AS bytes
       FROM revision JOIN heap ON heap.id = javascript WHERE cause = 'input' ORDER BY number\`,
    ).toArray();
  }
  release() {
    return ${release};
  }
}`;

/** The heap that an input left. */
export interface StoredHeap {
  readonly input: number;
  readonly id: number;
  readonly engine: string;
  readonly base: number | null;
  readonly depth: number;
  /** A literal of SQL. */
  readonly bytes: string;
}

interface Probe {
  opened(): Promise<number>;
  heaps(): Promise<readonly StoredHeap[]>;
  release(): Promise<number>;
}

export class SessionServer {
  readonly #miniflare: Miniflare;
  readonly #directory: string;
  readonly #sockets: WebSocket[] = [];
  #release = 1;

  private constructor(miniflare: Miniflare, directory: string) {
    this.#miniflare = miniflare;
    this.#directory = directory;
  }

  static async start(): Promise<SessionServer> {
    const directory = await mkdtemp(join(tmpdir(), 'spawnpoint-'));
    return SessionServer.#with(optionsOf(1, directory), directory);
  }

  /** What `npm run deploy:free` uploads, with what the free plan binds: no Worker Loader, no runner, no Python. */
  static async startFree(): Promise<SessionServer> {
    const directory = await mkdtemp(join(tmpdir(), 'spawnpoint-'));
    const options = optionsOf(1, directory, 'dist/worker-free');
    return SessionServer.#with({ ...options, workerLoaders: {}, serviceBindings: {} }, directory);
  }

  static async #with(options: MiniflareOptions, directory: string): Promise<SessionServer> {
    const miniflare = new Miniflare(options);
    await miniflare.ready;
    return new SessionServer(miniflare, directory);
  }

  /** Replaces the running code by that of another release, as a deploy does: every socket drops, every object ends. */
  async deploy(): Promise<void> {
    this.#release += 1;
    await this.#miniflare.setOptions(optionsOf(this.#release, this.#directory));
  }

  /** Which release the object of the session runs: 1 at first, one more with each deploy. */
  async release(session: string): Promise<number> {
    return (await this.#probe(session)).release();
  }

  /** How often the object of the session was constructed so far. Opens it if it sleeps. */
  async opened(session: string): Promise<number> {
    return (await this.#probe(session)).opened();
  }

  /** The JavaScript heaps of the inputs that left a revision, in order of commit. */
  async heaps(session: string): Promise<readonly StoredHeap[]> {
    return (await this.#probe(session)).heaps();
  }

  async #probe(session: string): Promise<Probe> {
    const sandboxes = await this.#miniflare.getDurableObjectNamespace('SANDBOX');
    const stub: unknown = sandboxes.get(sandboxes.idFromName(JSON.stringify([USER, session])));
    return stub as Probe;
  }

  /** Where it listens now, and a token for its user. */
  async reach(): Promise<{ readonly origin: string; readonly token: string }> {
    const url = await this.#miniflare.unsafeGetDirectURL(WORKER_NAME);
    const token = await new SignJWT({ sub: USER, jti: 'a', role: 'owner', aud: 'spawnpoint' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(TOKEN_SECRET));
    return { origin: url.origin, token };
  }

  /** A terminal over a socket of its own, welcomed. */
  async attach(session: string): Promise<TestTerminal> {
    const { origin, token } = await this.reach();
    const address = `${origin.replace(/^http/, 'ws')}${attachPath(session)}`;
    const socket = new WebSocket(address, SUBPROTOCOL, { headers: { authorization: `Bearer ${token}` } });
    this.#sockets.push(socket);
    const terminal = new TestTerminal();
    socket.on('message', (data: Buffer, isBinary) => {
      terminal.receive(isBinary ? new Uint8Array(data) : data.toString());
    });
    socket.on('close', (code, reason) => terminal.lost({ code, reason: reason.toString() }));
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    terminal.connect(socket);
    terminal.hello();
    await terminal.server('welcome');
    return terminal;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await this.#miniflare.dispose();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function optionsOf(release: number, directory: string, worker = 'dist/worker'): MiniflareOptions {
  const built = readModules(worker);
  const modules = [{ type: 'ESModule' as const, path: 'probe.js', contents: probe(release) }, ...built];
  const secrets = {
    tokenSecret: TOKEN_SECRET,
    runnerSecret: TOKEN_SECRET,
    runnerAddress: '127.0.0.1:9',
    esmCdn: null,
    pythonIndex: null,
    previewDomain: 'localhost:9',
  };
  return mainOptions({ modules, assets: resolve('dist/assets'), storage: directory, ...secrets }, 0);
}
