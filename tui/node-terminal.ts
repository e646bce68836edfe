/**
 * The terminal of this process: stdin and stdout as a `Terminal`.
 *
 * It is taken in two steps: the keys at once, and the screen when there is something to show on it. What is typed in
 * between is kept. From the first step on it is given back on every way out: normal end, uncaught error, SIGTERM, SIGHUP,
 * SIGINT, a lost TTY, and Ctrl-Z until the process is resumed.
 */

import { writeSync } from 'node:fs';
import { ENTER_SCREEN, LEAVE_SCREEN, type Terminal } from './app/terminal.ts';
import { EXIT } from './exit.ts';

const DEADLY: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'];

/** Long enough for a stop signal to stop the process, should it be one that can be stopped. */
const STOP_MS = 50;

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';

export class NodeTerminal implements Terminal {
  readonly #input = process.stdin;
  readonly #output = process.stdout;
  readonly #inputListeners = new Set<(data: string) => void>();
  readonly #resizeListeners = new Set<() => void>();
  #hasKeys = false;
  #hasScreen = false;
  /** Typed before there was a screen. */
  #typed = '';
  /** What is read now was typed before the keys were taken: the line driver has made line feeds of its Enters. */
  #isTypedAhead = false;
  /** Cleanups of taking the keys. */
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
    if (this.#hasScreen) this.#output.write(data);
  }

  onInput(listener: (data: string) => void): () => void {
    this.#inputListeners.add(listener);
    return () => this.#inputListeners.delete(listener);
  }

  onResize(listener: () => void): () => void {
    this.#resizeListeners.add(listener);
    return () => this.#resizeListeners.delete(listener);
  }

  /**
   * Takes the keys and leaves the screen as it is. What is typed from now on, and what waits already, goes to the
   * listeners once the screen is taken; but Ctrl-C ends the process, and Ctrl-Z stops it.
   */
  takeKeys(): void {
    if (this.#hasKeys) return;
    this.#hasKeys = true;
    this.#input.setEncoding('utf8');
    this.#input.setRawMode(true);
    this.#listen();
    this.#isTypedAhead = true;
    // The first one may come before the input was looked at, the second one does not.
    setImmediate(() => setImmediate(() => (this.#isTypedAhead = false)));
  }

  setRawMode(on: boolean): void {
    if (on && !this.#hasScreen) this.#takeScreen();
    else if (!on) this.#giveBack();
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

  #takeScreen() {
    this.takeKeys();
    this.#hasScreen = true;
    this.#output.write(ENTER_SCREEN);
    const typed = this.#typed;
    this.#typed = '';
    if (typed !== '') this.#tell(typed);
  }

  #listen() {
    const onData = (data: string) => this.#receive(this.#isTypedAhead ? data.replaceAll('\n', '\r') : data);
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
  }

  #receive(data: string) {
    if (this.#hasScreen) return this.#tell(data);
    // Raw keys raise no signals.
    if (data.includes(CTRL_C)) {
      this.#giveBack();
      process.exit(EXIT.interrupted);
    }
    this.#typed += data.replaceAll(CTRL_Z, '');
    if (data.includes(CTRL_Z)) this.suspend();
  }

  #tell(data: string) {
    for (const listener of this.#inputListeners) listener(data);
  }

  #giveBack() {
    if (!this.#hasKeys) return;
    const hadScreen = this.#hasScreen;
    this.#hasKeys = false;
    this.#hasScreen = false;
    for (const release of this.#release.splice(0)) release();
    // The TTY may be gone, which is one of the reasons to be here.
    try {
      this.#input.setRawMode(false);
      if (hadScreen) writeSync(this.#output.fd, LEAVE_SCREEN);
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
    if (!this.#hasKeys) return;
    const hadScreen = this.#hasScreen;
    this.#giveBack();
    let resumed = false;
    const resume = () => {
      if (resumed) return;
      resumed = true;
      process.off('SIGCONT', resume);
      clearTimeout(timer);
      if (!hadScreen) return this.takeKeys();
      this.setRawMode(true);
      for (const listener of this.#resizeListeners) listener();
    };
    process.on('SIGCONT', resume);
    process.kill(target, 'SIGTSTP');
    // Where nobody could resume the process, the system ignores the stop, and no SIGCONT comes.
    const timer = setTimeout(resume, STOP_MS);
  }
}
