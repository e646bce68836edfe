/** Time as the session core knows it, so that tests can bring their own. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `milliseconds`. Returns what calls it off. */
  after(milliseconds: number, fn: () => void): () => void;
}
