/** The session's Durable Object: wires sockets, storage, kernels and the alarm to the session core. */

import { DurableObject } from 'cloudflare:workers';
import { CLOSE, closeReason } from '../protocol/close.ts';
import type { Role } from '../protocol/control.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { PING, PONG, SUBPROTOCOL } from '../protocol/version.ts';
import type { Identity } from './auth/token.ts';
import { leaving, understood } from './crossing.ts';
import { DurableDatabase } from './durable-database.ts';
import { egressFetch, egressRules } from './egress/egress.ts';
import type { Env } from './env.ts';
import { FileUploads } from './files/file-uploads.ts';
import { LargeFiles } from './files/large-files.ts';
import { LargeParts } from './files/large-parts.ts';
import { Orphans } from './files/orphans.ts';
import { UploadRows } from './files/upload-rows.ts';
import { failureResponse } from './http/errors.ts';
import { type FileRoutesHost, fileRoutes } from './http/files.ts';
import { historyRoutes } from './http/history.ts';
import { networkRoutes } from './http/network.ts';
import { previewSessionRoutes } from './http/previews.ts';
import { uploadRoutes } from './http/uploads.ts';
import { javascriptFactory } from './kernels/javascript/factory.ts';
import { pythonFactories } from './kernels/python/factories.ts';
import { isolateMemory } from './memory.ts';
import { RunnerPreviews } from './previews/runner-previews.ts';
import { readChanges, readSessionFilesRequest, SESSION_FILES_PATH } from './previews/session-files.ts';
import { LoaderRunner } from './programs/loader-runner.ts';
import { remoteModules } from './programs/package-cdn.ts';
import { ProgramRunners } from './programs/runners.ts';
import type { Caller, Connection } from './session/connection.ts';
import { exportRevision, importRevision } from './session/fork.ts';
import type { SessionHost } from './session/kernel-slot.ts';
import { Schedule } from './session/schedule.ts';
import { readMeta, writeMeta } from './session/schema.ts';
import { Session } from './session/session.ts';
import type { TerminalPort, TerminalState } from './session/terminal.ts';
import { systemClock } from './system-clock.ts';
import { SERVER_VERSION } from './version.ts';

/** Who asks and for which session, as JSON: set by the Worker, which alone can reach this object. */
export const IDENTITY_HEADER = 'x-spawnpoint-identity';

type Requester = Identity & Caller;

/** What a socket keeps while this object sleeps. */
interface SocketState {
  readonly caller: Caller;
  readonly terminal: TerminalState | null;
}

const COLLECT_MILLISECONDS = 60_000;
/** Long enough for a burst of inputs to end. */
const PRUNE_MILLISECONDS = 2_000;
/** R2 failed: how long until it may be well again. */
const COLLECT_AGAIN_MILLISECONDS = 600_000;
const COLLECT_AT_ONCE = 1000;
/** For a close to be on its way: what ends an object drops what it has not sent. */
const CLOSE_MILLISECONDS = 10;

export class Sandbox extends DurableObject<Env> {
  readonly #session: Session;
  readonly #orphans: Orphans;
  readonly #large: LargeFiles;
  readonly #uploads: FileUploads;
  readonly #schedule: Schedule;
  readonly #connections = new Map<WebSocket, Connection>();
  /** The store failed: nothing may go on with what is in memory. */
  #isEnding = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    isolateMemory.allow(env.KERNEL_MEMORY_MIB);
    const database = new DurableDatabase(ctx.storage);
    this.#orphans = new Orphans(database);
    this.#large = new LargeFiles(env.FILES, this.#orphans, () => this.#requestCollection());
    const modules = remoteModules(env, database);
    const isolates = new LoaderRunner({ env, context: ctx, clock: systemClock, modules });
    const kernels = [javascriptFactory, ...pythonFactories(env)];
    const host: SessionHost = {
      now: () => Date.now(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      fetch: (request, list, report) => egressFetch(request, egressRules(env, list), report),
    };
    const runner = new ProgramRunners({
      kernels,
      host,
      clock: systemClock,
      memory: isolateMemory,
      modules,
      isolates: env.LOADER || env.RUNNER ? isolates : null,
    });
    this.#session = openSession({
      version: SERVER_VERSION,
      database,
      clock: systemClock,
      large: this.#large,
      kernels,
      host,
      runner,
      previewHost: new RunnerPreviews(env, ctx, isolates),
      memory: isolateMemory,
      newEpoch: () => crypto.randomUUID(),
      pruneSoon: () => this.#schedule.request('prune', Date.now() + PRUNE_MILLISECONDS),
      endForsakenAt: (at) => this.#schedule.request('endForsaken', at),
      onFatal: (error) => this.#abort(error),
    });
    this.#schedule = new Schedule(
      database,
      { set: (at) => void ctx.storage.setAlarm(at) },
      {
        collectOrphans: () => this.#collectOrphans(),
        endForsaken: async () => this.#session.previews.endForsaken(),
        expireUploads: () => this.#uploads.expire(),
        prune: () => this.#prune(),
      },
    );
    this.#uploads = new FileUploads({
      rows: new UploadRows(database, () => Date.now()),
      store: this.#session.store.files,
      large: this.#large,
      parts: new LargeParts(env.FILES, this.#orphans, this.#large),
      now: () => Date.now(),
      expireAt: (at) => this.#schedule.request('expireUploads', at),
    });
    this.#requestCollection();
    for (const socket of ctx.getWebSockets()) {
      const { caller, terminal } = socket.deserializeAttachment() as SocketState;
      this.#connect(socket, caller, terminal);
    }
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      if (this.#isEnding) throw new ProtocolError('INTERNAL', 'The session is being opened anew. Try again.');
      if (new URL(request.url).pathname.startsWith(SESSION_FILES_PATH)) return await this.#previewFiles(request);
      const caller = JSON.parse(request.headers.get(IDENTITY_HEADER) ?? '') as Requester;
      const path = new URL(request.url).pathname.split('/').slice(4);
      // Before anything is in it: what only looks finds the sessions that stand in the directory.
      await this.#register(caller.user, caller.session);
      if (path[0] === 'attach' && path.length === 1) return this.#attach(request, caller);
      if (path[0] === 'files') {
        return await fileRoutes(request, this.#filesHost(caller.role)).finally(() => this.#requestCollection());
      }
      if (path[0] === 'uploads' && path.length <= 2) {
        return await uploadRoutes(request, path[1] ?? null, this.#filesHost(caller.role));
      }
      if (path[0] === 'history' && path.length === 1) {
        return await historyRoutes(request, { travel: this.#session.travel, mayWrite: caller.role !== 'reader' });
      }
      if (path[0] === 'network' && path.length === 1) {
        this.#session.egress.flush();
        return await networkRoutes(request, { network: this.#session.store.network, isOwner: caller.role === 'owner' });
      }
      if (path[0] === 'previews') {
        const { previews } = this.#session;
        return await previewSessionRoutes(request, path.slice(1), { previews, mayWrite: caller.role !== 'reader' });
      }
      throw new ProtocolError('NOT_FOUND', `A session has nothing at ${path.join('/')}.`);
    } catch (error) {
      return failureResponse(error);
    }
  }

  /** Whether a revision is kept, so that `exportFork` can give it; 0 always is. */
  keeps(revision: number): boolean {
    return revision === 0 || this.#session.store.revisions.get(revision) !== null;
  }

  /** The state at a kept revision (null: the newest) as a stream for `importFork`. */
  exportFork(revision: number | null): ReadableStream<Uint8Array> {
    const { store, travel } = this.#session;
    const number = revision ?? store.revisions.head?.number ?? 0;
    return byteStream(exportRevision(store, this.#large, number, travel.inputsOf(number)));
  }

  /** Makes what another session exported the beginning of this one. Throws if it has one, or if the stream breaks. */
  async importFork(user: string, session: string, source: ReadableStream<Uint8Array>, notice: string): Promise<void> {
    const imported = importRevision(this.#session.store, this.#large, source, Date.now(), notice);
    await imported.catch((error: unknown) => Promise.reject(leaving(error)));
    await this.#register(user, session);
  }

  /**
   * Removes the session with everything in it; whoever is attached is told. Call `restart` next: what this object has in
   * memory belongs to the session that is gone.
   */
  async destroy(): Promise<void> {
    // First what may fail: the session is as it was then, but for large files that are gone.
    await this.#uploads.dropAll();
    await this.#large.deleteAll().catch((error: unknown) => Promise.reject(leaving(error)));
    this.#session.close(CLOSE.notFound.code, 'The session was removed.');
    await this.#session.previews.destroy();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    await this.ctx.storage.sync();
  }

  /** Ends this object, so that the next request opens its session anew. The call itself always fails. */
  restart(): void {
    this.ctx.abort('The session was removed.');
  }

  override alarm(): Promise<void> {
    return this.#schedule.run(Date.now());
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    if (this.#isEnding) return;
    const connection = this.#connections.get(socket);
    if (typeof message === 'string') connection?.receiveText();
    else connection?.receive(new Uint8Array(message));
  }

  override webSocketClose(socket: WebSocket): void {
    this.#connections.get(socket)?.closed();
    this.#connections.delete(socket);
    // The platform does not answer a close by itself: without this, the client would wait for it.
    ignoringClosed(() => socket.close(1000));
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket);
  }

  /** For who serves a preview of this session. */
  async #previewFiles(request: Request): Promise<Response> {
    const { previews } = this.#session;
    const asked = readSessionFilesRequest(request);
    if (asked === null || !(await previews.mayUseFiles(asked.preview, asked.pass))) {
      throw new ProtocolError('FORBIDDEN', 'Only what serves a preview of this session may use its files so.');
    }
    if (asked.path === null) return Response.json({ revision: previews.write(await readChanges(request)) });
    const url = new URL(`/v1/sessions/-/files/${asked.path}`, request.url);
    return fileRoutes(new Request(url, request), this.#filesHost('reader'));
  }

  #filesHost(role: Role): FileRoutesHost {
    return {
      store: this.#session.store.files,
      large: this.#large,
      uploads: this.#uploads,
      mayWrite: role !== 'reader',
      commitFiles: (change) => this.#session.commitFiles(change),
    };
  }

  #attach(request: Request, { role, session }: Requester): Response {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
      throw new ProtocolError('UPGRADE', 'Attach with a WebSocket.');
    }
    const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(SUBPROTOCOL)) {
      throw new ProtocolError('UPGRADE', `This server speaks ${SUBPROTOCOL}. Use a client of the same version.`);
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const caller = { role, session };
    server.serializeAttachment({ caller, terminal: null } satisfies SocketState);
    this.#connect(server, caller, null);
    return new Response(null, { status: 101, webSocket: client, headers: { 'sec-websocket-protocol': SUBPROTOCOL } });
  }

  #connect(socket: WebSocket, caller: Caller, terminal: TerminalState | null): void {
    const port: TerminalPort = {
      send: (bytes) => ignoringClosed(() => socket.send(bytes)),
      close: (code, reason) => ignoringClosed(() => socket.close(code, reason)),
      save: (state) => socket.serializeAttachment({ caller, terminal: state } satisfies SocketState),
    };
    this.#connections.set(socket, this.#session.connect(port, caller, terminal));
  }

  /** Objects in R2 that nothing refers to are deleted a while after: an upload may still be on its way to its commit. */
  #requestCollection(): void {
    const isNeeded = this.#orphans.collectable(1).length > 0;
    if (isNeeded) this.#schedule.request('collectOrphans', Date.now() + COLLECT_MILLISECONDS);
  }

  async #prune(): Promise<null> {
    try {
      this.#session.prune();
    } catch (error) {
      this.#abort(error);
    }
    return null;
  }

  async #collectOrphans(): Promise<number | null> {
    try {
      await this.#large.collectOrphans(COLLECT_AT_ONCE);
    } catch (error) {
      // The platform would give up after some tries.
      console.error(error);
      return Date.now() + COLLECT_AGAIN_MILLISECONDS;
    }
    return this.#orphans.collectable(1).length > 0 ? Date.now() + COLLECT_MILLISECONDS : null;
  }

  /** Enters the session into its user's directory, once. */
  async #register(user: string, session: string): Promise<void> {
    const { database } = this.#session.store;
    if (readMeta(database, 'registered') !== null) return;
    await this.env.ACCOUNT.get(this.env.ACCOUNT.idFromName(user)).register(session);
    writeMeta(database, 'registered', new Date().toISOString());
  }

  /** What is in memory may be ahead of the store: end this instance, so that the next request opens the session anew. */
  #abort(error: unknown): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const known = understood(error);
    const text = leaving(error);
    const end = (): void => this.ctx.abort(text instanceof Error ? text.message : String(text));
    if (known instanceof ProtocolError) {
      // A client that was not told would send its input again, to the same end.
      this.#session.close(CLOSE.full.code, closeReason(known.message));
      this.ctx.waitUntil(scheduler.wait(CLOSE_MILLISECONDS).then(end));
    } else {
      console.error(error);
      end();
    }
  }
}

/** The session, or an error that whoever called can tell a person. */
function openSession(options: ConstructorParameters<typeof Session>[0]): Session {
  try {
    return new Session(options);
  } catch (error) {
    throw leaving(error);
  }
}

/** A socket that closes on its own tells so by its close event; what is sent to it meanwhile is lost with it. */
function ignoringClosed(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** What goes from one object to another must be a stream of bytes. */
function byteStream(parts: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await parts.return();
    },
  });
}
