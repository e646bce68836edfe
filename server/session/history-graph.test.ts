/** Undo and redo, told as stories: a letter is a step, a dot an evaluation that is none. */

import { describe, expect, it } from 'vitest';
import { HistoryGraph, type HistoryNode } from './history-graph.ts';

/** Plays a story from an initial revision on; returns the letters whose effects stand at its end. */
function play(story: string): string {
  const nodes: HistoryNode[] = [{ number: 1, parent: null, restored: null, isStep: false }];
  const states = new Map<number, string>([[1, '']]);
  const commit = (restored: number | null, isStep: boolean, state: string) => {
    const number = nodes.length + 1;
    nodes.push({ number, parent: number - 1, restored, isStep });
    states.set(number, state);
  };
  for (const sign of story) {
    const state = states.get(nodes.length) ?? '';
    const graph = new HistoryGraph(nodes);
    if (sign === '<' || sign === '>') {
      const target = sign === '<' ? graph.undoTarget() : graph.redoTarget();
      if (target === null) return `${state}!`;
      commit(target, false, states.get(target) ?? '');
    } else if (/\d/.test(sign)) commit(Number(sign), false, states.get(Number(sign)) ?? '');
    else commit(null, sign !== '.', sign === '.' ? state : state + sign);
  }
  return states.get(nodes.length) ?? '';
}

describe('undo and redo', () => {
  it.each([
    ['ab<', 'a'],
    ['ab<<', ''],
    ['ab<<<', '!'],
    ['ab<>', 'ab'],
    ['ab<<>', 'a'],
    ['ab<<>>', 'ab'],
    ['ab<<>>>', 'ab!'],
    ['>', '!'],
    ['<', '!'],
    // An evaluation that changes nothing stands in no one's way.
    ['ab.<', 'a'],
    ['ab<.>', 'ab'],
    ['ab..<..>', 'ab'],
    ['.ab.<.<.>.>', 'ab'],
    // A new step ends what could be redone, and can itself be undone.
    ['ab<c>', 'ac!'],
    ['ab<c<', 'a'],
    ['ab<c<<', ''],
    ['ab<c<>', 'ac'],
    ['ab<c<<>>', 'ac'],
    // Going to a revision by number (1 is empty, 2 is `a`, 3 is `ab`): undo and redo go on from there.
    ['abc2', 'a'],
    ['abc2>', 'ab'],
    ['abc2>>', 'abc'],
    ['abc2<', ''],
    ['abc2d>', 'ad!'],
    ['abc23', 'ab'],
    ['abc23<', 'a'],
  ])('%s gives %s', (story, state) => {
    expect(play(story)).toBe(state);
  });

  it('undoes the first step of all, and does it again', () => {
    const first = { number: 1, parent: null, restored: null, isStep: true };
    expect(new HistoryGraph([first]).undoTarget()).toBe(0);
    const undone = { number: 2, parent: 1, restored: 0, isStep: false };
    expect(new HistoryGraph([first, undone]).undoTarget()).toBeNull();
    expect(new HistoryGraph([first, undone]).redoTarget()).toBe(1);
  });

  it('does not undo into what is no longer kept', () => {
    const graph = new HistoryGraph([{ number: 7, parent: 6, restored: null, isStep: true }]);
    expect(graph.undoTarget()).toBeNull();
  });

  it('does not redo what never followed, when what did is no longer kept', () => {
    // 3 and 4 were steps; 5 went back to 1, which is gone with 2.
    const kept = [
      { number: 3, parent: 2, restored: null, isStep: true },
      { number: 4, parent: 3, restored: null, isStep: true },
      { number: 5, parent: 4, restored: 1, isStep: false },
    ];
    expect(new HistoryGraph(kept).redoTarget()).toBeNull();
    expect(new HistoryGraph(kept).undoTarget()).toBeNull();
  });

  it('does again what was undone down to the oldest revision that is kept', () => {
    const kept = [
      { number: 3, parent: 2, restored: null, isStep: false },
      { number: 4, parent: 3, restored: null, isStep: true },
      { number: 5, parent: 4, restored: 3, isStep: false },
    ];
    expect(new HistoryGraph(kept).redoTarget()).toBe(4);
    expect(new HistoryGraph(kept.slice(0, 2)).undoTarget()).toBe(3);
  });
});
