/**
 * The inputs of a kill trial: each counts in everything that a kernel keeps, and one shows all of it.
 *
 * JavaScript counts in a variable, in the file `n` and under the key `n`. Python counts in a variable, a closure, a
 * half-run generator, the file `m`, an open file, an open database and under the key `m`. What one shows holds for the
 * files and keys of the other too.
 */

export type TrialLanguage = 'js' | 'py';

/** How often each language has counted, in one revision. */
export interface Counts {
  readonly js: number;
  readonly py: number;
}

export interface TrialInput {
  readonly language: TrialLanguage;
  readonly code: string;
}

const FILE_REPEATS = 5000;
const FILLER_WORDS = 1024 * 1024;

/**
 * Counts once in JavaScript as well, and changes 4 MiB of the heap to what cannot be compressed: its commit takes long, and
 * so does cutting the chain of heaps, which becomes due by it.
 */
export function filling(name: string): TrialInput {
  const code = `console.log('filling'); globalThis.filler ??= new Uint32Array(${FILLER_WORDS});
for (let at = 0; at < ${FILLER_WORDS}; at += 16384) crypto.getRandomValues(filler.subarray(at, at + 16384));
filler[0] = filler[filler.length - 1] = Math.random() * 2 ** 32;
${countingInJavaScript(1_000_000)}`;
  return { language: 'js', code: `//${name}\n${code}` };
}

/** Counts once, with time between the places for a kill: `turns` of an empty loop. Its value is the count. */
export function counting(language: TrialLanguage, name: string, turns: number): TrialInput {
  const code = language === 'js' ? countingInJavaScript(turns) : countingInPython(turns);
  return { language, code: `${language === 'js' ? `//${name}` : `#${name}`}\n${code}` };
}

/** The name that `counting` was given; undefined for other inputs. */
export function nameOf(code: string): string | undefined {
  return /^(?:\/\/|#)(.*)\n/.exec(code)?.[1];
}

const countingInJavaScript = (turns: number): string => `globalThis.n = (globalThis.n ?? 0) + 1;
for (let i = 0; i < ${turns}; i++);
require('fs').writeFileSync('n', String(n).repeat(${FILE_REPEATS}));
for (let i = 0; i < ${turns}; i++);
await kv.set('n', n); String(n)`;

const countingInPython = (turns: number): string => `if 'm' not in globals():
    import sqlite3
    import _spawnpoint_host as host

    def counter():
        n = 0
        def tick():
            nonlocal n
            n += 1
            return n
        return tick

    def numbers():
        n = 0
        while True:
            n += 1
            yield n

    m, tick, numbered = 0, counter(), numbers()
    rows, lines = sqlite3.connect('m.sqlite'), open('m.lines', 'a')
    cursor = rows.execute('create table if not exists m (n)')
m += 1
for i in range(${turns}): pass
with open('m', 'w') as file:
    written = file.write(str(m) * ${FILE_REPEATS})
with rows:
    cursor = rows.execute('insert into m values (?)', (m,))
written = lines.write(f'{m}\\n')
lines.flush()
for i in range(${turns}): pass
host.kv_set('m', str(m).encode())
f'{m},{tick()},{next(numbered)}'`;

/** The value of an input that has counted up to `count`. */
export function counted(language: TrialLanguage, count: number): string {
  return language === 'js' ? String(count) : [count, count, count].join();
}

/** Show all places, each in its language. */
export const LOOKING: Record<TrialLanguage, TrialInput> = {
  js: {
    language: 'js',
    code: `{ const { existsSync, readFileSync } = require('fs');
const read = (path) => existsSync(path) ? readFileSync(path, 'utf8') : '';
JSON.stringify([globalThis.n ?? 0, await kv.get('n') ?? 0, String.fromCharCode(...await kv.get('m') ?? []),
  read('n'), read('m'), read('m.lines'), globalThis.filler?.[0] === globalThis.filler?.at(-1)]); }`,
  },
  py: {
    language: 'py',
    code: `def look():
    def read(path):
        return open(path).read() if os.path.exists(path) else ''
    counts = [0, 0, 0, '', 0, None]
    if 'm' in globals():
        inserted = rows.execute('select count(*), max(n) from m').fetchone()
        held = tick.__closure__[0].cell_contents, numbered.gi_frame.f_locals['n']
        counts = [m, *held, host.kv_get('m').decode(), *inserted]
    return json.dumps([*counts, read('m.lines'), read('n')], separators=(',', ':'))

import json, os
look()`,
  },
};

/** What the inputs of `LOOKING` show where the languages have counted so far. */
export function shown(language: TrialLanguage, { js, py }: Counts): string {
  const [n, m] = [js, py].map((count) => (count === 0 ? '' : String(count)));
  const file = n?.repeat(FILE_REPEATS);
  const lines = Array.from({ length: py }, (_, at) => `${at + 1}\n`).join('');
  return JSON.stringify(
    language === 'js'
      ? [js, js, m, file, m?.repeat(FILE_REPEATS), lines, true]
      : [py, py, py, m, py, py === 0 ? null : py, lines, file],
  );
}
