/** The history of a session, read out of the server's answers. */

import { expect, it } from 'vitest';
import { movedText } from './history-words.ts';
import { MirrorFiles } from './mirror-files.ts';

it.each([
  ['undo', null, 3, 'undo: back to revision 3, now revision 7'],
  ['undo', null, 0, 'undo: back to the empty beginning, now revision 7'],
  ['redo', null, 5, 'redo: forward to revision 5, now revision 7'],
  ['goto', null, 5, 'goto: at revision 5, now revision 7'],
  ['restore', 'start', 5, 'restore start: at revision 5, now revision 7'],
  ['reset', null, 0, 'reset: variables are as new, files and kv stay; now revision 7'],
] as const)('%s %j to %i is told', (how, name, target, text) => {
  expect(movedText({ how, name, target, revision: 7 })).toBe(text);
});

it('a revision with more changes than one event holds is listed whole', () => {
  const files = new MirrorFiles();
  files.replace([], 1);
  for (const path of ['a', 'b']) {
    files.apply({ at: 0, revision: 2, cause: ['restore', 1], changes: [[path, 'written', 'file', 1]] });
  }
  files.apply({ at: 0, revision: 1, cause: ['files', 0], changes: [['old', 'written', 'file', 1]] });
  expect(files.view().map(({ path }) => path)).toEqual(['a', 'b']);
});
