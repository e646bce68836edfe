/** Python counts code points where JavaScript counts UTF-16 units. */

/** The number of code points before the UTF-16 offset `at`. */
export function toCodePoints(text: string, at: number): number {
  return [...text.slice(0, at)].length;
}

/** The UTF-16 offset of the code point `at`. */
export function fromCodePoints(text: string, at: number): number {
  return [...text].slice(0, at).join('').length;
}
