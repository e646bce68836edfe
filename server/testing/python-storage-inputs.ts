/** Inputs of an ordinary session, for tests of how much of it is stored. */

const KINDS: readonly ((at: number) => string)[] = [
  (at) => `y = ${at}`,
  (at) => `rows.append({'at': ${at}, 'name': 'row ${at}', 'values': list(range(50))})`,
  (at) => `def f${at % 40}(x):\n    """One of many."""\n    return x * ${at} + len(rows)\n`,
  (at) => `class C${at % 20}:\n    def __init__(self, n=${at}): self.n = n\n    def twice(self): return self.n * 2\n`,
  () => 'sum(len(row["values"]) for row in rows)',
  (at) => `text = ' '.join(str(n) for n in range(${at % 3000}))`,
  (at) => `with db: _ = db.execute('insert into t values (?, ?)', (${at}, 'x' * 200))`,
  (at) => `_ = open('notes.txt', 'a').write('line ${at}\\n')`,
  (at) => `import json; copied = json.loads(json.dumps(rows[-${(at % 30) + 1}:]))`,
  () => 'print(len(rows), y)',
  () => 'not_there',
];

export const PREPARE_STORAGE =
  "import sqlite3\nrows, y, db = [], 0, sqlite3.connect('s.sqlite')\n_ = db.execute('create table t (n, text)')";

/** The input number `at`; `chance` is from 0 to 1, without 1. */
export function storageInput(at: number, chance: number): string {
  const kind = KINDS[Math.floor(chance * KINDS.length)];
  if (!kind) throw new RangeError(`${chance} is no chance`);
  return kind(at);
}
