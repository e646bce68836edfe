/**
 * Runs the recorded inputs of a session again, in a fresh heap: how variables come back when the engine of their heap is
 * gone. Files and `kv` are as they are now, so what inputs find there may be another thing than the first time.
 */

import { ProtocolError } from '../../protocol/errors.ts';
import type { InputOutcome } from '../../protocol/events.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import { Acceptance } from './acceptance.ts';
import type { Clock } from './clock.ts';
import type { Kernels } from './kernels.ts';
import type { Presence } from './presence.ts';
import type { RecordedInput } from './requests.ts';
import type { SessionStore } from './store.ts';

/** Client of the inputs that are replayed; no terminal has so short a name. */
const CLIENT = 'replay';
/** Who submitted them, as the log says. */
const TERMINAL = 'replay';
/** As for inputs without a limit of their own. */
const FUEL = 120_000;

export interface ReplayContext {
  readonly store: SessionStore;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly kernels: Kernels;
  fatal(error: unknown): void;
}

export interface Replayed {
  /** How many inputs ran again and were kept. */
  readonly ran: number;
  /** The input that was not kept, by the number that it had first, and how many are left after it; else null and 0. */
  readonly stoppedAt: number | null;
  readonly left: number;
  /** False if there were inputs before these, which are no longer recorded. */
  readonly isWhole: boolean;
}

/** Inputs that make the variables of a revision. `isWhole` is false if there were others before, which are not recorded. */
export interface Recorded {
  readonly inputs: readonly (RecordedInput & { readonly number: number })[];
  readonly isWhole: boolean;
}

/**
 * The inputs that made the variables of a revision (by default the head), without those that were themselves run again.
 * `from`: only from that input on.
 */
export function recordedInputs(
  { store: { revisions, requests }, kernels }: Pick<ReplayContext, 'store' | 'kernels'>,
  { from = null, of }: { readonly from?: number | null; readonly of?: number } = {},
): Recorded {
  const { inputs, isWhole } = revisions.inputs((number) => {
    const input = requests.input(number);
    return input === null || !kernels.isPure(input.code, input.language);
  }, of);
  const wanted = inputs.filter((number) => number >= (from ?? 0));
  const known = wanted.flatMap((number) => {
    const input = requests.input(number);
    return input === null || input.code === '' || input.client === CLIENT ? [] : [{ ...input, number }];
  });
  const isComplete = wanted.every((number) => requests.input(number)?.code);
  return { inputs: known, isWhole: isComplete && (isWhole || from !== null) };
}

/** As `recordedInputs`. Throws `ProtocolError` NOT_FOUND when there are none. */
export function inputsToReplay(context: ReplayContext, from: number | null): Recorded {
  const recorded = recordedInputs(context, { from });
  if (recorded.inputs.length > 0) return recorded;
  throw new ProtocolError('NOT_FOUND', 'There are no recorded inputs to run again.');
}

/** Runs them one after the other; the first one that is not kept ends it. */
export async function replay(context: ReplayContext, { inputs, isWhole }: Recorded): Promise<Replayed> {
  for (const [ran, input] of inputs.entries()) {
    const { status } = await submitAgain(context, input);
    if (status !== 'ok' && status !== 'error') {
      return { ran, stoppedAt: input.number, left: inputs.length - ran - 1, isWhole };
    }
  }
  return { ran: inputs.length, stoppedAt: null, left: 0, isWhole };
}

function submitAgain(context: ReplayContext, { language, code }: RecordedInput): Promise<InputOutcome> {
  const { store, presence, clock, kernels, fatal } = context;
  const { requests, log, database } = store;
  const number = requests.nextInput;
  const body = { at: Math.floor(clock.now()), input: number, terminal: TERMINAL, language, code };
  const acceptance = new Acceptance({
    database,
    clock,
    write: (isOpen) => {
      requests.acceptInput({ client: CLIENT, request: number }, language, code, isOpen);
      return log.append({ name: 'input', body });
    },
    tell: (entry) => presence.offer(entry),
    fatal,
  });
  acceptance.settle();
  const input = {
    number,
    client: CLIENT,
    code,
    bytes: utf8Length(code),
    language,
    fuel: FUEL,
    echo: false,
    acceptance,
  };
  return new Promise((onEnd) => kernels.for(language).submit({ ...input, timeoutMilliseconds: null, onEnd }));
}
