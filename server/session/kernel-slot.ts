/**
 * One kernel of a session: its queue, its mutex, and how what it did becomes a revision or is rolled back.
 * Inputs, background turns and snapshots run one at a time in `#run`.
 */

import type { InputOutcome, LogEvent, OutputEvent } from '../../protocol/events.ts';
import type { EgressAttempt } from '../egress/egress.ts';
import type { NetworkList } from '../egress/network-list.ts';
import type { Kernel, KernelFactory, KernelHost } from '../kernels/kernel.ts';
import { EngineGoneError } from '../kernels/kernel.ts';
import type { MemoryBudget } from '../memory.ts';
import type { Asks } from './asks.ts';
import type { Clock } from './clock.ts';
import { Interruption } from './interruption.ts';
import { kernelIo } from './kernel-io.ts';
import { LazyOverlay } from './lazy-overlay.ts';
import { LiveKernel } from './live-kernel.ts';
import { asOutOfFuel, clipMessage, doneEvent, engineGone, outcomeOf, rolledBack } from './outcome.ts';
import { OutputGatherer } from './output.ts';
import type { Presence } from './presence.ts';
import type { QueuedInput } from './queued-input.ts';
import type { HeapCommit, SessionStore } from './store.ts';

/** What the kernels of a session reach at any time. The session says on whose behalf. */
export interface SessionHost extends Omit<KernelHost, 'onBackgroundDue' | 'fetch'> {
  /** Fetches as far as the deployment and `list` let it. `report` is told of each hop. */
  fetch(request: Request, list: NetworkList, report: (attempt: EgressAttempt) => void): Promise<Response>;
}

/** What a slot needs of its session. */
export interface SlotContext {
  readonly store: SessionStore;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly host: SessionHost;
  /** Shared with other sessions. */
  readonly memory: MemoryBudget;
  readonly asks: Asks;
  /** Busy or idle changed, or a revision was made. */
  changed(): void;
  /** The store failed: the session must be opened anew. */
  fatal(error: unknown): void;
}

/** Fuel of one background turn, in counted polls. */
const BACKGROUND_FUEL = 20_000;
/** Background work runs on this long after the last terminal left, then the kernel freezes. */
const FREEZE_MILLISECONDS = 60_000;
/** Background revisions are made at most this often. */
const BACKGROUND_COMMIT_MILLISECONDS = 1000;
const IDLE_MILLISECONDS = 250;

const NO_INPUT = { kind: 'background', number: 0 } as const;
const NEVER_RAN = { status: 'interrupted', reason: 'user', kept: false } as const;

type Turn = { readonly kind: 'input'; readonly input: QueuedInput } | { readonly kind: 'background' };

export class KernelSlot {
  readonly factory: KernelFactory;
  readonly #context: SlotContext;
  readonly #live: LiveKernel;
  readonly #queue: QueuedInput[] = [];
  #running: QueuedInput | null = null;
  #isActive = false;
  /** Of the turn that runs. */
  #interruption: Interruption | null = null;
  /** Writes of background turns that no revision holds yet. */
  #background: LazyOverlay | null = null;
  #backgroundCommittedAt = Number.NEGATIVE_INFINITY;
  #cancelWake: (() => void) | null = null;
  #isIdleTimed = false;
  #idleSince = 0;

  constructor(context: SlotContext, factory: KernelFactory) {
    this.#context = context;
    this.factory = factory;
    const { store, memory } = context;
    const host: KernelHost = {
      ...context.host,
      fetch: (request) => {
        this.#begun();
        return this.#fetch(request);
      },
      onBackgroundDue: () => void this.#run(),
    };
    this.#live = new LiveKernel({ store, memory, host, mayLeave: () => this.#mayLeave() }, factory);
  }

  get name(): KernelFactory['name'] {
    return this.factory.name;
  }

  /** The input that runs now. */
  get running(): number | null {
    return this.#running?.number ?? null;
  }

  get queued(): number[] {
    return this.#queue.map((input) => input.number);
  }

  /** Bytes of code that wait. */
  get queuedBytes(): number {
    return this.#queue.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  submit(input: QueuedInput): void {
    this.#queue.push(input);
    this.#context.changed();
    void this.#run();
  }

  /** Stops the input `number`, or whatever runs. True if there was something to stop. */
  interrupt(number: number | null): boolean {
    if (number === null || number === this.running) {
      this.#interruption?.request();
      return this.#interruption !== null;
    }
    const index = this.#queue.findIndex((input) => input.number === number);
    const [input] = index < 0 ? [] : this.#queue.splice(index, 1);
    if (input === undefined) return false;
    this.#end(input, NEVER_RAN);
    this.#context.changed();
    return true;
  }

  /** Puts a question to the kernel, booting it if need be. Null while something runs: questions never wait for inputs. */
  async ask<Answer>(question: (kernel: Kernel) => Answer): Promise<Answer | null> {
    if (this.#isActive) return null;
    this.#isActive = true;
    try {
      return question(await this.#live.boot());
    } catch {
      this.#dropKernel();
      return null;
    } finally {
      this.#isActive = false;
      void this.#run();
    }
  }

  /** A terminal came: what froze goes on. */
  thaw(): void {
    if (this.#live.kernel !== null) void this.#run();
  }

  /** An input that came now would run at once. */
  get isReady(): boolean {
    return !this.isBusy && this.#live.kernel !== null;
  }

  get isBusy(): boolean {
    return this.#isActive || this.#queue.length > 0;
  }

  /** Commits what background turns did. Nothing may be running. */
  settle(): void {
    if (this.#live.kernel !== null) this.#commitBackground(this.#live.kernel);
  }

  /** Forgets the kernel in memory: the head revision is another one than it holds. Nothing may be running. */
  reset(): void {
    this.#cancelWake?.();
    this.#dropKernel();
  }

  /** The mutex: one turn after the other until there is none. */
  async #run(): Promise<void> {
    if (this.#isActive) return;
    this.#isActive = true;
    try {
      for (let turn = this.#nextTurn(); turn !== null; turn = this.#nextTurn()) {
        if (turn.kind === 'input') await this.#runInput(turn.input);
        else await this.#runBackground();
      }
    } catch (error) {
      this.#context.fatal(error);
      return;
    } finally {
      this.#isActive = false;
    }
    this.#scheduleWake();
    this.#scheduleIdle();
  }

  #nextTurn(): Turn | null {
    const input = this.#queue.shift();
    if (input !== undefined) return { kind: 'input', input };
    const due = this.#live.kernel?.nextBackgroundAt() ?? null;
    const mayRun = this.#context.presence.emptyFor < FREEZE_MILLISECONDS;
    return due !== null && mayRun && due <= this.#context.clock.now() ? { kind: 'background' } : null;
  }

  async #runInput(input: QueuedInput): Promise<void> {
    const { store, clock, asks } = this.#context;
    const interruption = new Interruption();
    this.#interruption = interruption;
    this.#running = input;
    this.#context.changed();
    const startedAt = clock.now();
    const { head } = store.log.extent;
    const first = input.acceptance.seq ?? head + 1;
    const beginnings = [first, Math.max(first, head) + 1];
    for (const seq of beginnings) store.log.pin(seq);
    const outcome = await this.#evaluate(input, startedAt, interruption);
    if (outcome !== null) this.#end(input, outcome, clock.now() - startedAt);
    for (const seq of beginnings) store.log.unpin(seq);
    asks.abandon(input.number);
    this.#interruption = null;
    this.#running = null;
    this.#context.changed();
  }

  /** Evaluates and commits. Null when the commit holds the end of the input; else how it ended without one. */
  async #evaluate(input: QueuedInput, startedAt: number, interruption: Interruption): Promise<InputOutcome | null> {
    const { store, clock, asks } = this.#context;
    let kernel: Kernel;
    try {
      if (this.#live.kernel !== null) this.#commitBackground(this.#live.kernel);
      if (this.#live.kernel === null) input.acceptance.settle();
      kernel = await this.#live.boot();
    } catch (error) {
      if (!(error instanceof EngineGoneError)) throw error;
      return { status: 'aborted', message: engineGone(error) };
    }
    if (interruption.isRequested) return NEVER_RAN;
    const overlay = new LazyOverlay(store.files);
    const output = this.#gatherer(input.number, () => interruption.request());
    interruption.onRequest(() => asks.abandon(input.number));
    const request = { input: input.number, code: input.code, language: input.language, fuel: input.fuel };
    const limit = interruption.requestAfter(input.timeoutMilliseconds, clock);
    const begun = () => this.#begun();
    const io = kernelIo({ ...this.#context, overlay, output, interruption, begun, asker: input });
    const evaluating = kernel.evaluate(request, io);
    interruption.begin(kernel);
    const ending = await evaluating;
    const evaluation = limit.isReached() ? asOutOfFuel(ending) : ending;
    output.flush();
    const outcome = outcomeOf(evaluation, output.isOverLimit);
    const heap = outcome === null ? null : this.#live.capture(kernel);
    if (outcome === null || heap === 'failed') {
      overlay.discard();
      this.#live.drop();
      return rolledBack(evaluation, store.revisions.head?.number ?? null);
    }
    const milliseconds = clock.now() - startedAt;
    this.#commit({
      cause: 'input',
      causeNumber: input.number,
      milliseconds,
      overlay,
      heap,
      begin: () => input.acceptance.storeEnded(),
      end: (revision) => doneEvent(clock.now(), input.number, milliseconds, outcome, revision),
    });
    return null;
  }

  async #runBackground(): Promise<void> {
    const { store, presence, clock } = this.#context;
    const kernel = this.#live.kernel;
    if (kernel === null) return;
    this.#background ??= new LazyOverlay(store.files);
    const interruption = new Interruption();
    this.#interruption = interruption;
    const output = this.#gatherer(0, () => interruption.request());
    const begun = () => this.#begun();
    const io = kernelIo({ ...this.#context, overlay: this.#background, output, interruption, begun, asker: null });
    const running = kernel.runBackground({ fuel: BACKGROUND_FUEL }, io);
    interruption.begin(kernel);
    const turn = await running;
    this.#interruption = null;
    output.flush();
    if (turn.status === 'ok') {
      if (clock.now() - this.#backgroundCommittedAt >= BACKGROUND_COMMIT_MILLISECONDS) this.#commitBackground(kernel);
      return;
    }
    const isLost = turn.status === 'trap' || !turn.clean;
    if (isLost) this.#dropKernel();
    const what =
      turn.status === 'trap'
        ? clipMessage(turn.message)
        : `Background work${turn.input > 0 ? ` of input ${turn.input}` : ''} was interrupted.`;
    const text = isLost ? `${what} The session is back at its last revision.` : what;
    presence.publish({ name: 'notice', body: { at: Math.floor(clock.now()), level: 'warning', text, cause: null } });
  }

  #dropKernel(): void {
    this.#background?.discard();
    this.#background = null;
    this.#live.drop();
  }

  #commitBackground(kernel: Kernel): void {
    const overlay = this.#background;
    if (overlay === null) return;
    this.#background = null;
    this.#backgroundCommittedAt = this.#context.clock.now();
    const heap = this.#live.capture(kernel);
    if (heap === 'failed') {
      overlay.discard();
      this.#live.drop();
      return;
    }
    this.#commit({ cause: 'background', causeNumber: null, overlay, heap });
  }

  #commit(commit: {
    cause: 'input' | 'background';
    causeNumber: number | null;
    milliseconds?: number;
    overlay: LazyOverlay;
    heap: HeapCommit | null;
    begin?: () => boolean;
    end?: (revision: number) => LogEvent;
  }): void {
    const { heap, overlay, ...rest } = commit;
    const { store, presence, clock } = this.#context;
    const at = Math.floor(clock.now());
    const written = overlay.opened;
    const committed = store.commit({
      ...rest,
      at,
      ...(heap === null ? {} : { heap }),
      ...(written === null ? {} : { overlay: written }),
    });
    this.#running?.acceptance.tell();
    for (const entry of committed?.entries ?? []) presence.offer(entry);
  }

  /** Without input or output: asked from another session's object. */
  #mayLeave(): boolean {
    const isFrozen = this.#context.presence.emptyFor >= FREEZE_MILLISECONDS;
    const hasWork =
      this.#background !== null || (!isFrozen && (this.#live.kernel?.nextBackgroundAt() ?? null) !== null);
    return !this.#isActive && !hasWork;
  }

  /** A request of the guest, entered into the log of the session's network. */
  #fetch(request: Request): Promise<Response> {
    const { host, store, clock } = this.#context;
    const { running } = this;
    const cause = running === null ? NO_INPUT : ({ kind: 'input', number: running } as const);
    return host.fetch(request, store.network.list, (attempt) => {
      this.#attempt(() => store.network.record(cause, attempt, clock.now()));
    });
  }

  #gatherer(input: number, onLimit: () => void): OutputGatherer {
    const { clock, presence } = this.#context;
    const publish = (body: OutputEvent) => {
      this.#begun();
      presence.publish({ name: 'output', body });
    };
    return new OutputGatherer('input', input, clock, publish, onLimit);
  }

  /** Something of what runs is about to be seen outside: its input is stored first. */
  #begun(): void {
    this.#running?.acceptance.settle();
  }

  /** The end of an input that left no revision. */
  #end(input: QueuedInput, outcome: InputOutcome, milliseconds = 0): void {
    const { store, presence, clock } = this.#context;
    input.acceptance.settle();
    const entry = store.database.transaction(() => {
      store.requests.close('input', input.number);
      return store.log.append(doneEvent(clock.now(), input.number, milliseconds, outcome, null));
    });
    presence.offer(entry);
  }

  #scheduleWake(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
    const { clock, presence } = this.#context;
    const isFrozen = presence.emptyFor >= FREEZE_MILLISECONDS;
    const due = isFrozen ? null : (this.#live.kernel?.nextBackgroundAt() ?? null);
    const commitAt = this.#background === null ? null : this.#backgroundCommittedAt + BACKGROUND_COMMIT_MILLISECONDS;
    const at = Math.min(due ?? Number.POSITIVE_INFINITY, commitAt ?? Number.POSITIVE_INFINITY);
    if (at !== Number.POSITIVE_INFINITY) {
      this.#cancelWake = clock.after(Math.max(0, at - clock.now()), () => this.#wake());
    }
  }

  #wake(): void {
    const isCommitDue = this.#context.clock.now() - this.#backgroundCommittedAt >= BACKGROUND_COMMIT_MILLISECONDS;
    const kernel = this.#live.kernel;
    if (!this.#isActive && isCommitDue && kernel !== null && !this.#attempt(() => this.#commitBackground(kernel)))
      return;
    void this.#run();
  }

  /** Cuts a long chain of deltas while nobody waits. One timer serves all inputs until it fires: timers are not free. */
  #scheduleIdle(): void {
    const { clock } = this.#context;
    this.#idleSince = clock.now();
    if (this.#isIdleTimed || !this.#live.isChainLong) return;
    this.#isIdleTimed = true;
    clock.after(IDLE_MILLISECONDS, () => {
      this.#isIdleTimed = false;
      if (this.#isActive || !this.#live.isChainLong) return;
      if (clock.now() - this.#idleSince < IDLE_MILLISECONDS) this.#scheduleIdle();
      else this.#attempt(() => this.#live.cutChain());
    });
  }

  /** For what timers do: a failing store ends this session object, not the process. */
  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#context.fatal(error);
      return false;
    }
  }
}
