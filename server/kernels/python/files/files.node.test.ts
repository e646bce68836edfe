/** The session's files as Python uses them: the standard library in Pyodide, over a real file store on SQLite. */

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maxSqliteFileBytes } from '../../../files/limits.ts';
import { fileSystemOf, MountedSession } from '../testing/mounted-session.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
let session: MountedSession;
beforeAll(async () => {
  await MountedSession.open();
});
beforeEach(async () => {
  session = await MountedSession.open();
});

describe('files', () => {
  it('are the same for Python and for others', () => {
    session.python("with open('a.txt', 'w') as f: f.write('héllo\\nworld\\n')");
    expect(session.read('a.txt')).toBe('héllo\nworld\n');
    session.other((files) => files.write('b.txt', bytes('from outside')));
    expect(session.python("open('b.txt').read()")).toBe("'from outside'");
    session.other((files) => files.write('b.txt', bytes('changed')));
    expect(session.python("open('b.txt').read(), os.path.getsize('/home/user/b.txt')")).toBe("('changed', 7)");
    session.other((files) => files.remove('b.txt', { recursive: false }));
    expect(session.python("os.path.exists('b.txt')")).toBe('False');
    session.other((files) => files.makeDirectory('b.txt', { recursive: false }));
    expect(session.python("os.path.isdir('b.txt'), sorted(os.listdir())")).toBe("(True, ['a.txt', 'b.txt'])");
  });

  it.each([
    ["f = open('f', 'w'); f.write('abc'); f.close(); open('f', 'a').write('def'); open('f').read()", "'abcdef'"],
    ["f = open('f', 'w+b'); f.write(b'0123456789'); f.seek(3); f.write(b'X'); f.seek(0); f.read()", "b'012X456789'"],
    [
      "f = open('f', 'w+b'); f.seek(70000); f.write(b'end'); f.seek(69998); f.read(), f.tell()",
      "(b'\\x00\\x00end', 70003)",
    ],
    ["f = open('f', 'wb'); f.write(b'x' * 200000); f.truncate(100); f.close(); os.path.getsize('f')", '100'],
    ["f = open('f', 'w+b'); f.write(b'abc'); f.truncate(1); f.truncate(3); f.seek(0); f.read()", "b'a\\x00\\x00'"],
    ["open('f', 'w').write('x'); open('f', 'r+').truncate(0); os.stat('f').st_size", '0'],
    ["f = open('f', 'w'); f.write('kept'); f.flush(); os.remove('f'); g = open('f', 'w'); os.listdir()", "['f']"],
    ["f = open('f', 'w+'); f.write('still'); f.flush(); os.remove('f'); f.seek(0); f.read()", "'still'"],
    [
      "f = open('f', 'w+'); f.write('old'); f.flush(); os.rename('f', 'g'); f.write('new'); f.close(); open('g').read()",
      "'oldnew'",
    ],
    [
      "open('f', 'w').write('1'); open('g', 'w').write('2'); os.replace('f', 'g'); open('g').read(), os.listdir()",
      "('1', ['g'])",
    ],
    [
      "os.makedirs('d/e'); open('d/e/f', 'w').close(); os.rename('d', 'x'); list(os.walk('.'))",
      "[('.', ['x'], []), ('./x', ['e'], []), ('./x/e', [], ['f'])]",
    ],
    [
      "g = os.dup(os.open('f', os.O_CREAT | os.O_RDWR)); os.write(g, b'dup'); os.lseek(g, 0, 0); os.read(g, 9)",
      "b'dup'",
    ],
    ["open('f', 'w').close(); os.utime('f', (5, 6)); os.stat('f').st_mtime", '6.0'],
    ["open('f', 'w').close(); os.chmod('f', 0o600); oct(os.stat('f').st_mode)", "'0o100600'"],
    [
      "a = os.stat('.').st_mtime; open('f', 'w').close(); b = os.stat('.').st_mtime; os.remove('f'); a < b < os.stat('.').st_mtime",
      'True',
    ],
  ])('%j', (code, expected) => {
    const lines = code.split('; ');
    const last = lines.pop() ?? '';
    expect(
      session.python(
        `import os\n${lines.map((line) => (/^\w+ = |^del/.test(line) ? line : `_ = ${line}`)).join('\n')}\ndel _`,
        last,
      ),
    ).toBe(expected);
  });

  it.each([
    ["open('nothing')", 'FileNotFoundError: [Errno 44] No such file or directory'],
    ["os.mkdir('d')", 'FileExistsError: [Errno 20] File exists'],
    ["open('d')", 'IsADirectoryError: [Errno 31] Is a directory'],
    ["os.rmdir('full')", 'OSError: [Errno 55] Directory not empty'],
    ["os.rmdir('f')", 'NotADirectoryError: [Errno 54] Not a directory'],
    ["os.remove('d')", 'IsADirectoryError: [Errno 31] Is a directory'],
    ["os.listdir('f')", 'NotADirectoryError: [Errno 54] Not a directory'],
    ["open('f/x', 'w')", 'NotADirectoryError: [Errno 54] Not a directory'],
    ["open('n' * 256, 'w')", 'OSError: [Errno 37] Filename too long'],
    ["open('a\\nb', 'w')", 'OSError: [Errno 28] Invalid argument'],
    ["os.symlink('f', 's')", 'PermissionError: [Errno 63] Operation not permitted'],
    ["open('f', 'x')", 'FileExistsError: [Errno 20] File exists'],
    ["os.rename('d', 'd/e')", 'OSError: [Errno 28] Invalid argument'],
    [`open('big', 'wb').truncate(${maxSqliteFileBytes + 1})`, 'OSError: [Errno 22] File too large'],
  ])('%j fails as it should', (code, expected) => {
    session.python("import os\nos.makedirs('full/x'); os.mkdir('d'); open('f', 'w').close()");
    expect(session.python(code).split('\n').at(-1)).toContain(expected);
  });

  it('take what fits and refuse what does not when it is written, not later', () => {
    const code = `f = open('big', 'wb', buffering=0)\n_ = f.write(b'x' * ${maxSqliteFileBytes})\nf.write(b'y')`;
    expect(session.python(code)).toMatch(/OSError: \[Errno 22\] File too large$/);
    expect(session.python("os.path.getsize('big')")).toBe(String(maxSqliteFileBytes));
  });

  it('stay readable to the end while much more than the cache holds is written', () => {
    const code = `import os
for n in range(4):
    with open(f'part{n}', 'wb') as f:
        for k in range(40): _ = f.write(bytes([n, k]) * 32768)
sum(open(f'part{n}', 'rb').read() == b''.join(bytes([n, k]) * 32768 for k in range(40)) for n in range(4))`;
    expect(session.python(code)).toBe('4');
    expect(session.python(code.split('\n').at(-1) ?? '')).toBe('4');
  });
});

describe('between turns', () => {
  it('there are none, which is an error like any other', () => {
    session.python("f = open('f', 'w+'); _ = f.write('kept')");
    const { driver } = MountedSession;
    session.betweenTurns(() => {
      for (const code of ['os.listdir()', "open('f')", 'f.flush()', 'f.read()', "os.stat('/tmp/x')", "os.mkdir('d')"]) {
        expect(driver.show(code).split('\n').at(-1)).toMatch(/^PermissionError: \[Errno 2\] Permission denied/);
      }
      expect(driver.complete("open('|").candidates).toEqual([]);
      expect(driver.complete('import js|').candidates).toEqual(['json']);
    });
    expect(session.python("f.flush(); open('f').read()")).toBe("'kept'");
  });
});

describe('the standard library', () => {
  it.each([
    [
      'pathlib',
      "from pathlib import Path; p = Path('d/x.txt'); p.parent.mkdir(); _ = p.write_text('t'); p.read_text(), list(Path().rglob('*.txt'))",
      "('t', [PosixPath('d/x.txt')])",
    ],
    [
      'shutil',
      "import shutil, os; os.mkdir('a'); open('a/f', 'w').close(); _ = shutil.copytree('a', 'b'); shutil.rmtree('a'); _ = shutil.move('b', 'c'); os.listdir(), os.listdir('c')",
      "(['c'], ['f'])",
    ],
    [
      'zipfile',
      "import zipfile; z = zipfile.ZipFile('z.zip', 'w'); z.writestr('in/f.txt', 'zipped'); z.close(); zipfile.ZipFile('z.zip').extractall('out'); open('out/in/f.txt').read()",
      "'zipped'",
    ],
    [
      'tempfile',
      "import tempfile; t = tempfile.NamedTemporaryFile(); _ = t.write(b'tmp'); t.flush(); open(t.name, 'rb').read(), t.name[:5]",
      "(b'tmp', '/tmp/')",
    ],
    [
      'gzip',
      "import gzip; f = gzip.open('g.gz', 'wt'); _ = f.write('x' * 100000); f.close(); len(gzip.open('g.gz').read())",
      '100000',
    ],
    [
      'csv',
      "import csv; f = open('t.csv', 'w', newline=''); _ = csv.writer(f).writerows([[1, 'a'], [2, 'b']]); f.close(); list(csv.reader(open('t.csv')))",
      "[['1', 'a'], ['2', 'b']]",
    ],
    [
      'glob',
      "import glob, os; os.mkdir('g'); open('g/1.py', 'w').close(); glob.glob('**/*.py', recursive=True)",
      "['g/1.py']",
    ],
  ])('%s works', (_, code, expected) => {
    expect(session.python(code.replaceAll('; ', '\n'))).toBe(expected);
  });

  it('imports modules from the session, anew after they changed', () => {
    session.other((files) => files.write('mine.py', bytes('x = 1')));
    expect(session.python('import mine; mine.x, mine.__file__')).toBe("(1, '/home/user/mine.py')");
    session.other((files) => files.write('mine.py', bytes('x = "longer"')));
    expect(session.python('import importlib; importlib.reload(mine).x')).toBe("'longer'");
    expect(session.python("_ = open('fresh.py', 'w').write('y = 2')\nimport fresh; fresh.y")).toBe('2');
    session.other((files) => files.write('late.py', bytes('z = 3')));
    expect(session.python('import late; late.z')).toBe('3');
    expect(session.python('def f(): import nowhere_to_be_found\nf()')).toContain('ModuleNotFoundError');
    session.other((files) => files.write('nowhere_to_be_found.py', bytes('')));
    expect(session.python('f(); os.listdir()')).not.toContain('__pycache__');
  });

  it('runs programs whose modules are their own', () => {
    session.other((files) => files.write('shared.py', bytes('value = []')));
    session.python('import shared; shared.value.append("live")');
    MountedSession.driver.runProgram('import shared; print(shared.value); shared.value.append("program")', 'main.py');
    expect(MountedSession.driver.takeOutput()).toBe('[]\n');
    expect(session.python('shared.value, __import__("shared") is shared')).toBe("(['live'], True)");
  });
});

describe('sqlite3', () => {
  it('keeps a connection over turns, and its commits are the session’s', () => {
    session.python("import sqlite3\ndb = sqlite3.connect('db.sqlite')\n_ = db.execute('create table t (n)')");
    session.python("with db: _ = db.executemany('insert into t values (?)', [(n,) for n in range(100)])");
    expect(session.python("db.execute('select sum(n) from t').fetchone()")).toBe('(4950,)');
    expect(session.python("sqlite3.connect('db.sqlite').execute('select count(*) from t').fetchone()")).toBe('(100,)');
    expect(session.python("db.execute('pragma integrity_check').fetchone()")).toBe("('ok',)");
    expect(session.python('os.listdir()')).toBe("['db.sqlite']");
  });

  it('inserts a thousand rows, each in a transaction of its own, touching only the chunks concerned', () => {
    session.python(
      "import sqlite3, os\ndb = sqlite3.connect('big.sqlite')\n_ = db.execute('create table t (n, text)')",
    );
    session.python("with db: _ = db.executemany('insert into t values (?, ?)', [(n, 'x' * 500) for n in range(6000)])");
    const before = session.chunks;
    session.python(`for n in range(1000):
    with db: _ = db.execute('insert into t values (?, ?)', (n, 'y'))`);
    expect(session.python("db.execute('select count(*) from t').fetchone()")).toBe('(7000,)');
    // The chunk with the header, and the last one, in a database of more than fifty.
    expect(session.chunks - before).toBeLessThanOrEqual(4);
  });
});

describe('descriptors', () => {
  it('are opened again under their numbers, in place', () => {
    session.python("f = open('f', 'w+'); _ = f.write('one\\ntwo\\nthree\\n'); _ = f.seek(0); f.readline()");
    session.python("d = os.open('f', os.O_RDWR | os.O_APPEND); gone = open('gone', 'w'); ends = os.pipe()");
    const description = MountedSession.mounted.describe();
    const { streams } = fileSystemOf(MountedSession.driver.py);
    for (const stream of [...streams]) if (stream && stream.fd > 2) streams[stream.fd] = null;
    session.other((files) => files.remove('gone', { recursive: false }));
    const lost = MountedSession.mounted.reopen(description);
    expect(lost.filter((each) => each.includes('gone'))).toEqual(['/home/user/gone, which cannot be opened any more']);
    expect(lost.filter((each) => each.includes('pipe'))).toHaveLength(2);
    expect(lost.join()).not.toMatch(/user\/f\b/);
    expect(session.python("_ = os.write(d, b'four\\n'); f.read()")).toBe("'two\\nthree\\nfour\\n'");
    expect(session.python("gone.write('x'); gone.flush()")).toContain('Stale file handle');
    const again = MountedSession.mounted.describe();
    for (const stream of [...streams]) if (stream && stream.fd > 2) streams[stream.fd] = null;
    expect(MountedSession.mounted.reopen(again)).toEqual([]);
    expect(session.python('os.read(ends[0], 1)')).toContain('Stale file handle');
    session.python('f.close(); os.close(d)\ntry: gone.close()\nexcept OSError: pass');
  });
});
