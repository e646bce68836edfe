/** What all turns of a kernel share: where output goes, and how what was done becomes a revision. */

import type { LogEvent, OutputEvent } from '../../protocol/events.ts';
import type { SlotContext } from './kernel-slot.ts';
import type { LazyOverlay } from './lazy-overlay.ts';
import { OutputGatherer } from './output.ts';
import type { HeapCommit } from './store.ts';

/**
 * Output of the input `input`; 0 for output that says itself which it comes from. `begun` is called before any of it can
 * be seen.
 */
export function gatherOutput(
  { clock, presence }: SlotContext,
  input: number,
  begun: () => void,
  onLimit: () => void,
): OutputGatherer {
  const publish = (body: OutputEvent): void => {
    begun();
    presence.publish({ name: 'output', body });
  };
  return new OutputGatherer('input', input, clock, publish, onLimit);
}

/** Commits a turn, and tells everyone. */
export function commitTurn(
  { store, presence, clock }: SlotContext,
  commit: {
    cause: 'input' | 'background';
    causeNumber: number | null;
    milliseconds?: number;
    overlay: LazyOverlay;
    heap: HeapCommit | null;
    begin?: () => boolean;
    /** Called before anyone is told. */
    committed?: () => void;
    end?: (revision: number) => LogEvent;
  },
): void {
  const { heap, overlay, committed, ...rest } = commit;
  const written = overlay.opened;
  const made = store.commit({
    ...rest,
    at: Math.floor(clock.now()),
    ...(heap === null ? {} : { heap }),
    ...(written === null ? {} : { overlay: written }),
  });
  committed?.();
  for (const entry of made?.entries ?? []) presence.offer(entry);
}
