/** The previews of a session: begun and ended like programs, whose numbers they share, and served by their host meanwhile. */

import { ProtocolError } from '../../protocol/errors.ts';
import type { ProgramOutcome } from '../../protocol/events.ts';
import type { FileView } from '../files/view.ts';
import { newPreviewId, previewOrigin } from '../previews/address.ts';
import type { PreviewCode, PreviewHost } from '../previews/contract.ts';
import { importKey, LINK_MILLISECONDS, LINK_PARAMETER, signPass } from '../previews/pass.ts';
import { mayUseFiles } from '../previews/session-files.ts';
import type { Change } from '../programs/asks.ts';
import type { Clock } from './clock.ts';
import type { EgressLog } from './egress-log.ts';
import type { Presence } from './presence.ts';
import { PreviewFollower } from './preview-follower.ts';
import { HOLDER_MILLISECONDS, PreviewHolders } from './preview-holders.ts';
import { type PreviewRow, PreviewRows } from './preview-rows.ts';
import { PreviewReading, servedPath } from './preview-sources.ts';
import { PreviewWrites } from './preview-writes.ts';
import { snapshotOf } from './snapshot.ts';
import type { SessionStore } from './store.ts';

/** Previews of one session at a time. */
const MAX_PREVIEWS = 8;
/** Changes of files that follow each other faster make one reload. */
const RELOAD_MILLISECONDS = 100;

export interface PreviewContext {
  readonly store: SessionStore;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly egress: EgressLog;
  readonly previewHost: PreviewHost;
  readonly randomBytes: (length: number) => Uint8Array;
  changed(): void;
  /** Call `endForsaken` at that time. */
  endForsakenAt(at: number): void;
  fatal(error: unknown): void;
}

export interface PreviewRequest {
  readonly entry: string;
  /** Null: `entry` is a path of the session's files, which are followed when they change. */
  readonly sources: PreviewCode['sources'] | null;
  /** What tells sources of one entry apart that a client has in several places. */
  readonly place: string;
  readonly isPublic: boolean;
  /** Who starts it. */
  readonly terminal: string;
  /** The client whose terminal serves it; null if it is to outlive that. */
  readonly client: string | null;
}

export interface PreviewInfo {
  readonly program: number;
  readonly entry: string;
  readonly isPublic: boolean;
  /** Its address, which needs a cookie unless it is public. */
  readonly url: string;
  /** An address that is good once, for ten minutes, and leaves that cookie; of a public preview, `url`. */
  readonly link: string;
}

interface Running {
  readonly row: PreviewRow & { readonly program: number };
  readonly startedAt: number;
  /** The session files that are served; null for sources of a client, and until they are read. */
  reading: PreviewReading | null;
  readonly follower: PreviewFollower;
}

export class Previews {
  readonly #context: PreviewContext;
  readonly #rows: PreviewRows;
  readonly #writes: PreviewWrites;
  readonly #holders: PreviewHolders;
  readonly #running = new Map<number, Running>();
  /** What the host was last asked to do with each preview: the next wish waits for that. */
  readonly #asked = new Map<string, Promise<unknown>>();
  #isWatched = false;
  #cancelReload: (() => void) | null = null;
  /** The revision whose files are served. */
  #revision = 0;

  /** Goes on with what was served when this object was last in memory. */
  constructor(context: PreviewContext) {
    this.#context = context;
    this.#rows = new PreviewRows(context.store.database);
    this.#writes = new PreviewWrites(context);
    this.#holders = new PreviewHolders(context.store.database);
    this.#revision = context.store.revisions.head?.number ?? 0;
    for (const row of this.#rows.all()) {
      if (row.isEnding) this.#withdraw(row);
      else if (row.program !== null) this.#add({ ...row, program: row.program });
    }
  }

  get running(): number[] {
    return [...this.#running.keys()];
  }

  async list(): Promise<PreviewInfo[]> {
    return Promise.all([...this.#running.values()].map(({ row }) => this.#describe(row)));
  }

  /** Resolves once it is served, in place of what was served of the same file. Throws `ProtocolError`. */
  async start(request: PreviewRequest): Promise<PreviewInfo> {
    const { store, presence, clock, randomBytes } = this.#context;
    this.#requireDomain();
    const entry = request.sources === null ? servedPath(this.#files, request.entry) : request.entry;
    const place = request.sources === null ? '' : request.place;
    const before = this.#rows.all().find((row) => row.place === place && row.entry === entry);
    if (this.#running.size >= MAX_PREVIEWS && (before === undefined || !this.#isServed(before.id))) {
      throw new ProtocolError('BUSY', `${MAX_PREVIEWS} previews run in this session. End one first (kill).`);
    }
    // Whoever served it before may be gone without a word, so that nobody would end it.
    if (before !== undefined && before.program !== null) this.kill(before.program);
    const id = before?.id ?? newPreviewId(randomBytes);
    const key = before?.key ?? randomBytes(32);
    const { isPublic, client } = request;
    const startedAt = clock.now();
    const { program, event } = store.database.transaction(() => {
      const at = Math.floor(startedAt);
      const program = store.requests.acceptProgram({ client: `preview-${crypto.randomUUID()}`, request: 1 }, entry, at);
      this.#rows.save({ id, place, entry, isPublic, key, program, isEnding: false });
      if (isPublic && client !== null) this.#holders.hold(program, client);
      const body = { at, program, terminal: request.terminal, entry, args: [] };
      return { program, event: store.log.append({ name: 'program', body }) };
    });
    presence.offer(event);
    const running = this.#add({ id, place, entry, isPublic, key, program, isEnding: false });
    this.#context.changed();
    if (isPublic && client !== null) this.#context.endForsakenAt(Math.floor(startedAt) + HOLDER_MILLISECONDS);
    const problem = await this.#deploy(running, request.sources);
    if (problem !== null) {
      this.#end(running, { kind: 'failed', message: problem });
      throw new ProtocolError('BAD_REQUEST', problem);
    }
    const info = await this.#describe(running.row);
    this.#tell(running, `Preview ${program} of ${entry} is at ${info.url}/${isPublic ? ', for everyone' : ''}`);
    return info;
  }

  /** Serves other sources of the same entry. Throws `ProtocolError`; what is served stays then. */
  async replace(program: number, code: Pick<PreviewCode, 'entry' | 'sources'>): Promise<void> {
    const running = this.#running.get(program);
    if (running === undefined) throw new ProtocolError('NOT_FOUND', `No preview ${program} is running.`);
    if (running.row.place === '') {
      throw new ProtocolError('CONFLICT', `Preview ${program} serves files of the session. Change those.`);
    }
    if (code.entry !== running.row.entry) {
      throw new ProtocolError('BAD_REQUEST', `Preview ${program} serves ${running.row.entry}, not ${code.entry}.`);
    }
    const problem = await this.#reload(running, code.sources);
    if (problem !== null) throw new ProtocolError('BAD_REQUEST', problem);
  }

  /** Whether `pass` lets whoever serves the preview at the files of this session: never once it has ended. */
  async mayUseFiles(id: string, pass: string): Promise<boolean> {
    const running = [...this.#running.values()].find(({ row }) => row.id === id);
    return running !== undefined && mayUseFiles(id, running.row.key, pass, this.#context.clock.now());
  }

  /** See `PreviewWrites`. */
  write(changes: readonly Change[]): number {
    return this.#writes.write(changes);
  }

  /** What previews wrote becomes a revision now. */
  settle(): void {
    this.#writes.flush();
  }

  /** True if it was running. */
  kill(program: number): boolean {
    const running = this.#running.get(program);
    if (running !== undefined) this.#end(running, { kind: 'killed' });
    return running !== undefined;
  }

  /** Ends what is served to everyone by terminals that are gone. Returns when to look again; null if nothing is held. */
  endForsaken(): number | null {
    const { presence, clock } = this.#context;
    for (const program of this.#holders.look((client) => presence.has(client))) {
      const running = this.#running.get(program);
      const message = 'It was served to everyone, and the terminal that did so is gone.';
      if (running === undefined) this.#holders.drop(program);
      else this.#end(running, { kind: 'failed', message });
    }
    return this.#holders.isEmpty ? null : Math.floor(clock.now()) + HOLDER_MILLISECONDS;
  }

  /** Whether somebody reads the log: only then is what previews print fetched. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    for (const { follower } of this.#running.values()) follower.follow(isWatched);
  }

  /** Files may have changed: previews of session files are reloaded soon. */
  filesChanged(): void {
    const revision = this.#context.store.revisions.head?.number ?? 0;
    if (revision === this.#revision || this.#running.size === 0) return;
    this.#revision = revision;
    this.#cancelReload ??= this.#context.clock.after(RELOAD_MILLISECONDS, () => {
      this.#cancelReload = null;
      for (const running of this.#running.values()) this.#refresh(running);
    });
  }

  /** Ends all of them with everything that they stored: the session is being removed. */
  async destroy(): Promise<void> {
    for (const { follower } of this.#running.values()) follower.follow(false);
    this.#running.clear();
    await Promise.all(this.#rows.all().map(({ id }) => this.#context.previewHost.withdraw(id, true)));
  }

  #isServed(id: string): boolean {
    return [...this.#running.values()].some(({ row }) => row.id === id);
  }

  #requireDomain(): string {
    const { domain } = this.#context.previewHost;
    if (domain !== null) return domain;
    throw new ProtocolError(
      'NOT_CONFIGURED',
      'This server has no PREVIEW_DOMAIN, so it has no previews. Set it to a domain of their own whose names all lead to this Worker.',
    );
  }

  get #files(): FileView {
    return this.#context.store.files.view('head').files;
  }

  #add(row: Running['row']): Running {
    const follower = new PreviewFollower(row.id, row.program, this.#context);
    const running = { row, startedAt: this.#context.clock.now(), reading: null, follower };
    this.#running.set(row.program, running);
    follower.follow(this.#isWatched);
    return running;
  }

  /** Reloads a preview of session files if these have changed; else gives its code the files that it reads, if it does. */
  #refresh(running: Running): void {
    const { reading, row } = running;
    if (row.place === '' && reading?.isCurrent(this.#files) !== true) void this.#reload(running, null);
    else if (reading?.snapshotOf !== null && reading?.snapshotOf !== this.#context.store.files.head) {
      void this.#renewFiles(running);
    }
  }

  /** Resolves with null, or with what is wrong, which is also printed as the preview's own output. Never rejects. */
  async #reload(running: Running, sources: PreviewCode['sources'] | null): Promise<string | null> {
    const { entry, program } = running.row;
    const problem = await this.#deploy(running, sources);
    if (!this.#running.has(program)) return `Preview ${program} has ended.`;
    if (problem === null) this.#tell(running, `Preview ${program} of ${entry} is reloaded.`);
    else running.follower.complain(`${problem}\nNot reloaded: the version before is still served.\n`);
    return problem;
  }

  /** `sources` null: those in the session's files. Resolves with null, or with what is wrong. Never rejects. */
  #deploy(running: Running, sources: PreviewCode['sources'] | null): Promise<string | null> {
    const { id, entry, program } = running.row;
    return this.#ask(id, async () => {
      if (!this.#running.has(program)) return `Preview ${program} has ended.`;
      try {
        const reading = new PreviewReading(this.#files, sources === null ? entry : '');
        running.reading = reading;
        return await this.#hand(running, reading, sources === null ? reading.code : { entry, sources, beyond: [] });
      } catch (error) {
        if (error instanceof ProtocolError) return error.message;
        throw error;
      }
    });
  }

  /** If the host is out of reach, the next time that files change. */
  #renewFiles(running: Running): Promise<void> {
    const { id, program } = running.row;
    return this.#ask(id, async () => {
      if (!this.#running.has(program)) return;
      running.reading ??= new PreviewReading(this.#files, '');
      const problem = await this.#hand(running, running.reading, null);
      if (problem !== null) running.reading = null;
    });
  }

  /** `code` null: what is served stays, with the files of now to read. Resolves with null, or with what is wrong. */
  #hand({ row }: Running, reading: PreviewReading, code: PreviewCode | null): Promise<string | null> {
    const { id, isPublic, key, program } = row;
    const { store, egress, previewHost } = this.#context;
    return previewHost.deploy({ id, isPublic, key }, code, {
      file: reading.file,
      snapshot: () => {
        this.#writes.flush();
        reading.snapshotOf = store.files.head;
        return snapshotOf(this.#files, reading.snapshotOf);
      },
      network: store.network.list,
      requested: (attempt) => egress.record({ kind: 'program', number: program }, attempt),
    });
  }

  #ask<T>(id: string, wish: () => Promise<T>): Promise<T> {
    const answer = (this.#asked.get(id) ?? Promise.resolve()).then(wish, wish);
    this.#asked.set(id, answer);
    return answer;
  }

  #end(running: Running, outcome: ProgramOutcome): void {
    const { store, presence, clock, changed } = this.#context;
    const { row, startedAt, follower } = running;
    follower.follow(false);
    this.#running.delete(row.program);
    const now = clock.now();
    const event = store.database.transaction(() => {
      store.requests.close('program', row.program);
      this.#rows.save({ ...row, isEnding: true });
      this.#holders.drop(row.program);
      const body = { at: Math.floor(now), program: row.program, milliseconds: Math.max(0, now - startedAt), outcome };
      return store.log.append({ name: 'exit', body });
    });
    presence.offer(event);
    changed();
    this.#withdraw(row);
  }

  /** If the host is out of reach, the next time this session is opened. */
  #withdraw(row: PreviewRow): void {
    const withdraw = async (): Promise<void> => {
      if (this.#isServed(row.id)) return;
      await this.#context.previewHost.withdraw(row.id, false);
      if (!this.#isServed(row.id)) this.#rows.save({ ...row, program: null, isEnding: false });
    };
    this.#ask(row.id, withdraw).catch(() => undefined);
  }

  async #describe({ id, key, program, entry, isPublic }: Running['row']): Promise<PreviewInfo> {
    const url = previewOrigin(id, this.#requireDomain());
    if (isPublic) return { program, entry, isPublic, url, link: `${url}/` };
    const expires = Math.floor(this.#context.clock.now()) + LINK_MILLISECONDS;
    const pass = await signPass(await importKey(key), { kind: 'link', preview: id }, expires);
    return { program, entry, isPublic, url, link: `${url}/?${LINK_PARAMETER}=${pass}` };
  }

  #tell({ row }: Running, text: string): void {
    const at = Math.floor(this.#context.clock.now());
    this.#context.presence.publish({
      name: 'notice',
      body: { at, level: 'info', text, cause: ['program', row.program] },
    });
  }
}
