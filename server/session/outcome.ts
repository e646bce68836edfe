/** How an input ended, as the log tells it: texts a guest may make as long as it likes are clipped to fit a row (2 MB). */

import type { InputOutcome, LogEvent } from '../../protocol/events.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import type { EngineGoneError, Evaluation } from '../kernels/kernel.ts';

const TEXT_BYTES = 512 * 1024;
const MESSAGE_BYTES = 64 * 1024;
const NAME_BYTES = 1024;

/** `text` itself if it has at most `bytes` bytes of UTF-8; else its beginning and how much is left out. */
function clip(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || utf8Length(text) <= bytes) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return `${text.slice(0, read)} … ${text.length - read} more characters`;
}

/** A message for people. */
export function clipMessage(message: string): string {
  return clip(message, MESSAGE_BYTES);
}

/** The outcome with its texts clipped; a string value that is too long is left out, as its print-out shows it. */
function clipOutcome(outcome: InputOutcome): InputOutcome {
  switch (outcome.status) {
    case 'ok': {
      const { string } = outcome;
      const isCarried = string !== null && utf8Length(string) <= LIMITS.resultString;
      return { ...outcome, text: clip(outcome.text, TEXT_BYTES), string: isCarried ? string : null };
    }
    case 'error':
      return {
        ...outcome,
        name: clip(outcome.name, NAME_BYTES),
        message: clipMessage(outcome.message),
        text: clip(outcome.text, TEXT_BYTES),
      };
    case 'aborted':
      return { ...outcome, message: clipMessage(outcome.message) };
    case 'interrupted':
    case 'exit':
      return outcome;
  }
}

/** How an evaluation that may be committed ended; null for one that must be rolled back. */
export function outcomeOf(evaluation: Evaluation, isOverOutputLimit: boolean): InputOutcome | null {
  if (isOverOutputLimit && isKept(evaluation)) {
    const message = 'The output limit of one input (1 GiB) is reached: it was interrupted. Its changes are kept.';
    return { status: 'error', name: 'OutputLimitError', message, text: message };
  }
  switch (evaluation.status) {
    case 'ok': {
      const { text, isVoid, string } = evaluation.value;
      return { status: 'ok', text, isVoid, string: string ?? null };
    }
    case 'error':
      return { status: 'error', ...evaluation.error };
    case 'exit':
      return { status: 'exit', code: evaluation.code };
    case 'interrupted':
      return evaluation.clean ? { status: 'interrupted', reason: evaluation.reason, kept: true } : null;
    case 'trap':
      return null;
  }
}

function isKept(evaluation: Evaluation): boolean {
  return evaluation.status === 'interrupted' ? evaluation.clean : evaluation.status !== 'trap';
}

/** The same, stopped by its time limit. */
export function asOutOfFuel(evaluation: Evaluation): Evaluation {
  return evaluation.status === 'interrupted' ? { ...evaluation, reason: 'fuel' } : evaluation;
}

/** The end of an evaluation of which nothing is kept; `revision` is where the session is now. */
export function rolledBack(evaluation: Evaluation, revision: number | null): InputOutcome {
  const where = revision === null ? 'The session is as new.' : `The session is back at revision ${revision}.`;
  if (evaluation.status === 'interrupted') return { status: 'interrupted', reason: evaluation.reason, kept: false };
  if (evaluation.status === 'trap') return { status: 'aborted', message: `${evaluation.message} ${where}` };
  return { status: 'aborted', message: `The heap could not be saved. ${where}` };
}

/** What to tell of an input for whose heap there is no engine. */
export function engineGone({ message }: EngineGoneError): string {
  return (
    `${message} Variables cannot be read and inputs cannot run on it; nothing is lost: files, kv, log and history are kept. ` +
    'Open the session with a server that has the engine; run the recorded inputs again on this one (.replay, ' +
    'spawnpoint-cf replay); or begin anew with empty variables and the files as they are (.reset, spawnpoint-cf reset).'
  );
}

/** The event that tells of the end; `revision` is null when nothing of the input was kept. */
export function doneEvent(
  now: number,
  input: number,
  milliseconds: number,
  outcome: InputOutcome,
  revision: number | null,
): LogEvent {
  const at = Math.floor(now);
  return { name: 'done', body: { at, input, milliseconds, revision, outcome: clipOutcome(outcome) } };
}
