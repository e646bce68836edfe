/** The transcripts, asked of the kernel. */

import { beforeAll, describe, expect, it } from 'vitest';
import { openPython } from '../../../testing/python-session.ts';
import { type TestSession, withoutColours } from '../../javascript/testing/test-session.ts';
import errors from './cpython/errors.pycon?raw';
import statements from './cpython/statements.pycon?raw';
import values from './cpython/values.pycon?raw';
import session from './session/session.pycon?raw';
import { asTranscript, type Exchange, parseTranscript } from './transcript.ts';

const GROUPS = [values, statements, errors, session].flatMap(parseTranscript);
/** Interrupts come from outside: transcripts.node.test.ts plays these. */
const isPlayed = ({ exchanges }: (typeof GROUPS)[number]) => exchanges.every(({ typed }) => !typed.includes(null));

describe('the kernel', () => {
  let python: TestSession;
  let inputs = 0;
  beforeAll(async () => {
    python = await openPython();
  });

  async function show({ code, typed }: Exchange): Promise<string> {
    python.lines.splice(0, python.lines.length, ...typed.filter((line) => line !== null));
    const before = python.output.length;
    const outcome = await python.evaluate(code);
    inputs += 1;
    const printed = python.output.slice(before).map(({ text }) => text);
    if (outcome.status === 'ok') printed.push(outcome.value.text);
    if (outcome.status === 'error') printed.push(outcome.error.text);
    return withoutColours(printed.join(''));
  }

  it.each(GROUPS.filter(isPlayed))('prints what the transcript of “$title” has', async ({ exchanges }) => {
    await show({ code: '%reset', typed: [], printed: '' });
    const first = inputs;
    const played: Exchange[] = [];
    for (const exchange of exchanges) {
      // The inputs of a transcript are numbered from 1.
      const numbered = (await show(exchange)).replace(/<input (\d+)>/g, (_, n) => `<input ${Number(n) - first}>`);
      played.push({ ...exchange, printed: asTranscript(numbered) });
    }
    expect(played).toEqual(exchanges);
  });
});
