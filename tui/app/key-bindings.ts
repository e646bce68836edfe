/** Which key does what. One table per place that takes keys; `GLOBAL` holds wherever a table says nothing else. */

import type { EditAction } from './editor/buffer.ts';

export type Command =
  | 'submit'
  | 'newline'
  | 'history-older'
  | 'history-newer'
  | 'up'
  | 'down'
  | 'search'
  | 'search-accept'
  | 'search-cancel'
  | 'search-delete'
  | 'complete'
  | 'complete-back'
  | 'delete-or-leave'
  | 'interrupt'
  | 'suspend'
  | 'redraw'
  | 'focus-next'
  | 'focus-previous'
  | 'focus-repl'
  | 'page-up'
  | 'page-down'
  | 'line-up'
  | 'line-down'
  | 'top'
  | 'bottom'
  | 'tree-up'
  | 'tree-down'
  | 'tree-open'
  | 'tree-expand'
  | 'tree-collapse'
  | 'close-viewer';

export type Mode = 'editor' | 'search' | 'files' | 'log' | 'viewer';
export type Binding = Command | EditAction;
type Table = Readonly<Record<string, Binding>>;

const GLOBAL: Table = {
  'ctrl+c': 'interrupt',
  'ctrl+z': 'suspend',
  'ctrl+l': 'redraw',
  f6: 'focus-next',
  'ctrl+]': 'focus-next',
  'shift+f6': 'focus-previous',
  pageup: 'page-up',
  pagedown: 'page-down',
  escape: 'focus-repl',
};

const SCROLL: Table = { up: 'line-up', down: 'line-down', home: 'top', end: 'bottom', space: 'page-down' };

const EDITOR: Table = {
  enter: 'submit',
  'alt+enter': 'newline',
  'shift+enter': 'newline',
  'ctrl+enter': 'newline',
  'ctrl+j': 'newline',
  up: 'up',
  down: 'down',
  'ctrl+p': 'history-older',
  'ctrl+n': 'history-newer',
  'ctrl+up': 'history-older',
  'ctrl+down': 'history-newer',
  'ctrl+r': 'search',
  tab: 'complete',
  'shift+tab': 'complete-back',
  'ctrl+d': 'delete-or-leave',
  left: { type: 'move', to: 'left' },
  'ctrl+b': { type: 'move', to: 'left' },
  right: { type: 'move', to: 'right' },
  'ctrl+f': { type: 'move', to: 'right' },
  'alt+b': { type: 'move', to: 'word-left' },
  'alt+left': { type: 'move', to: 'word-left' },
  'ctrl+left': { type: 'move', to: 'word-left' },
  'alt+f': { type: 'move', to: 'word-right' },
  'alt+right': { type: 'move', to: 'word-right' },
  'ctrl+right': { type: 'move', to: 'word-right' },
  home: { type: 'move', to: 'line-start' },
  'ctrl+a': { type: 'move', to: 'line-start' },
  end: { type: 'move', to: 'line-end' },
  'ctrl+e': { type: 'move', to: 'line-end' },
  'ctrl+home': { type: 'move', to: 'start' },
  'alt+shift+<': { type: 'move', to: 'start' },
  'alt+<': { type: 'move', to: 'start' },
  'ctrl+end': { type: 'move', to: 'end' },
  'alt+>': { type: 'move', to: 'end' },
  backspace: { type: 'delete', to: 'level-left' },
  'shift+backspace': { type: 'delete', to: 'level-left' },
  delete: { type: 'delete', to: 'right' },
  'ctrl+k': { type: 'kill', to: 'line-end' },
  'ctrl+u': { type: 'kill', to: 'line-start' },
  'ctrl+w': { type: 'kill', to: 'blank-left' },
  'alt+backspace': { type: 'kill', to: 'word-left' },
  'ctrl+backspace': { type: 'kill', to: 'word-left' },
  'alt+d': { type: 'kill', to: 'word-right' },
  'ctrl+delete': { type: 'kill', to: 'word-right' },
  'ctrl+y': { type: 'yank' },
  'alt+y': { type: 'yank-pop' },
  'ctrl+t': { type: 'transpose' },
  'ctrl+_': { type: 'undo' },
  'alt+_': { type: 'redo' },
};

const TABLES: Readonly<Record<Mode, Table>> = {
  editor: EDITOR,
  search: {
    enter: 'search-accept',
    escape: 'search-accept',
    tab: 'search-accept',
    'ctrl+r': 'search',
    'ctrl+g': 'search-cancel',
    'ctrl+c': 'search-cancel',
    backspace: 'search-delete',
  },
  files: {
    up: 'tree-up',
    down: 'tree-down',
    enter: 'tree-open',
    right: 'tree-expand',
    left: 'tree-collapse',
  },
  log: SCROLL,
  viewer: { ...SCROLL, escape: 'close-viewer', q: 'close-viewer', enter: 'close-viewer' },
};

export function bindingOf(mode: Mode, key: string): Binding | undefined {
  return TABLES[mode][key] ?? GLOBAL[key];
}

/** What `.help` says about keys. */
export const KEY_HELP: readonly (readonly [string, string])[] = [
  ['Enter', 'run, or a new line while incomplete'],
  ['Alt-Enter, Ctrl-J', 'a new line in any case'],
  ['Tab', 'complete code, dot commands, files'],
  ['Up, Down, Ctrl-R', 'former inputs; search them'],
  ['Ctrl-C', 'interrupt; clear the line; twice: leave'],
  ['Ctrl-D', 'leave, on an empty line'],
  ['F6 or Ctrl-]', 'next pane; Shift-F6 previous; Esc or typing: back'],
  ['PgUp, PgDn', 'scroll the pane'],
  ['Ctrl-K U W, Ctrl-Y', 'cut to the end, start, word; paste'],
  ['Ctrl-_, Alt-_', 'undo, redo in the line'],
  ['Ctrl-Z, Ctrl-L', 'suspend; draw again'],
];
