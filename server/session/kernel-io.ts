/** What one turn of a kernel may reach: its files and kv, its output, and the terminals for what it shows and asks. */

import type { KernelIo, MimeBundle } from '../kernels/kernel.ts';
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

export function kernelIo(context: TurnContext): KernelIo {
  const { presence, asks, overlay, largeFiles, children, output, interruption, begun, asker } = context;
  const client = asker?.client ?? '';
  return {
    write: (stream, text, input) => output.writeText(stream, text, input),
    display: (bundle, input) => display(bundle, input, context),
    async readLine(isSecret) {
      if (asker === null || interruption.isRequested) return null;
      begun();
      output.flush();
      return asks.ask(asker.number, isSecret);
    },
    backpressure: () => interruption.cutShort(presence.backpressure(client)),
    get files() {
      return overlay.open().files;
    },
    largeFiles: largeFiles.within(() => overlay.open()),
    get kv() {
      return overlay.open().kv;
    },
    readOther: (name) => context.readOther(name),
    programs: children.within({ overlay, output, client, begun }),
  };
}

function display(bundle: MimeBundle, input: number, { output, presence, clock, begun }: TurnContext): void {
  const { fitting, left } = fitBundle(bundle);
  if (left.length > 0) output.writeText('stderr', `Too large to be shown: ${left.join(', ')}.\n`, input);
  output.flush();
  if (fitting.length === 0) return;
  begun();
  presence.publish({ name: 'display', body: { at: Math.floor(clock.now()), input, bundle: fitting } });
}
