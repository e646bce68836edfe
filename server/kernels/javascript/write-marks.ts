/**
 * Where the interpreter has written since its last snapshot. Each of its writes marks the page it begins in
 * (build-write-marks.ts), so that a snapshot compares the pages that can have changed and no others.
 */

import type { Stretch } from '../heap-delta.ts';
import { MARK_SHIFT, MARKED, MARKED_BYTES, MARKS_AT, OVERHANG_BYTES } from './write-marks-layout.ts';

/** Where `live` may differ from what it was when the marks were last taken back, from byte `from` on; ascending. */
export function markedStretches(live: Uint8Array, from: number): Stretch[] {
  const stretches: Stretch[] = [];
  const pages = Math.ceil(live.byteLength / MARKED_BYTES);
  let done = from;
  for (let page = 0; page < pages; page += 1) {
    if (live[MARKS_AT + page] !== MARKED) continue;
    const start = Math.max(done, page * MARKED_BYTES);
    const end = Math.min(live.byteLength, (page + 1) * MARKED_BYTES + OVERHANG_BYTES);
    if (end <= start) continue;
    const last = stretches.at(-1);
    if (last?.end === start) stretches[stretches.length - 1] = { start: last.start, end };
    else stretches.push({ start, end });
    done = end;
  }
  return stretches;
}

/** For what the host writes, but to memory from `wasm_malloc`, which is marked: `length` bytes from `address` on. */
export function markWritten(live: Uint8Array, address: number, length: number): void {
  live.fill(MARKED, MARKS_AT + (address >>> MARK_SHIFT), MARKS_AT + ((address + length) >>> MARK_SHIFT) + 1);
}

/** For when a snapshot was taken. */
export function clearMarks(live: Uint8Array): void {
  live.fill(0, MARKS_AT, MARKS_AT + Math.ceil(live.byteLength / MARKED_BYTES));
}
