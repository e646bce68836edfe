/** What answers Python's checks for signals: build/check-counter.ts, which asks the turn when a slice is used up. */

import { promiseIntegration } from '../javascript/jspi.ts';
import type { CheckCounter } from './meter.ts';

interface Decider {
  /** The signal to raise, 0 for none; negative if `suspend` is to answer that. */
  decide(canSuspend: boolean): number;
  suspend(): Promise<number>;
}

interface CounterExports {
  readonly check: WebAssembly.ImportValue;
  readonly left: CheckCounter;
}

export class Checks {
  /** For the interpreter. */
  readonly import: WebAssembly.ImportValue;
  /** How many checks pass before the decider is asked. */
  readonly left: CheckCounter;
  /** Set by the interpreter. */
  canSuspend: () => boolean = () => false;

  constructor(counter: WebAssembly.Module, decider: Decider) {
    const host = {
      decide: () => decider.decide(this.canSuspend()),
      suspend: new promiseIntegration.Suspending(() => decider.suspend()),
    };
    const { exports } = new WebAssembly.Instance(counter, { host });
    const { check, left } = exports as unknown as CounterExports;
    this.import = check;
    this.left = left;
  }
}
