/** What one turn of a kernel may reach: its files and kv, its output, and the terminals for what it shows and asks. */

import type { LargeFileSystem } from '../files/file-system.ts';
import type { KernelIo, MimeBundle, OutputStream } from '../kernels/kernel.ts';
import type { Asks } from './asks.ts';
import type { ChildPrograms } from './child-programs.ts';
import type { Clock } from './clock.ts';
import { fitBundle } from './display.ts';
import type { Interruption } from './interruption.ts';
import type { KernelLargeFiles } from './kernel-large-files.ts';
import type { LazyOverlay } from './lazy-overlay.ts';
import type { OutputGatherer } from './output.ts';
import type { Presence } from './presence.ts';

export interface TurnContext {
  readonly presence: Presence;
  readonly clock: Clock;
  readonly asks: Asks;
  readonly overlay: LazyOverlay;
  readonly largeFiles: KernelLargeFiles;
  readonly children: ChildPrograms;
  readonly output: OutputGatherer;
  readonly interruption: Interruption;
  /** Called before anything of the turn goes to the log, but for its end. */
  begun(): void;
  /** See `KernelIo`. */
  readOther(name: string): Promise<string>;
  /** The input that runs and the client that submitted it; null for background work, which can ask nobody. */
  readonly asker: { readonly number: number; readonly client: string } | null;
}

export class TurnIo implements KernelIo {
  readonly #context: TurnContext;
  #largeFiles: LargeFileSystem | null = null;
  #programs: KernelIo['programs'] | null = null;

  constructor(context: TurnContext) {
    this.#context = context;
  }

  write(stream: OutputStream, text: string, input: number): void {
    this.#context.output.writeText(stream, text, input);
  }

  display(bundle: MimeBundle, input: number): void {
    display(bundle, input, this.#context);
  }

  async readLine(isSecret: boolean): Promise<string | null> {
    const { asker, interruption, begun, output, asks } = this.#context;
    if (asker === null || interruption.isRequested) return null;
    begun();
    output.flush();
    return asks.ask(asker.number, isSecret);
  }

  backpressure(): Promise<void> | undefined {
    const { interruption, presence } = this.#context;
    return interruption.cutShort(presence.backpressure(this.#client));
  }

  get files(): KernelIo['files'] {
    return this.#context.overlay.open().files;
  }

  get kv(): KernelIo['kv'] {
    return this.#context.overlay.open().kv;
  }

  get largeFiles(): LargeFileSystem {
    const { largeFiles, overlay } = this.#context;
    this.#largeFiles ??= largeFiles.within(() => overlay.open());
    return this.#largeFiles;
  }

  readOther(name: string): Promise<string> {
    return this.#context.readOther(name);
  }

  get programs(): KernelIo['programs'] {
    const { children, overlay, output, begun } = this.#context;
    this.#programs ??= children.within({ overlay, output, client: this.#client, begun });
    return this.#programs;
  }

  get #client(): string {
    return this.#context.asker?.client ?? '';
  }
}

function display(bundle: MimeBundle, input: number, { output, presence, clock, begun }: TurnContext): void {
  const { fitting, left } = fitBundle(bundle);
  if (left.length > 0) output.writeText('stderr', `Too large to be shown: ${left.join(', ')}.\n`, input);
  output.flush();
  if (fitting.length === 0) return;
  begun();
  presence.publish({ name: 'display', body: { at: Math.floor(clock.now()), input, bundle: fitting } });
}
