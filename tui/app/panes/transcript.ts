/**
 * The REPL's past as rows: inputs with their output, results and errors, gaps, and answers of dot commands.
 *
 * Rows are kept per block and grow with it; a new snapshot costs what changed in it. Row numbers stay when blocks go
 * from the front.
 */

import type { Block, InputBlock } from '../../client/session-view.ts';
import { BlockRows } from './block-rows.ts';

/** The answer to a dot command: only here, not in the session. */
export interface Notice {
  readonly kind: 'notice';
  readonly key: string;
  readonly command: string;
  readonly text: string;
  readonly failed: boolean;
  /** The key of the block that it stands behind; null for the top. */
  readonly after: string | null;
}

export type TranscriptItem = Block | Notice;

export interface TranscriptContents {
  readonly blocks: readonly Block[];
  /** Stand behind everything else. */
  readonly waiting: readonly InputBlock[];
  readonly notices: readonly Notice[];
  /** Hidden through this item. */
  readonly clearedThrough: string | null;
}

interface Entry {
  item: TranscriptItem;
  rows: BlockRows;
}

export class Transcript {
  #entries: Entry[] = [];
  #width = 0;
  #start = 0;
  #seen: readonly unknown[] = [];

  /** Takes over what the contents are now. */
  sync({ blocks, waiting, notices, clearedThrough }: TranscriptContents, width: number): void {
    const seen = [blocks, waiting, notices, clearedThrough, width];
    if (seen.every((value, index) => value === this.#seen[index])) return;
    this.#seen = seen;
    const resized = width !== this.#width;
    this.#width = width;
    const known = new Map(this.#entries.map((entry) => [entry.item.key, entry]));
    const items = [...arrange(blocks, notices, clearedThrough), ...waiting];
    const firstKey = items[0]?.key;
    for (const entry of this.#entries) {
      if (entry.item.key === firstKey) break;
      this.#start += entry.rows.length;
    }
    if (resized) this.#start = 0;
    this.#entries = items.map((item) => {
      const entry = known.get(item.key) ?? { item, rows: new BlockRows(width) };
      if (resized) entry.rows.resize(width);
      if (entry.item !== item || entry.rows.length === 0) entry.rows.update(item);
      entry.item = item;
      return entry;
    });
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#entries.reduce((end, entry) => end + entry.rows.length, this.#start);
  }

  /** Rows `from` to `to` (exclusive), as far as they exist. */
  slice(from: number, to: number): string[] {
    const out: string[] = [];
    let first = this.#start;
    for (const { rows } of this.#entries) {
      const next = first + rows.length;
      if (next > from && first < to)
        out.push(...rows.slice(Math.max(0, from - first), Math.min(rows.length, to - first)));
      first = next;
    }
    return out;
  }
}

function arrange(blocks: readonly Block[], notices: readonly Notice[], hiddenThrough: string | null): TranscriptItem[] {
  const behind = new Map<string | null, Notice[]>();
  const keys = new Set<string | null>(blocks.map((block) => block.key));
  for (const notice of notices) {
    const place = keys.has(notice.after) ? notice.after : null;
    behind.set(place, [...(behind.get(place) ?? []), notice]);
  }
  const items: TranscriptItem[] = [...(behind.get(null) ?? [])];
  for (const block of blocks) items.push(block, ...(behind.get(block.key) ?? []));
  const hidden = hiddenThrough === null ? -1 : items.findIndex((item) => item.key === hiddenThrough);
  return items.slice(hidden + 1);
}

/** The key of what stands last: new notices go behind it, `.clear` hides through it. */
export function lastKey(
  blocks: readonly Block[],
  notices: readonly Notice[],
  hiddenThrough: string | null,
): string | null {
  return arrange(blocks, notices, hiddenThrough).at(-1)?.key ?? hiddenThrough;
}
