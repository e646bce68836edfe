/** Tab in the editor. */

import type { Language, SessionView } from '../client/session-view.ts';
import { completeDot } from './dot-completion.ts';
import { type EditAction, LEVELS } from './editor/buffer.ts';
import { messageOf } from './errors.ts';
import type { ViewStore } from './view-state.ts';

/** At the beginning of a line Tab indents. Else the first one asks and inserts what all candidates share; the next ones go through them. Never rejects. */
export async function complete(session: SessionView, view: ViewStore, step: 1 | -1): Promise<void> {
  const { candidates: offered, editor, language } = view.state();
  if (offered !== null) return view.dispatch({ type: 'choose', step });
  const { text, cursor } = editor;
  const before = text.slice(text.lastIndexOf('\n', cursor - 1) + 1, cursor);
  if (before.trim() === '') return view.dispatch({ type: 'edit', edit: step === 1 ? indent(language) : OUTDENT });
  try {
    const ofDot = await completeDot(session, text, cursor);
    const { from, to, candidates } = ofDot ?? (await session.complete(text, cursor, language));
    const now = view.state().editor;
    if (now.text !== text || now.cursor !== cursor || candidates.length === 0) return;
    const shared = commonPrefix(candidates);
    const isLonger = shared.length > to - from && shared.startsWith(text.slice(from, cursor));
    if (isLonger || candidates.length === 1) {
      view.dispatch({ type: 'edit', edit: { type: 'replace', from, to, text: shared } });
    }
    if (candidates.length > 1) view.dispatch({ type: 'offer', candidates: { from, list: candidates, selected: null } });
  } catch (error) {
    view.dispatch({ type: 'message', message: messageOf(error) });
  }
}

const OUTDENT: EditAction = { type: 'delete', to: 'level-left' };

function indent(language: Language): EditAction {
  return { type: 'insert', text: ' '.repeat(LEVELS[language]), typed: true };
}

function commonPrefix(texts: readonly string[]): string {
  const [first = '', ...rest] = texts;
  let length = first.length;
  for (const text of rest) while (!text.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
