/** An input on its way through its kernel's queue. */

import type { InputOutcome } from '../../protocol/events.ts';
import type { Language } from '../kernels/kernel.ts';
import type { Acceptance } from './acceptance.ts';

export interface QueuedInput {
  readonly number: number;
  /** The client that submitted it: a lossless reader of its output. */
  readonly client: string;
  readonly code: string;
  /** Of the code, in UTF-8. */
  readonly bytes: number;
  readonly language: Language;
  /** See `EvaluateRequest`. */
  readonly echo: boolean;
  readonly fuel: number;
  /** Wall time after which it is interrupted as if its fuel were used up; null for none. */
  readonly timeoutMilliseconds: number | null;
  readonly acceptance: Acceptance;
  /** Told how it ended, once that is stored. */
  readonly onEnd?: (outcome: InputOutcome) => void;
}
