/** What the parts of one writer's overlay share. */

import type { Database } from '../database.ts';
import type { BlobWriter } from './blobs.ts';
import type { Tally } from './quota.ts';

export interface Writer {
  readonly db: Database;
  /** The head when the overlay was opened: later changes to the same path or key are conflicts. */
  readonly opened: number;
  readonly blobs: BlobWriter;
  readonly tally: Tally;
  /** Milliseconds since the epoch. */
  now(): number;
}
