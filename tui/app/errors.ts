/** What a person reads of a failure. */

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
