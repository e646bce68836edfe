/** Inputs that only look: a name, which shows its value, numbers to compute with, and questions. */

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const NUMBERS = /^[\d\s.()+*/%<>=-]+$/;
const QUESTION = /^(%whos|\?{1,2}\s*[\w.]+|[\w.]+\s*\?{1,2})$/;

/** Any other expression may run code that changes something. */
export function isPure(code: string): boolean {
  const text = code.trim();
  return [NAME, NUMBERS, QUESTION].some((pattern) => pattern.test(text));
}
