/**
 * The terminal of this process: stdin and stdout as a `Terminal`.
 *
 * While it is taken, it is given back on every way out: normal end, uncaught error, SIGTERM, SIGHUP, SIGINT, a lost
 * TTY, and Ctrl-Z until the process is resumed.
 */

import { writeSync } from 'node:fs';
import { ENTER_SCREEN, LEAVE_SCREEN, type Terminal } from './app/terminal.ts';

const DEADLY: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'];

/** Long enough for a stop signal to stop the process, should it be one that can be stopped. */
const STOP_MS = 50;

export class NodeTerminal implements Terminal {
  readonly #input = process.stdin;
  readonly #output = process.stdout;
  readonly #inputListeners = new Set<(data: string) => void>();
  readonly #resizeListeners = new Set<() => void>();
  #taken = false;
  /** Cleanups of `setRawMode(true)`. */
  #release: (() => void)[] = [];

  constructor() {
    if (!this.#input.isTTY || !this.#output.isTTY) throw new Error('The TUI needs a terminal for input and output.');
  }

  /** A TTY that does not know its size says 0. */
  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  write(data: string): void {
    if (this.#taken) this.#output.write(data);
  }

  onInput(listener: (data: string) => void): () => void {
    this.#inputListeners.add(listener);
    return () => this.#inputListeners.delete(listener);
  }

  onResize(listener: () => void): () => void {
    this.#resizeListeners.add(listener);
    return () => this.#resizeListeners.delete(listener);
  }

  setRawMode(on: boolean): void {
    if (on && !this.#taken) this.#take();
    else if (!on && this.#taken) this.#giveBack();
  }

  /** Stops the process group, as the shell's job control expects; comes back when the shell continues it. */
  suspend(): void {
    this.#stop(0);
  }

  close(): void {
    this.setRawMode(false);
    this.#inputListeners.clear();
    this.#resizeListeners.clear();
  }

  #take() {
    this.#taken = true;
    this.#input.setEncoding('utf8');
    this.#input.setRawMode(true);
    const onData = (data: string) => {
      for (const listener of this.#inputListeners) listener(data);
    };
    const onResize = () => {
      for (const listener of this.#resizeListeners) listener();
    };
    const onLost = () => this.#die('SIGHUP');
    const onError = (error: unknown) => this.#crash(error);
    const onExit = () => this.#giveBack();
    const onStop = () => this.#stop(process.pid);
    this.#input.on('data', onData).on('end', onLost).on('error', onLost).resume();
    this.#output.on('resize', onResize).on('error', onLost);
    process.on('uncaughtException', onError).on('unhandledRejection', onError).on('exit', onExit).on('SIGTSTP', onStop);
    const onSignals = DEADLY.map((signal) => [signal, () => this.#die(signal)] as const);
    for (const [signal, listener] of onSignals) process.on(signal, listener);
    this.#release = [
      () => this.#input.off('data', onData).off('end', onLost).pause(),
      () => this.#output.off('resize', onResize),
      () => process.off('uncaughtException', onError).off('unhandledRejection', onError).off('exit', onExit),
      () => process.off('SIGTSTP', onStop),
      ...onSignals.map(
        ([signal, listener]) =>
          () =>
            process.off(signal, listener),
      ),
    ];
    this.#output.write(ENTER_SCREEN);
  }

  #giveBack() {
    if (!this.#taken) return;
    this.#taken = false;
    for (const release of this.#release.splice(0)) release();
    // The TTY may be gone, which is one of the reasons to be here.
    try {
      this.#input.setRawMode(false);
      writeSync(this.#output.fd, LEAVE_SCREEN);
    } catch {}
  }

  /** Ends the process by the signal that it got, as if there had been no handler. */
  #die(signal: NodeJS.Signals) {
    this.#giveBack();
    process.kill(process.pid, signal);
  }

  #crash(error: unknown) {
    this.#giveBack();
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`spawnpoint-cf: internal error\n${text}\n`, () => process.exit(1));
  }

  /** @param target the process or, as 0, its group */
  #stop(target: number) {
    if (!this.#taken) return;
    this.#giveBack();
    let resumed = false;
    const resume = () => {
      if (resumed) return;
      resumed = true;
      process.off('SIGCONT', resume);
      clearTimeout(timer);
      this.#take();
      for (const listener of this.#resizeListeners) listener();
    };
    process.on('SIGCONT', resume);
    process.kill(target, 'SIGTSTP');
    // Where nobody could resume the process, the system ignores the stop, and no SIGCONT comes.
    const timer = setTimeout(resume, STOP_MS);
  }
}
