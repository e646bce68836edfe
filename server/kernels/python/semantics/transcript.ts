/**
 * Transcripts of a REPL, as the files here hold them: groups of inputs and what is printed for each.
 *
 *     ## title of a group, which has a session of its own
 *     >>> first line of an input
 *     ... further lines
 *     <<< a line that is typed while it runs; ^C interrupts
 *     what is printed; an empty line is written <BLANKLINE>, white space at the end of a line is not kept
 */

export interface Exchange {
  readonly code: string;
  /** Null interrupts. */
  readonly typed: readonly (string | null)[];
  readonly printed: string;
}

export interface Group {
  readonly title: string;
  readonly exchanges: readonly Exchange[];
}

export function parseTranscript(text: string): Group[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((group) => {
      const [title = '', ...lines] = group.split('\n');
      return { title, exchanges: exchangesOf(lines) };
    });
}

/** What was printed, in the form in which transcripts have it. */
export function asTranscript(printed: string): string {
  const lines = printed.split('\n').map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line === '' ? '<BLANKLINE>' : line)).join('\n');
}

function exchangesOf(lines: readonly string[]): Exchange[] {
  const exchanges: { code: string[]; typed: (string | null)[]; printed: string[] }[] = [];
  for (const line of lines) {
    const current = exchanges.at(-1);
    if (line.startsWith('>>> ')) exchanges.push({ code: [line.slice(4)], typed: [], printed: [] });
    else if (line === '...' || line.startsWith('... ')) current?.code.push(line.slice(4));
    else if (line.startsWith('<<< ')) current?.typed.push(line === '<<< ^C' ? null : line.slice(4));
    else if (line !== '') current?.printed.push(line);
  }
  return exchanges.map(({ code, typed, printed }) => ({ code: code.join('\n'), typed, printed: printed.join('\n') }));
}
