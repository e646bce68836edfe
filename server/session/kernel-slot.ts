/**
 * One kernel of a session: its queue, its mutex, and how what it did becomes a revision or is rolled back.
 * Inputs, background turns and snapshots run one at a time in `#run`.
 */

import type { InputOutcome } from '../../protocol/events.ts';
import type { EgressAttempt } from '../egress/egress.ts';
import type { NetworkList } from '../egress/network-list.ts';
import type { LargeFiles } from '../files/large-files.ts';
import type { Overlay } from '../files/overlay.ts';
import type { Kernel, KernelFactory, KernelHost } from '../kernels/kernel.ts';
import { EngineGoneError } from '../kernels/kernel.ts';
import type { MemoryBudget } from '../memory.ts';
import type { Asks } from './asks.ts';
import { Background } from './background.ts';
import { ChildPrograms } from './child-programs.ts';
import type { Clock } from './clock.ts';
import type { EgressLog } from './egress-log.ts';
import { Interruption } from './interruption.ts';
import { TurnIo } from './kernel-io.ts';
import { KernelLargeFiles } from './kernel-large-files.ts';
import { LazyOverlay } from './lazy-overlay.ts';
import { LiveKernel } from './live-kernel.ts';
import { asOutOfFuel, doneEvent, engineGone, outcomeOf, rolledBack } from './outcome.ts';
import type { Presence } from './presence.ts';
import type { Programs } from './programs.ts';
import type { QueuedInput } from './queued-input.ts';
import { Signal } from './signal.ts';
import type { SessionStore } from './store.ts';
import { commitTurn, gatherOutput } from './turn.ts';
import { Wakefulness } from './wakefulness.ts';

/** What the kernels of a session reach at any time. The session says on whose behalf. */
export interface SessionHost extends Omit<KernelHost, 'onBackgroundDue' | 'fetch' | 'files'> {
  /** Fetches as far as the deployment and `list` let it. `report` is told of each hop. */
  fetch(request: Request, list: NetworkList, report: (attempt: EgressAttempt) => void): Promise<Response>;
}

/** What a slot needs of its session. */
export interface SlotContext {
  readonly store: SessionStore;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly host: SessionHost;
  readonly large: LargeFiles;
  readonly egress: EgressLog;
  /** Shared with other sessions. */
  readonly memory: MemoryBudget;
  readonly asks: Asks;
  readonly programs: Programs;
  /** Busy or idle changed, or a revision was made. */
  changed(): void;
  /** The store failed: the session must be opened anew. */
  fatal(error: unknown): void;
}

const IDLE_MILLISECONDS = 250;

const NO_INPUT = { kind: 'background', number: 0 } as const;
const NEVER_RAN = { status: 'interrupted', reason: 'user', kept: false } as const;

/** How an input ended. */
interface Ending {
  readonly outcome: InputOutcome;
  readonly isCommitted: boolean;
}

type Turn =
  | { readonly kind: 'input'; readonly input: QueuedInput }
  | { readonly kind: 'background' }
  | { readonly kind: 'visit'; readonly visit: () => Promise<void> };

export class KernelSlot {
  readonly factory: KernelFactory;
  readonly #context: SlotContext;
  readonly #live: LiveKernel;
  readonly #queue: QueuedInput[] = [];
  readonly #visits: (() => Promise<void>)[] = [];
  readonly #readOther: (name: string) => Promise<string>;
  #running: QueuedInput | null = null;
  #isActive = false;
  /** Of the turn that runs. */
  #interruption: Interruption | null = null;
  /** What a question sees of the files. */
  #view: LazyOverlay;
  readonly #largeFiles: KernelLargeFiles;
  readonly #children: ChildPrograms;
  readonly #background: Background;
  /** A turn ended, and no other one began. */
  readonly #rests = new Signal();
  readonly #wakefulness: Wakefulness;
  #isIdleTimed = false;
  #idleSince = 0;

  /** `readOther`: see `KernelIo`. */
  constructor(context: SlotContext, factory: KernelFactory, readOther: (name: string) => Promise<string>) {
    this.#context = context;
    this.#readOther = readOther;
    this.#wakefulness = new Wakefulness(context.clock, () => this.#isActive);
    this.factory = factory;
    const { store, memory } = context;
    const largeFiles = new KernelLargeFiles(context.large);
    this.#largeFiles = largeFiles;
    this.#view = new LazyOverlay(store.files);
    const viewed = (): Overlay => this.#view.open();
    const host: KernelHost = {
      ...context.host,
      fetch: (request) => {
        this.#begun();
        return this.#fetch(request);
      },
      get files() {
        return viewed().files;
      },
      onBackgroundDue: () => void this.#run(),
    };
    const mayLeave = (): boolean => !this.#isActive && !this.#background.holdsKernel;
    const children = new ChildPrograms(context);
    this.#children = children;
    const left = (): void => {
      largeFiles.letGo();
      children.giveUpAll();
    };
    this.#live = new LiveKernel({ store, memory, host, mayLeave, left }, factory);
    this.#background = new Background({
      ...context,
      live: this.#live,
      largeFiles,
      children,
      readOther,
      isActive: () => this.#isActive,
      run: () => void this.#run(),
    });
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
    input.onEnd?.(NEVER_RAN);
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
      this.#background.drop();
      return null;
    } finally {
      this.#view.discard();
      this.#view = new LazyOverlay(this.#context.store.files);
      this.#isActive = false;
      void this.#run();
    }
  }

  /** Puts a question to the kernel between two turns, before the inputs that wait. Rejects with what it, or its boot, throws. */
  visit<Answer>(question: (kernel: Kernel) => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#visits.push(() =>
        this.#live
          .boot()
          .then((kernel) => resolve(question(kernel)))
          .catch(reject),
      );
      void this.#run();
    });
  }

  /** A terminal came, or the head is another revision: what the kernel has to do by itself goes on. */
  thaw(): void {
    if (this.#background.isDue || this.#live.kernel !== null) void this.#run();
  }

  /** The last terminal left. */
  left(): void {
    if (!this.#isActive) this.#background.schedule();
  }

  /** An input that came now would run at once. */
  get isReady(): boolean {
    return !this.isBusy && this.#live.kernel !== null;
  }

  get isBusy(): boolean {
    return this.#isActive || this.#queue.length > 0;
  }

  /** Settles once no turn is under way but those of inputs. */
  async rests(): Promise<void> {
    while (this.#isActive && this.#running === null && this.#queue.length === 0) await this.#rests.wait();
  }

  /** Commits what background turns did. Nothing may be running. */
  settle(): void {
    this.#background.commit();
  }

  /** Forgets the kernel in memory: the head revision is another one than it holds. Nothing may be running. */
  reset(): void {
    this.#background.drop();
  }

  /** The mutex: one turn after the other until there is none. */
  async #run(): Promise<void> {
    if (this.#isActive) return;
    this.#isActive = true;
    this.#wakefulness.keep();
    try {
      for (let turn = this.#nextTurn(); turn !== null; turn = this.#nextTurn()) {
        if (turn.kind === 'input') await this.#runInput(turn.input);
        else if (turn.kind === 'visit') await turn.visit();
        else await this.#background.turn((interruption) => this.#begin(interruption));
        this.#interruption = null;
      }
      this.#background.schedule();
    } catch (error) {
      this.#context.fatal(error);
      return;
    } finally {
      this.#isActive = false;
      this.#rests.fire();
    }
    this.#scheduleIdle();
  }

  #nextTurn(): Turn | null {
    const visit = this.#visits.shift();
    if (visit !== undefined) return { kind: 'visit', visit };
    const input = this.#queue.shift();
    if (input !== undefined) return { kind: 'input', input };
    return this.#background.isDue ? { kind: 'background' } : null;
  }

  #begin(interruption: Interruption): void {
    this.#interruption = interruption;
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
    const { outcome, isCommitted } = await this.#evaluate(input, startedAt, interruption);
    if (!isCommitted) this.#end(input, outcome, clock.now() - startedAt);
    for (const seq of beginnings) store.log.unpin(seq);
    asks.abandon(input.number);
    this.#running = null;
    input.onEnd?.(outcome);
    this.#context.changed();
  }

  /** Evaluates and commits. What is committed holds the end of the input. */
  async #evaluate(input: QueuedInput, startedAt: number, interruption: Interruption): Promise<Ending> {
    const { store, clock, asks } = this.#context;
    let kernel: Kernel;
    try {
      this.#background.commit();
      if (this.#live.kernel === null) input.acceptance.settle();
      kernel = await this.#live.boot();
    } catch (error) {
      if (!(error instanceof EngineGoneError)) throw error;
      return { outcome: { status: 'aborted', message: engineGone(error) }, isCommitted: false };
    }
    if (interruption.isRequested) return { outcome: NEVER_RAN, isCommitted: false };
    const overlay = new LazyOverlay(store.files);
    const begun = () => this.#begun();
    const output = gatherOutput(this.#context, input.number, begun, () => interruption.request());
    interruption.onRequest(() => {
      asks.abandon(input.number);
      this.#children.giveUp(input.number);
    });
    const { number, code, language, fuel, echo } = input;
    const request = { input: number, code, language, fuel, echo };
    const limit = interruption.requestAfter(input.timeoutMilliseconds, clock);
    const io = new TurnIo({
      ...this.#context,
      overlay,
      largeFiles: this.#largeFiles,
      children: this.#children,
      readOther: this.#readOther,
      output,
      interruption,
      begun,
      asker: input,
    });
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
      return { outcome: rolledBack(evaluation, store.revisions.head?.number ?? null), isCommitted: false };
    }
    const milliseconds = clock.now() - startedAt;
    commitTurn(this.#context, {
      cause: 'input',
      causeNumber: input.number,
      milliseconds,
      overlay,
      heap,
      begin: () => input.acceptance.storeEnded(),
      committed: () => input.acceptance.tell(),
      end: (revision) => doneEvent(clock.now(), input.number, milliseconds, outcome, revision),
    });
    return { outcome, isCommitted: true };
  }

  /** A request of the guest, entered into the log of the session's network. */
  #fetch(request: Request): Promise<Response> {
    const { host, store, egress } = this.#context;
    const cause = this.running === null ? NO_INPUT : ({ kind: 'input', number: this.running } as const);
    return host.fetch(request, store.network.list, (attempt) => egress.record(cause, attempt));
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

  /** For timers and for the network: a failing store ends this session object, not the process. */
  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#context.fatal(error);
    }
  }
}
