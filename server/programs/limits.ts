/** What the runner puts up with. */

/** Programs that may run at once in one runner, of all sessions together. */
export const maxRuns = 64;
