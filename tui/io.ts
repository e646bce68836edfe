/** What a command reads from and writes to: the streams of the process, its environment, and our own messages. */

import type { Readable } from 'node:stream';
import type { Output } from './plain/output.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Io {
  readonly env: Environment;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Tells the user of a loss or failure, on stderr under our name. */
  warn(text: string): void;
  /** Tells the user what goes on; only a terminal gets to see it, and not with --quiet. */
  inform(text: string): void;
  /** Shows `text` on the line of the cursor in place of what stands there, to whom `inform` tells; empty: clears it. */
  status(text: string): void;
}
