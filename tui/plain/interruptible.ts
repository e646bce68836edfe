/** Signals and closed pipes while something runs: the first interrupts it, a second one ends this process at once. */

import { EXIT } from '../exit.ts';
import type { Io } from '../io.ts';

/** How long the server may take to confirm that it stopped. */
const PATIENCE_MILLISECONDS = 5_000;

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
const HANGUP = { SIGHUP: EXIT.hungUp } as const;

interface Interruptible {
  /** Stops what runs. False if there is nobody to be told. */
  interrupt(): boolean;
}

/**
 * Resolves with the status of `work`, or of the signal that ended it. `endsWithTerminal`: the end of the terminal that this
 * process belongs to is such a signal; else what runs runs on then, as after any line that is lost.
 */
export async function interruptible(
  target: Interruptible,
  io: Io,
  work: () => Promise<number>,
  endsWithTerminal = false,
): Promise<number> {
  let forced: number | null = null;
  let patience: NodeJS.Timeout | undefined;
  const stop = (status: number): void => {
    // With its terminal, the streams of this process break as well.
    if (forced === EXIT.hungUp) return;
    if (forced !== null || !target.interrupt()) process.exit(status);
    forced = status;
    // A terminal drops what waits to be shown at Ctrl-C; at a slow one, that may be seconds of output still on its way.
    if (status === EXIT.interrupted && io.stdout.isTty) io.stdout.mute(true);
    patience = setTimeout(() => {
      io.warn('the server did not confirm that it stopped');
      process.exit(status);
    }, PATIENCE_MILLISECONDS);
  };
  const signals = { ...SIGNALS, ...(endsWithTerminal ? HANGUP : {}) };
  const listeners = Object.entries(signals).map(([signal, status]) => [signal, () => stop(status)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  const before = io.stdout.whenBroken((error) => {
    if (error.code === 'EPIPE') stop(EXIT.brokenPipe);
    else {
      io.warn(`standard output cannot be written: ${error.message}`);
      stop(EXIT.failure);
    }
  });
  try {
    const status = await work();
    return forced ?? status;
  } catch (error) {
    if (forced === null) throw error;
    return forced;
  } finally {
    clearTimeout(patience);
    io.stdout.mute(false);
    for (const [signal, listener] of listeners) process.off(signal, listener);
    io.stdout.whenBroken(before);
  }
}
