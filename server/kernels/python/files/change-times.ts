/**
 * When Python changed what: directories have no such time among the session's files, and a platform's clock may stand
 * still while code runs. Each change is later than the one before, so that whoever compares times (the import system
 * does) sees it.
 */

export class ChangeTimes {
  readonly #times = new Map<string, number>();
  #last = 0;

  touch(path: string): void {
    this.#last = Math.max(Date.now(), this.#last + 1);
    this.#times.set(path, this.#last);
  }

  /** What `os.utime` asked for. It holds until the end of the turn: the session's files have no place for it. */
  set(path: string, time: number): void {
    this.#times.set(path, time);
  }

  /** Milliseconds since the epoch; undefined if nothing was changed. */
  of(path: string): number | undefined {
    return this.#times.get(path);
  }

  /** From now on the times of the session's files count. */
  forget(): void {
    this.#times.clear();
  }
}
