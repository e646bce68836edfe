/** What the model-based test does to a session: random commands, the code of the inputs, and what they make of a state. */

import * as fc from 'fast-check';
import type { State } from './time-travel-model.test-support.ts';

const FILES = ['f', 'g', 'd/h'];
const KEYS = ['k', 'l'];
export const VARIABLES = ['a', 'b'];

const value = fc.nat({ max: 99 });
const variable = fc.constantFrom(...VARIABLES);
const file = fc.constantFrom(...FILES);
const key = fc.constantFrom(...KEYS);
/** Whether the contents of a file take several chunks. */
const isLarge = fc.boolean();
const checkpoint = fc.constantFrom('x', 'y');

const arbitraries = {
  /** An input that changes some of variables, files and keys, and then ends in one way or another. */
  change: fc.record({
    op: fc.constant('change' as const),
    variable: fc.option(variable),
    file: fc.option(file),
    key: fc.option(key),
    value,
    isLarge,
    ending: fc.constantFrom('value' as const, 'value' as const, 'error' as const, 'interrupt' as const),
  }),
  /** Calls a closure whose state nothing else reveals. */
  count: fc.record({ op: fc.constant('count' as const) }),
  remove: fc.record({ op: fc.constant('remove' as const), file, key }),
  upload: fc.record({ op: fc.constant('upload' as const), file, value, isLarge }),
  look: fc.record({ op: fc.constant('look' as const) }),
  mistype: fc.record({ op: fc.constant('mistype' as const) }),
  undo: fc.record({ op: fc.constant('undo' as const) }),
  redo: fc.record({ op: fc.constant('redo' as const) }),
  goTo: fc.record({ op: fc.constant('goTo' as const), pick: fc.nat() }),
  checkpoint: fc.record({ op: fc.constant('checkpoint' as const), name: checkpoint }),
  restore: fc.record({ op: fc.constant('restore' as const), name: checkpoint }),
  prune: fc.record({ op: fc.constant('prune' as const), recent: fc.integer({ min: 1, max: 12 }) }),
  /** Opened anew from the store, as after a sleep. */
  reopen: fc.record({ op: fc.constant('reopen' as const) }),
  /** The object is ended while an input runs. */
  kill: fc.record({ op: fc.constant('kill' as const) }),
};

type Arbitraries = typeof arbitraries;
type CommandOf<Op extends keyof Arbitraries> = Arbitraries[Op] extends fc.Arbitrary<infer T> ? T : never;
export type Command = { [Op in keyof Arbitraries]: CommandOf<Op> }[keyof Arbitraries];
export type Change = CommandOf<'change'>;

const weights: Readonly<Record<keyof Arbitraries, number>> = {
  change: 8,
  count: 3,
  remove: 2,
  upload: 2,
  look: 2,
  mistype: 1,
  undo: 5,
  redo: 4,
  goTo: 2,
  checkpoint: 2,
  restore: 2,
  prune: 1,
  reopen: 1,
  kill: 1,
};

export const command: fc.Arbitrary<Command> = fc.oneof(
  ...Object.values(arbitraries).map((arbitrary, at) => ({
    weight: Object.values(weights)[at] ?? 1,
    arbitrary: arbitrary as fc.Arbitrary<Command>,
  })),
);

export const COUNT =
  'globalThis.count ??= (() => { let calls = 0; return () => { calls += 1; return calls; }; })(); String(count())';

export function contents(value: number, isLarge: boolean): string {
  return `${value};`.repeat(isLarge ? 50_000 : 1);
}

/** All of the change happens, and is told, before the input ends in its way. */
export function codeOf({ variable, file, key, value, isLarge, ending }: Change): string {
  const parts: string[] = [];
  if (variable !== null) parts.push(`globalThis.${variable} = ${value};`);
  if (file !== null) {
    const bytes = `'${value};'.repeat(${isLarge ? 50_000 : 1})`;
    parts.push(`{ const fs = require('fs'); fs.mkdirSync('d', { recursive: true });`);
    parts.push(`fs.writeFileSync('${file}', ${bytes}); }`);
  }
  if (key !== null) parts.push(`await kv.set('${key}', ${value});`);
  parts.push(`console.log('changed');`);
  if (ending === 'error') parts.push(`throw new Error('after the change');`);
  if (ending === 'interrupt') parts.push(`for (;;);`);
  return parts.join(' ');
}

export function changed(state: State, { variable, file, key, value, isLarge }: Change): State {
  return {
    ...state,
    variables: variable === null ? state.variables : { ...state.variables, [variable]: value },
    files: file === null ? state.files : { ...state.files, [file]: contents(value, isLarge) },
    keys: key === null ? state.keys : { ...state.keys, [key]: String(value) },
  };
}

export function without(record: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== name));
}
