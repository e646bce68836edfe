/** What the runner puts up with. */

/** Programs that may run at once in one runner, of all sessions together. */
export const maxRuns = 64;

/** Programs that may run at once in kernels of one session: each takes memory that all sessions share. */
export const maxKernelRuns = 2;

/** UTF-8 of a `ProgramResult`: what plain data may have, each character of it escaped. */
export const maxResultBytes = 32 * 1024 * 1024;
