/** What a move through history says to those who are attached. */

import type { EventBody } from '../../protocol/events.ts';
import type { Replayed } from './history.ts';

/** What a replay came to. */
export function replayedText({ ran, stoppedAt, left, isWhole }: Replayed): string {
  const inputs = (count: number): string => `${count} ${count === 1 ? 'input' : 'inputs'}`;
  const lost = isWhole ? '' : '; there were inputs before them that are no longer recorded';
  if (stoppedAt === null) return `${inputs(ran)} ran again${lost}`;
  const on = left === 0 ? '' : `; ${inputs(left)} are left: replay ${stoppedAt + 1} goes on after it`;
  return `${inputs(ran)} ran again, then input ${stoppedAt} did not end well${on}${lost}`;
}

type Restored = EventBody<'restored'>;

/** One line about a move, as those who are attached read it. */
export function movedText({ how, name, target, revision }: Omit<Restored, 'at' | 'terminal'>): string {
  const what = name === null ? how : `${how} ${name}`;
  if (how === 'reset' || how === 'replay')
    return `${what}: variables are as new, files and kv stay; now revision ${revision}`;
  const where = target === 0 ? 'the empty beginning' : `revision ${target}`;
  const words = how === 'undo' ? 'back to' : how === 'redo' ? 'forward to' : 'at';
  return `${what}: ${words} ${where}, now revision ${revision}`;
}
