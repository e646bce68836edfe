/** Names of packages and extras. */

/** One name for all spellings (PEP 503, PEP 685). */
export function normalise(name: string): string {
  return name
    .trim()
    .replace(/[-_.]+/g, '-')
    .toLowerCase();
}
