/** What the app remembers beside the session: draft, search, candidates, scrolling. */

import { describe, expect, it } from 'vitest';
import { INITIAL_VIEW, modeOf, reduceView, type ViewAction, type ViewState } from './view-state.ts';

const run = (...actions: ViewAction[]) => actions.reduce(reduceView, INITIAL_VIEW);
const type = (text: string): ViewAction => ({ type: 'edit', edit: { type: 'insert', text, typed: true } });
const shown = ({ editor }: ViewState) => editor.text;

describe('reduceView', () => {
  it('takes an input into the history and follows the transcript again', () => {
    const state = run(type('1+1'), { type: 'scroll', pane: 'repl', top: 3 }, { type: 'take' });
    expect(shown(state)).toBe('');
    expect(state.history.entries).toEqual(['1+1']);
    expect(state.scroll.repl).toBeNull();
    expect(reduceView(state, { type: 'browse', step: 1 })).toBe(state);
  });

  it('goes through candidates in both directions and puts each in place of the last', () => {
    const offered = run(type('console.l'), {
      type: 'offer',
      candidates: { from: 8, list: ['log', 'list', 'lag'], selected: null },
    });
    const next: ViewAction = { type: 'choose', step: 1 };
    const back: ViewAction = { type: 'choose', step: -1 };
    expect(shown([next].reduce(reduceView, offered))).toBe('console.log');
    expect(shown([back].reduce(reduceView, offered))).toBe('console.lag');
    expect(shown([next, next, next, next].reduce(reduceView, offered))).toBe('console.log');
    expect(shown([next, back].reduce(reduceView, offered))).toBe('console.lag');
    expect(reduceView(offered, type('x')).candidates).toBeNull();
  });

  it('searches, keeps the last match when nothing older matches, and gives the draft back', () => {
    const state = run(
      type('let a = 1'),
      { type: 'take' },
      type('draft'),
      { type: 'search-start' },
      { type: 'search-query', query: 'a' },
      { type: 'search-older' },
    );
    expect(modeOf(state)).toBe('search');
    expect(shown(state)).toBe('let a = 1');
    expect(state.search?.match).toBe(0);
    expect(shown(reduceView(state, { type: 'search-end', keep: false }))).toBe('draft');
    expect(shown(reduceView(state, { type: 'search-end', keep: true }))).toBe('let a = 1');
  });

  it('opens a file at its top and keeps the place while the same file loads', () => {
    const open = (path: string, message: string | null): ViewAction => ({ type: 'view', viewer: { path, message } });
    const state = run({ type: 'focus', pane: 'files' }, open('a', 'Loading…'), {
      type: 'scroll',
      pane: 'viewer',
      top: 7,
    });
    expect(modeOf(state)).toBe('viewer');
    expect(reduceView(state, open('a', null)).scroll.viewer).toBe(7);
    expect(reduceView(state, open('b', null)).scroll.viewer).toBe(0);
    expect(modeOf(reduceView(state, { type: 'view', viewer: null }))).toBe('editor');
  });

  it('keeps the last 200 notices', () => {
    const notices = Array.from({ length: 201 }, (_, index): ViewAction => {
      const notice = { kind: 'notice', key: `${index}`, command: '', text: '', failed: false, after: null } as const;
      return { type: 'notice', notice };
    });
    expect(
      run(...notices)
        .notices.map(({ key }) => key)
        .slice(0, 2),
    ).toEqual(['1', '2']);
    expect(run(...notices.slice(1)).notices).toHaveLength(200);
  });
});
