/** The guest functions that the host calls, by the names under which the base snapshot keeps them. */

import type { GuestEntry } from './guest/host-calls.ts';
import type { ScopeEntry } from './scope/scope.ts';

/** Every function of `GuestEntry`: the base build fails if the prelude lacks one. */
export const GUEST_ENTRIES = [
  'started',
  'restored',
  'reseed',
  'conclude',
  'concludeError',
  'reportUncaught',
  'complete',
  'inspect',
  'variables',
  'runTimer',
  'shiftTimers',
  'fetchHead',
  'fetchChunk',
  'fetchEnd',
  'fetchFail',
  'fetchForget',
  'encodePlain',
  'decodePlain',
  'readVariable',
] as const satisfies readonly (keyof GuestEntry)[];

export const SCOPE_ENTRIES = ['open', 'abandon', 'moduleName'] as const satisfies readonly (keyof ScopeEntry)[];

export type GuestFunction = (typeof GUEST_ENTRIES)[number] | (typeof SCOPE_ENTRIES)[number];
