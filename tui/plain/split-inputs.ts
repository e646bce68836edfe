/** Cuts a text into inputs, as if it were typed line by line at the prompt. */

export type Completeness = 'complete' | 'incomplete' | 'invalid';

/**
 * Yields each input without the line end after it. What can never become complete is an input of its own, so that the
 * kernel says what is wrong with it; so is what the text ends within.
 */
export async function* splitInputs(
  lines: AsyncIterable<string>,
  ask: (code: string) => Promise<Completeness>,
): AsyncGenerator<string, undefined> {
  let code = '';
  for await (const line of lines) {
    code = code === '' ? line : `${code}\n${line}`;
    if (code.trim() === '') code = '';
    else if ((await ask(code)) !== 'incomplete') {
      yield code;
      code = '';
    }
  }
  if (code !== '') yield code;
  return undefined;
}
