/** TypeScript namespaces that hold values, which are not supported. What strips types takes any namespace for types. */

import { tokenizer } from 'acorn';

export const NO_NAMESPACES = 'Namespaces are not supported: use an object or a file of its own';

/** The words before the block; the same text may stand in a string or a comment. */
const HEADER = /(?<=^|[\n;{}])[ \t]*(?:export[ \t]+)?(?:namespace|module)[ \t]+[\w$.]+(?=[ \t]*\{)/g;

/** The offset of a namespace with values in `code`, null if there is none. `strip` takes the types out of code. */
export function valueNamespace(code: string, strip: (code: string) => string): number | null {
  const first = code.search(HEADER);
  if (first < 0) return null;
  // As plain blocks, they keep what they hold that is no type.
  const opened = code.replace(HEADER, (header) => ' '.repeat(header.length));
  return countTokens(strip(opened)) > countTokens(strip(code)) ? first + code.slice(first).search(/\S/) : null;
}

/** How many there are, but for what encloses and ends statements. 0 if it cannot be read: a parser says why. */
function countTokens(code: string): number {
  let count = 0;
  try {
    for (const { type } of tokenizer(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })) {
      if (!/^[{};]$/.test(type.label)) count++;
    }
  } catch {
    return 0;
  }
  return count;
}
