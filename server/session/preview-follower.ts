/** Brings what one preview prints into the log of its session, as long as somebody reads that. */

import type { EgressAttempt } from '../egress/egress.ts';
import type { OutputStream } from '../kernels/kernel.ts';
import type { PreviewHost } from '../previews/contract.ts';
import type { Clock } from './clock.ts';
import type { EgressLog } from './egress-log.ts';
import { OutputGatherer } from './output.ts';
import type { Presence } from './presence.ts';

/** How long after the host was lost it is asked again. */
const RETRY_MILLISECONDS = 500;
/** What is taken in one go; a preview that prints without end must not keep the session busy. */
const BURST_BYTES = 512 * 1024;
const BURST_MILLISECONDS = 50;

interface FollowerContext {
  readonly presence: Presence;
  readonly clock: Clock;
  readonly previewHost: PreviewHost;
  readonly egress: EgressLog;
}

export class PreviewFollower {
  readonly #id: string;
  readonly #program: number;
  readonly #context: FollowerContext;
  readonly #output: OutputGatherer;
  #abort: AbortController | null = null;
  #burst = 0;

  constructor(id: string, program: number, context: FollowerContext) {
    this.#id = id;
    this.#program = program;
    this.#context = context;
    const { presence, clock } = context;
    const emit = (body: Parameters<ConstructorParameters<typeof OutputGatherer>[3]>[0]) =>
      presence.publish({ name: 'output', body });
    // It may go on for months; the log lets go of what is old.
    this.#output = new OutputGatherer('program', program, clock, emit, () => undefined, Number.POSITIVE_INFINITY);
  }

  /** Begins to follow, or stops. */
  follow(isWanted: boolean): void {
    if (isWanted === (this.#abort !== null)) return;
    this.#abort?.abort();
    this.#abort = isWanted ? new AbortController() : null;
    if (this.#abort !== null) void this.#read(this.#abort.signal);
    else this.#output.flush();
  }

  /** Prints as the preview's own stderr. */
  complain(text: string): void {
    this.#output.writeText('stderr', text);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { previewHost, clock, egress } = this.#context;
    const listener = {
      write: (stream: OutputStream, bytes: Uint8Array) => this.#write(stream, bytes),
      requested: (attempt: EgressAttempt) => egress.record({ kind: 'program', number: this.#program }, attempt),
    };
    while (!signal.aborted) {
      // A host that is away for a while keeps what is printed meanwhile, or is started anew and prints nothing.
      await previewHost.follow(this.#id, listener, signal).catch(() => undefined);
      if (!signal.aborted) await new Promise<void>((resolve) => void clock.after(RETRY_MILLISECONDS, resolve));
    }
  }

  #write(stream: OutputStream, bytes: Uint8Array): Promise<void> | undefined {
    this.#output.write(stream, bytes);
    this.#burst += bytes.length;
    if (this.#burst < BURST_BYTES) return undefined;
    this.#burst = 0;
    return new Promise((resolve) => void this.#context.clock.after(BURST_MILLISECONDS, resolve));
  }
}
