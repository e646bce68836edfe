/**
 * The session core: takes requests from terminals, runs inputs and programs, commits what they did and tells everyone.
 * Knows no transport and no platform; storage, clock, kernels and lines to clients are given to it.
 */

import type { ClientMessage, SessionState } from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { replayFrom } from '../../protocol/resume.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import { MINOR, MINOR_OF_PROOF } from '../../protocol/version.ts';
import type { Database } from '../database.ts';
import type { LargeFiles } from '../files/large-files.ts';
import type { Overlay } from '../files/overlay.ts';
import { fuelFor } from '../kernels/fuel.ts';
import type { KernelFactory } from '../kernels/kernel.ts';
import type { MemoryBudget } from '../memory.ts';
import type { PreviewHost } from '../previews/contract.ts';
import type { ProgramRunner } from '../programs/program.ts';
import { Acceptance } from './acceptance.ts';
import { Asks } from './asks.ts';
import type { Clock } from './clock.ts';
import { type Caller, Connection, type ConnectionHandler } from './connection.ts';
import { EgressLog } from './egress-log.ts';
import type { SessionHost } from './kernel-slot.ts';
import { Kernels } from './kernels.ts';
import { abortLeftovers } from './leftovers.ts';
import { Presence } from './presence.ts';
import { Previews } from './previews.ts';
import { receiveProgram } from './program-upload.ts';
import { Programs } from './programs.ts';
import { Questions } from './questions.ts';
import { Retention } from './retention.ts';
import { SessionStore } from './store.ts';
import { newTerminalState, Terminal, type TerminalPort, type TerminalState } from './terminal.ts';
import { TimeTravel } from './time-travel.ts';
import type { Uploads } from './uploads.ts';

export interface SessionOptions {
  /** Version of the server, told to clients. */
  readonly version: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly large: LargeFiles;
  readonly kernels: readonly KernelFactory[];
  readonly host: SessionHost;
  readonly runner: ProgramRunner;
  readonly previewHost: PreviewHost;
  /** Shared with other sessions. */
  readonly memory: MemoryBudget;
  readonly newEpoch: () => string;
  /** History outgrew its limits: call `prune` in a while. */
  readonly pruneSoon: () => void;
  /** Call `previews.endForsaken` at that time. */
  readonly endForsakenAt: (at: number) => void;
  /** The session cannot go on with what it has in memory: drop it and open it anew from the store. */
  readonly onFatal: (error: unknown) => void;
}

type Body<Name extends ClientMessage['name']> = Extract<ClientMessage, { name: Name }>['body'];

const DEFAULT_FUEL_SECONDS = 20;
/** Changes that follow each other faster are told together. */
const STATE_MILLISECONDS = 40;

export class Session implements ConnectionHandler {
  readonly #options: SessionOptions;
  readonly #store: SessionStore;
  readonly #presence: Presence;
  readonly #kernels: Kernels;
  readonly #asks: Asks;
  readonly #programs: Programs;
  readonly #questions: Questions;
  readonly #retention: Retention;
  /** The alarm is set: asking again with each commit until then would cost a write each time. */
  #isPruneAsked = false;
  /** What inputs and programs ask of the network. */
  readonly egress: EgressLog;
  readonly previews: Previews;
  /** Undo, redo and all that. */
  readonly travel: TimeTravel;
  /** The input that was taken last. */
  #taken: Acceptance | null = null;
  #cancelState: (() => void) | null = null;
  /** What terminals were last told, but for the revision, which the events tell. */
  #toldState = '';

  /** Opens the session. Whatever was accepted before and has no end in the log is reported aborted. */
  constructor(options: SessionOptions) {
    this.#options = options;
    const { clock, host, runner, onFatal } = options;
    this.#store = new SessionStore(options.database, options.newEpoch, () => clock.now());
    this.#presence = new Presence(this.#store.log, clock, onFatal);
    this.#asks = new Asks({ log: this.#store.log, presence: this.#presence, clock });
    this.egress = new EgressLog(this.#store.network, clock, onFatal);
    const context = {
      store: this.#store,
      presence: this.#presence,
      clock,
      changed: () => this.#tellStateSoon(),
      fatal: onFatal,
      egress: this.egress,
    };
    this.#programs = new Programs({ ...context, runner, large: options.large });
    this.#kernels = new Kernels(
      { ...context, host, large: options.large, memory: options.memory, asks: this.#asks, programs: this.#programs },
      options.kernels,
    );
    const { previewHost, endForsakenAt } = options;
    this.previews = new Previews({ ...context, previewHost, endForsakenAt, randomBytes: host.randomBytes });
    this.#questions = new Questions(this.#store, this.#kernels);
    this.#retention = new Retention(this.#store);
    this.travel = new TimeTravel({
      ...context,
      host,
      kernels: this.#kernels,
      programs: this.#programs,
      previews: this.previews,
    });
    // Previews were served all the while.
    abortLeftovers(this.#store, Math.floor(clock.now()), this.previews.running);
  }

  /** A socket opened, or one of before is found open on waking up (then with the state it had saved). */
  connect(port: TerminalPort, caller: Caller, saved: TerminalState | null = null): Connection {
    const line: TerminalPort = {
      send: (bytes) => port.send(bytes),
      save: (state) => port.save(state),
      close: (code, reason) => {
        port.close(code, reason);
        // The other side may never answer.
        connection.closed();
      },
    };
    const terminal = saved === null ? null : new Terminal(line, saved);
    const connection = new Connection(line, caller, this, terminal);
    if (terminal !== null) {
      this.#presence.add(terminal);
      terminal.catchUp(this.#store.log);
      this.previews.watch(true);
    }
    return connection;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  fatal(error: unknown): void {
    this.#options.onFatal(error);
  }

  attach(port: TerminalPort, { role, session }: Caller, hello: Body<'hello'>): Terminal {
    this.#presence.drop(hello.client);
    if (this.#presence.size >= LIMITS.terminals) {
      throw new ProtocolError('RATE', `${LIMITS.terminals} terminals are attached to this session. Close one first.`);
    }
    const { extent } = this.#store.log;
    const identity = {
      id: this.#presence.nextId(),
      name: this.#presence.freeName(hello.name),
      role: hello.readOnly ? 'reader' : role,
      client: hello.client,
      lossless: hello.lossless,
      provesReading: hello.minor >= MINOR_OF_PROOF,
    };
    const terminal = new Terminal(port, newTerminalState(identity, replayFrom(extent, hello)));
    terminal.send('welcome', {
      minor: MINOR,
      version: this.#options.version,
      session,
      ...extent,
      terminal: identity.id,
      role: identity.role,
    });
    this.#presence.add(terminal);
    terminal.catchUp(this.#store.log);
    terminal.send('state', this.#state());
    terminal.save();
    this.#tellStateSoon();
    this.previews.watch(true);
    this.#kernels.thaw();
    return terminal;
  }

  detach(terminal: Terminal): void {
    this.#presence.remove(terminal);
    if (this.#presence.size === 0) this.#kernels.left();
    this.previews.watch(this.#presence.size > 0);
    this.#tellStateSoon();
  }

  request(terminal: Terminal, uploads: Uploads, request: Exclude<ClientMessage, { name: 'hello' }>): void {
    this.#taken?.settle();
    switch (request.name) {
      case 'submit':
        this.#submit(terminal, request.body);
        break;
      case 'run':
        this.#run(terminal, uploads, request.body);
        break;
      case 'interrupt':
        this.#interrupt(terminal, request.body);
        break;
      case 'credit':
        this.#presence.granted(terminal, request.body.through);
        terminal.save();
        break;
      case 'proof':
        this.#presence.proved(terminal, request.body.mark);
        terminal.save();
        break;
      case 'query':
        this.#query(terminal, request.body);
        break;
      case 'reply':
        this.#requireWriter(terminal);
        this.#asks.reply(terminal.identity.name, request.body);
        break;
    }
  }

  /**
   * Changes files or kv outside any input: `change` writes into an overlay, which becomes a revision of its own.
   * Nothing is kept if it throws. Resolves with what `change` returned, and the revision (null if nothing changed).
   */
  async commitFiles<T>(change: (overlay: Overlay) => T | Promise<T>): Promise<{ result: T; revision: number | null }> {
    const overlay = this.#store.files.open();
    let result: T;
    try {
      result = await change(overlay);
    } catch (error) {
      overlay.discard();
      throw error;
    }
    const at = Math.floor(this.clock.now());
    const committed = this.#store.commit({ cause: 'files', causeNumber: null, at, overlay });
    for (const entry of committed?.entries ?? []) this.#presence.offer(entry);
    this.#tellStateSoon();
    return { result, revision: committed?.revision.number ?? null };
  }

  get store(): SessionStore {
    return this.#store;
  }

  /** The alarm's part: lets go of what is beyond the limits of history. */
  prune(): void {
    this.#isPruneAsked = false;
    const pruned = this.#retention.prune();
    if (pruned === null) return;
    const { count, first, last } = pruned;
    const what = count === 1 ? `revision ${first} is` : `${count} revisions, ${first} to ${last}, are`;
    const text = `The history reached its limit: ${what} not kept any more. A checkpoint keeps a revision.`;
    const at = Math.floor(this.clock.now());
    this.#presence.publish({ name: 'notice', body: { at, level: 'info', text, cause: null } });
  }

  /** Ends every connection: the session is being removed. */
  close(code: number, reason: string): void {
    this.#programs.killAll();
    this.#kernels.interrupt(null);
    this.#presence.each((terminal) => terminal.close(code, reason));
  }

  #submit(terminal: Terminal, { request, language, code, timeout, echo = false }: Body<'submit'>): void {
    const { client } = terminal.identity;
    this.#requireWriter(terminal);
    if (this.#isKnown(terminal, request)) return;
    const slot = this.#kernels.for(language);
    const bytes = utf8Length(code);
    if (bytes > LIMITS.inputCode) {
      throw new ProtocolError('TOO_LARGE', 'An input may have 1 MiB. Put the code into a file and import or run it.');
    }
    if (slot.queued.length >= LIMITS.queuedInputs || slot.queuedBytes + bytes > LIMITS.queuedCode) {
      throw new ProtocolError(
        'QUEUE_FULL',
        `${LIMITS.queuedInputs} inputs with ${LIMITS.queuedCode} bytes of code may wait. Send this one again once some have run.`,
      );
    }
    const at = Math.floor(this.clock.now());
    const { database, requests, log } = this.#store;
    const number = requests.nextInput;
    const body = { at, input: number, terminal: terminal.identity.name, language, code };
    const acceptance = new Acceptance({
      database,
      clock: this.clock,
      write: (isOpen) => {
        requests.acceptInput({ client, request }, language, code, isOpen);
        return log.append({ name: 'input', body });
      },
      tell: (entry) => {
        terminal.send('accepted', { request, cause: 'input', number });
        this.#presence.offer(entry);
      },
      fatal: (error) => this.fatal(error),
    });
    this.#taken = acceptance;
    if (slot.isReady) void acceptance.settleSoon();
    else acceptance.settle();
    slot.submit({ number, client, code, bytes, language, echo, acceptance, ...limitsOf(timeout) });
  }

  #run(terminal: Terminal, uploads: Uploads, body: Body<'run'>): void {
    const { client, name } = terminal.identity;
    const { request } = body;
    this.#requireWriter(terminal);
    if (this.#isKnown(terminal, request)) return;
    receiveProgram(uploads, body, {
      start: (spec, stdin) => {
        // A second RUN of the same request may have come while the sources of the first were under way.
        if (this.#isKnown(terminal, request)) return false;
        const number = this.#programs.start({ client, request }, name, spec, stdin);
        terminal.send('accepted', { request, cause: 'program', number });
        return true;
      },
      grantStdin: (channel, through) => terminal.send('dataCredit', { channel, through }),
      fail: (error) => terminal.fail(error.toWire(), ['request', request]),
    });
  }

  /** A request that was accepted before is answered as it was then, and nothing else happens. */
  #isKnown(terminal: Terminal, request: number): boolean {
    const known = this.#store.requests.find({ client: terminal.identity.client, request });
    if (known !== null) terminal.send('accepted', { request, ...known });
    return known !== null;
  }

  #interrupt(terminal: Terminal, { target }: Body<'interrupt'>): void {
    this.#requireWriter(terminal);
    if (target === null) this.#kernels.interrupt(null);
    else if (target[0] === 'input') this.#kernels.interrupt(target[1]);
    else if (!this.previews.kill(target[1])) this.#programs.kill(target[1]);
  }

  #query(terminal: Terminal, { query, question }: Body<'query'>): void {
    this.#questions
      .answer(question)
      .then((answer) => terminal.send('answer', { query, answer }))
      .catch((error: unknown) => {
        if (error instanceof ProtocolError) terminal.fail(error.toWire(), ['query', query]);
        else this.fatal(error);
      });
  }

  #requireWriter(terminal: Terminal): void {
    if (terminal.canWrite) return;
    throw new ProtocolError(
      'READ_ONLY',
      'This terminal is read-only. Attach without --read-only, with a token that may write.',
    );
  }

  #state(): SessionState {
    return {
      revision: this.#store.revisions.head?.number ?? 0,
      busy: this.#kernels.all.flatMap(({ name, running }) => (running === null ? [] : [[name, running]])),
      queued: this.#kernels.all.flatMap(({ queued }) => queued).sort((a, b) => a - b),
      programs: [...this.#programs.running, ...this.previews.running],
      terminals: this.#presence.list(),
    };
  }

  #askForPruning(): void {
    try {
      if (this.#isPruneAsked || !this.#retention.isDue()) return;
    } catch (error) {
      this.fatal(error);
      return;
    }
    this.#isPruneAsked = true;
    this.#options.pruneSoon();
  }

  /** Something that terminals are told of changed, or a revision was made: nobody waits for what follows from it. */
  #tellStateSoon(): void {
    this.#cancelState ??= this.#options.clock.after(STATE_MILLISECONDS, () => {
      this.#cancelState = null;
      this.#askForPruning();
      this.previews.filesChanged();
      const state = this.#state();
      const news = JSON.stringify({ ...state, revision: 0 });
      if (news === this.#toldState) return;
      this.#toldState = news;
      this.#presence.each((terminal) => terminal.send('state', state));
    });
  }
}

function limitsOf(timeout: number | null): { fuel: number; timeoutMilliseconds: number | null } {
  return {
    fuel: fuelFor(timeout ?? DEFAULT_FUEL_SECONDS),
    timeoutMilliseconds: timeout === null ? null : timeout * 1000,
  };
}
