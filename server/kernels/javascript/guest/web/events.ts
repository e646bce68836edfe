/** `Event`, `EventTarget`, `CustomEvent`. What a listener throws is reported, as for any uncaught error. */

import { Event, EventTarget, setErrorHandler, setWarningHandler } from 'event-target-shim';
import { defineGlobals } from '../core/state.ts';
import { reportUncaught } from '../print/render.ts';

setErrorHandler(reportUncaught);
setWarningHandler(() => {});

class CustomEvent extends Event<string> {
  readonly #detail: unknown;
  constructor(type: string, init?: { bubbles?: boolean; cancelable?: boolean; composed?: boolean; detail?: unknown }) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }
  get detail(): unknown {
    return this.#detail;
  }
}

defineGlobals({ Event, EventTarget, CustomEvent });

export { Event, EventTarget };
