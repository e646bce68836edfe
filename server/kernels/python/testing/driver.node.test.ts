/** What the driver answers beside print-outs: statuses, rich values, completion, help, variables, programs, plain data. */

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stripColours, TestDriver } from './test-driver.ts';

let driver: TestDriver;
beforeAll(async () => {
  driver = await TestDriver.open();
});
beforeEach(() => {
  driver.restart();
  driver.type();
});

describe('an input', () => {
  it.each([
    ['sys.exit(3)', 3, ''],
    ['sys.exit()', 0, ''],
    ['sys.exit("bye")', 1, 'bye\n'],
    ['sys.exit(True)', 1, ''],
    ['sys.exit(258)', 2, ''],
    ['raise SystemExit(-1)', 255, ''],
  ])('ends by %s with status %i', (code, status, text) => {
    expect(driver.execute(`import sys; ${code}`)).toEqual({ status: 'exit', code: status, text });
    expect(driver.show('1 + 1')).toBe('2');
  });

  it('answers what it evaluated to, and strings as they are', () => {
    expect(driver.execute('"a\\n"')).toEqual({ status: 'ok', text: "'a\\n'", string: 'a\n' });
    expect(driver.execute('[1]')).toEqual({ status: 'ok', text: '[1]' });
    expect(driver.execute('x = 1')).toEqual({ status: 'ok', text: null });
    expect(driver.execute('')).toEqual({ status: 'ok', text: null });
    expect(driver.execute('"x" * (1 << 20)')).toHaveProperty('string');
    expect(driver.execute('"x" * ((1 << 20) + 1)')).not.toHaveProperty('string');
  });

  it('is cut when its representation is far too long', () => {
    const { text } = driver.execute('"x" * (2 << 20)');
    expect(text?.length).toBeLessThan((1 << 20) + 100);
    expect(text).toMatch(/more characters: print\(\) shows all of them\)$/);
  });

  it('names an error, its message, and shows colours', () => {
    const result = driver.execute('1 / 0');
    expect(result).toMatchObject({ status: 'error', name: 'ZeroDivisionError', message: 'division by zero' });
    expect(result.text).toContain('\x1b[');
  });

  it('is interrupted while it reads', () => {
    driver.type(null);
    expect(driver.execute('input()')).toMatchObject({ status: 'interrupted' });
    expect(driver.execute('raise KeyboardInterrupt')).toMatchObject({ status: 'interrupted' });
  });

  it('survives an error whose str() fails, and streams that are gone', () => {
    driver.execute('class E(Exception):\n  def __str__(self): 1/0');
    expect(driver.execute('raise E')).toMatchObject({ name: 'E', message: '<exception str() failed>' });
    driver.execute('import sys; sys.stdout = None');
    expect(driver.show('sys.stdout = sys.__stdout__; print("back")')).toBe('back');
  });
});

describe('rich values', () => {
  const mime = (body: string) => {
    driver.execute(`class R:\n  def __repr__(self): return 'R'\n  ${body}`);
    const result = driver.execute('R()');
    return result.status === 'ok' ? result.mime : undefined;
  };

  it.each([
    ["def _repr_html_(self): return '<b>x</b>'", { 'text/html': '<b>x</b>' }],
    ["def _repr_png_(self): return b'\\x89PNG'", { 'image/png': 'iVBORw==' }],
    ["def _repr_svg_(self): return '<svg/>', {}", { 'image/svg+xml': '<svg/>' }],
    ["def _repr_json_(self): return {'a': 1}", { 'application/json': '{"a": 1}' }],
    ["def _repr_mimebundle_(self, include, exclude): return {'text/x': 'y'}", { 'text/x': 'y' }],
    ["def _repr_mimebundle_(self, **kwargs): return {'text/x': 'y'}, {'text/x': {}}", { 'text/x': 'y' }],
    ['def __getattr__(self, name): return lambda *a, **k: name', undefined],
    ['def _repr_html_(self): return None', undefined],
  ])('have %j', (body, expected) => {
    expect(mime(body)).toEqual(expected);
  });

  it('whose rendering fails or is too large are shown as text, and it is said', () => {
    expect(mime('def _repr_html_(self): 1/0')).toBeUndefined();
    expect(driver.takeOutput()).toBe('R._repr_html_ failed: ZeroDivisionError: division by zero\n');
    expect(mime("def _repr_html_(self): return 'x' * (4 << 20)")).toBeDefined();
    expect(mime("def _repr_html_(self): return 'x' * ((4 << 20) + 1)")).toBeUndefined();
    expect(driver.takeOutput()).toContain('text/html rendering is left out');
  });
});

describe('completion', () => {
  it.each([
    ['impo|', 'import'],
    ['prin|', 'print'],
    ['import js|', 'json'],
    ['import os.pa|', 'os.path'],
    ['from os import getcw|', 'getcwd'],
    ['"abc".upp|', 'upper'],
    ['[].app|', 'append'],
    ['shape.wid|', 'width'],
    ['shape.are|', 'area'],
    ['x = 1; shape.inner["k"].app|', 'append'],
    ['print(1, en|', 'end='],
    ['draw(shape, col|', 'colour='],
    ['table["al|', 'alpha'],
    ["open('/tmp/spawnpoint-c|", 'spawnpoint-completed'],
    ['%tim|', 'timeit'],
    ['f"{shape.wid|', 'width'],
    ['"text" + sha|', 'shape'],
    ['"é😀"; sha|', 'shape'],
    ['__na|', '__name__'],
  ])('%s gives %s', (code, wanted) => {
    driver.execute("open('/tmp/spawnpoint-completed', 'w').close()\ntable = {'alpha': 1}");
    driver.execute(
      'class Shape:\n  width = 1\n  inner = {"k": []}\n  @property\n  def area(self): 1/0\nshape = Shape()',
    );
    driver.execute('def draw(shape, *, colour): pass');
    const { from, to, candidates } = driver.complete(code);
    expect(candidates).toContain(wanted);
    expect([...code].slice(from, to).join('')).toBe([...code.replace('|', '')].slice(from, to).join(''));
    expect(wanted.startsWith([...code].slice(from, to).join(''))).toBe(true);
  });

  it.each(['# shape.wid|', '"shape.wid|', 'nothing.x|', 'danger.value.|', 'call().x|', 'lazy.x|', '1/0|'])(
    '%s gives nothing and runs nothing',
    (code) => {
      driver.execute(
        'ran = []\nclass Danger:\n  @property\n  def value(self): ran.append(1); return self\ndanger = Danger()',
      );
      driver.execute(
        'class Lazy:\n  def __getattribute__(self, n): ran.append(2); return object.__getattribute__(self, n)',
      );
      driver.execute('lazy = Lazy()\ndef call(): ran.append(3)');
      expect(driver.complete(code).candidates.filter((each) => each !== 'shape')).toEqual([]);
      expect(driver.show('ran')).not.toContain('3');
      expect(driver.show('ran')).not.toContain('1');
    },
  );

  it('ends where a __dir__ does not', () => {
    driver.execute('class Endless:\n  def __dir__(self):\n    while True: pass\nendless = Endless()');
    expect(driver.complete('endless.|').candidates).toEqual([]);
  });
});

describe('help', () => {
  it('shows signature and docstring of what the cursor touches', () => {
    driver.execute('def greet(name: str, *, loud=False) -> None:\n  """Says hello."""');
    const expected = 'greet(name: str, *, loud=False) -> None   [function]\n\nSays hello.';
    for (const code of ['gre|et', 'greet|', 'greet(|', 'x = greet|(1)']) expect(driver.inspect(code)).toBe(expected);
    expect(driver.inspect('os_nothing|')).toBeUndefined();
    expect(driver.inspect('1 + |')).toBeUndefined();
  });
});

describe('variables', () => {
  const preview = (code: string) => {
    driver.execute(code);
    return driver.variables().find(({ name }) => name === 'x')?.preview;
  };

  it('are listed in order, without what the session itself put there', () => {
    driver.execute('b = 1\na = "t"\nimport math\nclass C: pass');
    expect(driver.variables()).toEqual([
      { name: 'b', type: 'int', preview: '1' },
      { name: 'a', type: 'str', preview: "'t'" },
      { name: 'math', type: 'module', preview: "<module 'math'>" },
      { name: 'C', type: 'type', preview: "<class 'C'>" },
    ]);
  });

  it.each([
    ['x = [1, (2,), {3}, {"k": None}]', "[1, (2,), {3}, {'k': None}]"],
    ['x = set(); y = frozenset({1})', 'set()'],
    ['from collections import Counter; x = Counter("aab")', "Counter({'a': 2, 'b': 1})"],
    ['from collections import deque; x = deque([1])', 'deque([1])'],
    ['x = 10 ** 400', '<int of 1329 bits>'],
    ['def x(a, *b, c=1): pass', 'x(a, *b, c=1)'],
    ['import dataclasses\n@dataclasses.dataclass\nclass P:\n  a: int\n  b: list\nx = P(1, [2])', 'P(a=1, b=[2])'],
    ['class X: pass\nx = X()', '<X object>'],
    ['class X:\n  def __repr__(self): return "mine"\nx = X()', 'mine'],
    ['class X:\n  def __repr__(self): return "a\\nb\\x1b[31m"\nx = X()', 'a b [31m'],
    ['class X:\n  def __repr__(self): raise ValueError\nx = [X()]', '[<X object>]'],
    ['class X:\n  def __repr__(self): return 5\nx = X()', '<X object>'],
    ['class X:\n  def __repr__(self):\n    while True: pass\nx = X()', '<X object>'],
    [
      'class X:\n  def __repr__(self):\n    while True:\n      try: self.y\n      except BaseException: pass\nx = X()',
      '<X object>',
    ],
    ['class X:\n  def __repr__(self): return repr(self)\nx = X()', '<X object>'],
    ['class M(type):\n  @property\n  def __name__(cls): 1/0\nclass X(metaclass=M): pass\nx = X()', '<X object>'],
    ['import datetime; x = datetime.date(2024, 1, 2)', 'datetime.date(2024, 1, 2)'],
    ['import pathlib; x = pathlib.Path("a")', "PosixPath('a')"],
  ])('%j is previewed', (code, expected) => {
    expect(preview(code)).toBe(expected);
  });

  it('are one line of at most 120 characters, however large', () => {
    expect(preview('x = "y" * 118')).toHaveLength(120);
    expect(preview('x = "y" * 118')).not.toContain('…');
    expect(preview('x = "y" * 119')).toMatch(/^.{119}…$/);
    expect(preview('x = list(range(1_000_000))')).toMatch(/^\[0, 1, .{1,120}…$/);
    expect(preview('x = []\nfor _ in range(300): x = [x]')).toBe('[[[[…]]]]');
    expect(preview('x = []; x.append(x)')).toBe('[[[[…]]]]');
    expect(preview('class X:\n  def __repr__(self): return "z" * 10**7\nx = X()')).toHaveLength(120);
  });
});

describe('a program', () => {
  it('has its own __main__ and arguments, echoes nothing and leaves the session as it was', () => {
    driver.execute('import sys, os, builtins\nkept = 1\n7');
    const code = `
import sys, os, atexit, warnings
print(__name__, __file__, sys.argv, 'kept' in globals())
1 + 1
kept = 2
__builtins__.print = print; __builtins__.added = 1; os.environ['X'] = 'y'; os.chdir('/tmp'); sys.path.insert(0, '/x'); warnings.simplefilter('error')
atexit.register(print, 'at exit')
import __main__
assert __main__.kept == 2
sys.stdout.write('end\\n')
`;
    expect(driver.runProgram(code, 'script.py', ['a', 'b'])).toEqual({ status: 'ok', text: null });
    expect(driver.takeOutput()).toBe("__main__ script.py ['script.py', 'a', 'b'] False\nend\nat exit\n");
    const state = "kept, _, 'X' in os.environ, os.getcwd(), '/x' in sys.path, __name__, hasattr(builtins, 'added')";
    expect(driver.show(state)).toBe("(1, 7, False, '/home/user', False, '__main__', False)");
  });

  it('ends with a status, or a traceback of its own frames', () => {
    expect(driver.runProgram('exit(3)', 'p.py')).toEqual({ status: 'exit', code: 3, text: '' });
    expect(driver.runProgram('import sys; sys.exit("no")', 'p.py')).toEqual({ status: 'exit', code: 1, text: 'no\n' });
    const failed = driver.runProgram('def f():\n    1 / 0\nf()', 'p.py');
    expect(stripColours(failed.text ?? '')).toBe(`Traceback (most recent call last):
  File "p.py", line 3, in <module>
    f()
    ~^^
  File "p.py", line 2, in f
    1 / 0
    ~~^~~
ZeroDivisionError: division by zero
`);
    const refused = driver.runProgram('def f(:', 'p.py');
    expect(stripColours(refused.text ?? '')).toMatch(/^ {2}File "p.py", line 1\n {4}def f\(:\n.*\^\nSyntaxError: /);
    expect(driver.show('exit()')).toContain('A session does not end');
  });

  it('may remove the directory that the session is in', () => {
    driver.execute('import os; os.makedirs("/home/user/gone"); os.chdir("/home/user/gone")');
    driver.runProgram('import os; os.chdir("/"); os.rmdir("/home/user/gone")', 'p.py');
    expect(driver.show('os.getcwd()')).toBe("'/home/user'");
  });

  it('reads standard input', () => {
    driver.type('one', 'two');
    expect(driver.runProgram('import sys\nprint(input(), sys.stdin.read())', 'p.py')).toMatchObject({ status: 'ok' });
    expect(driver.takeOutput()).toBe('one two\n\n');
  });
});

describe('plain data', () => {
  const encode = (expression: string) => {
    driver.execute(`import datetime\nx = ${expression}`);
    return String(driver.raw('get_value', 'x'));
  };

  it.each([
    ['[None, True, 1, 1.5, "é", (2,)]', '[null,true,1,1.5,"\\u00e9",[2]]'],
    ['2 ** 53 - 1', '9007199254740991'],
    ['2 ** 53', '{"int":"9007199254740992"}'],
    ['[float("nan"), -float("inf"), -0.0]', '[{"float":"nan"},{"float":"-inf"},{"float":"-0.0"}]'],
    ['b"hi"', '{"bytes":"aGk="}'],
    ['{"a": [1], "b": {}}', '{"object":[["a",[1]],["b",{"object":[]}]]}'],
    ['{1: "x"}', '{"map":[[1,"x"]]}'],
    ['{5}', '{"set":[5]}'],
    ['datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)', '{"date":1704067200000.0}'],
  ])('copies %s', (expression, text) => {
    expect(encode(expression)).toBe(`+${text}`);
  });

  it.each([
    ['lambda: 1', 'x is a function: only plain data is copied between kernels'],
    ['{"a": [1, object()]}', "x['a'][1] is a object: only plain data"],
    ['[y := [], y.append(y)][:1]', 'x[0][0] contains itself'],
    ['10 ** 5000', 'x has too many digits'],
    ['"x" * (8 << 20)', 'over 8 MiB as text'],
  ])('refuses %s', (expression, message) => {
    expect(encode(expression)).toMatch(/^-/);
    expect(encode(expression)).toContain(message);
  });

  it('says that there is no such variable', () => {
    expect(driver.raw('get_value', 'nowhere')).toBe('?Python has no variable nowhere.');
  });

  it('comes from JavaScript by js.NAME', () => {
    driver.py.globals.set('_value', '{"object":[["a",[1,{"int":"9007199254740993"},{"set":[[1]]}]],["t",{"date":0}]]}');
    driver.py.runPython("_spawnpoint_host.javascript['v'] = _value");
    const printed =
      "{'a': [1, 9007199254740993, {(1,)}], 't': datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)}";
    expect(driver.show('js.v')).toBe(printed);
    expect(driver.show('js.v = 1')).toContain('AttributeError: js.NAME can only be read from Python');
    expect(driver.show('js.nothing')).toMatch(/NameError: JavaScript has no variable nothing.$/);
  });
});
