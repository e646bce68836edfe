/**
 * What a kernel does by itself: timers and continuations, in turns of their own that are gathered into revisions. It goes
 * on while a terminal is attached and for a while after the last one left; then the kernel leaves memory, and its timers
 * keep the time that remains until somebody comes.
 */

import type { Kernel } from '../kernels/kernel.ts';
import type { ChildPrograms } from './child-programs.ts';
import { Interruption } from './interruption.ts';
import { TurnIo } from './kernel-io.ts';
import type { KernelLargeFiles } from './kernel-large-files.ts';
import type { SlotContext } from './kernel-slot.ts';
import { LazyOverlay } from './lazy-overlay.ts';
import type { LiveKernel } from './live-kernel.ts';
import { clipMessage } from './outcome.ts';
import { commitTurn, gatherOutput } from './turn.ts';

/** Fuel of one background turn, in counted polls. */
const FUEL = 20_000;
const FREEZE_MILLISECONDS = 60_000;
/** Revisions are made at most this often. */
const COMMIT_MILLISECONDS = 1000;

export interface BackgroundContext extends SlotContext {
  readonly live: LiveKernel;
  readonly largeFiles: KernelLargeFiles;
  readonly children: ChildPrograms;
  /** See `KernelIo`. */
  readOther(name: string): Promise<string>;
  /** Whether a turn of the kernel is under way. */
  isActive(): boolean;
  /** Runs what is due, if no turn is under way. */
  run(): void;
}

export class Background {
  readonly #context: BackgroundContext;
  /** Writes of turns that no revision holds yet. */
  #overlay: LazyOverlay | null = null;
  #committedAt = Number.NEGATIVE_INFINITY;
  #cancelWake: (() => void) | null = null;

  constructor(context: BackgroundContext) {
    this.#context = context;
  }

  /** Whether there is something to do now: a turn, or a kernel to boot that has work of its own. */
  get isDue(): boolean {
    const { live, clock } = this.#context;
    if (this.#isFrozen) return false;
    if (live.kernel === null) return live.isPending;
    const due = live.kernel.nextBackgroundAt();
    return due !== null && due <= clock.now();
  }

  /** Whether the kernel must stay in memory. */
  get holdsKernel(): boolean {
    return this.#overlay !== null || (!this.#isFrozen && this.#context.live.kernel?.hasWork === true);
  }

  /** Boots a kernel for its own work, or does what of that is due. `begin` is told what stops it. */
  async turn(begin: (interruption: Interruption) => void): Promise<void> {
    const { live, store, clock } = this.#context;
    const { kernel } = live;
    if (kernel === null) {
      await live.bootPending();
      return;
    }
    this.#overlay ??= new LazyOverlay(store.files);
    const interruption = new Interruption();
    begin(interruption);
    // The inputs that it comes from are stored long since.
    const begun = (): void => undefined;
    const output = gatherOutput(this.#context, 0, begun, () => interruption.request());
    const io = new TurnIo({ ...this.#context, overlay: this.#overlay, output, interruption, begun, asker: null });
    const running = kernel.runBackground({ fuel: FUEL }, io);
    interruption.begin(kernel);
    const turn = await running;
    output.flush();
    if (turn.status !== 'ok') this.#stopped(turn);
    else if (clock.now() - this.#committedAt >= COMMIT_MILLISECONDS) this.commit();
  }

  /** Makes what was done a revision. No turn may be under way. */
  commit(): void {
    const { live, clock } = this.#context;
    const overlay = this.#overlay;
    if (overlay === null || live.kernel === null) return;
    this.#overlay = null;
    this.#committedAt = clock.now();
    const heap = live.capture(live.kernel);
    if (heap === 'failed') {
      overlay.discard();
      live.drop();
      return;
    }
    commitTurn(this.#context, { cause: 'background', causeNumber: null, overlay, heap });
  }

  /** Forgets the kernel, with what it did since the last revision. */
  drop(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
    this.#overlay?.discard();
    this.#overlay = null;
    this.#context.live.drop();
  }

  /** Sees to it that what comes next comes in time. To be called after each turn, and when the last terminal left. */
  schedule(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
    const { clock, live, presence } = this.#context;
    if (live.kernel?.hasWork !== true && this.#overlay === null) return;
    if (this.#isFrozen) {
      this.#freeze();
      return;
    }
    const now = clock.now();
    const at = Math.min(
      live.kernel?.nextBackgroundAt() ?? Number.POSITIVE_INFINITY,
      this.#overlay === null ? Number.POSITIVE_INFINITY : this.#committedAt + COMMIT_MILLISECONDS,
      presence.size > 0 ? Number.POSITIVE_INFINITY : now + FREEZE_MILLISECONDS - presence.emptyFor,
    );
    if (at !== Number.POSITIVE_INFINITY) this.#cancelWake = clock.after(Math.max(0, at - now), () => this.#wake());
  }

  get #isFrozen(): boolean {
    return this.#context.presence.emptyFor >= FREEZE_MILLISECONDS;
  }

  /** For a timer: a failing store ends this session object, not the process. */
  #wake(): void {
    const { clock, isActive, fatal, run } = this.#context;
    if (isActive()) return;
    try {
      if (clock.now() - this.#committedAt >= COMMIT_MILLISECONDS) this.commit();
    } catch (error) {
      fatal(error);
      return;
    }
    run();
  }

  #freeze(): void {
    this.commit();
    this.#context.live.freeze();
  }

  #stopped(turn: Exclude<Awaited<ReturnType<Kernel['runBackground']>>, { status: 'ok' }>): void {
    const { presence, clock } = this.#context;
    const isLost = turn.status === 'trap' || !turn.clean;
    if (isLost) this.drop();
    const what =
      turn.status === 'trap'
        ? clipMessage(turn.message)
        : `Background work${turn.input > 0 ? ` of input ${turn.input}` : ''} was interrupted.`;
    const text = isLost ? `${what} The session is back at its last revision.` : what;
    presence.publish({ name: 'notice', body: { at: Math.floor(clock.now()), level: 'warning', text, cause: null } });
  }
}
