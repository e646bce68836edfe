/** Time and chance as the client knows them, so that tests can bring their own. */
export interface ClientClock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Calls `fn` once after `milliseconds`. Returns what calls it off. */
  after(milliseconds: number, fn: () => void): () => void;
}
