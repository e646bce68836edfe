/** What a hostile guest tries to get out of Python with, in workerd: each attempt ends as an error, and changes nothing. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPython } from '../../testing/python-session.ts';
import type { TestSession } from '../javascript/testing/test-session.ts';
import { MAX_CALLBACKS } from './linker.ts';

const REFUSED = /JavaScript objects are out of reach/;
const NO_SUCH = /AttributeError|ImportError|TypeError: 'pyodide|JavaScript objects are out of reach/;

let session: TestSession;
let other: TestSession;
let primordials: string;

beforeAll(async () => {
  primordials = fingerprint();
  session = await openPython();
  other = await openPython();
  expect(await session.show(PREPARE)).toBe('undefined');
  session.store();
});

/** What the REPL shows; a crashed interpreter is replaced, as the session does. */
async function attempt(code: string): Promise<string> {
  const shown = await session.show(code);
  if (shown.includes('trap:')) {
    await session.restart();
    // What did not come back is told first.
    await session.show('0');
  }
  return shown;
}

afterAll(() => expect(fingerprint()).toBe(primordials));

const PREPARE = `
import _spawnpoint_calls as calls, _spawnpoint_host, ctypes, os, sys
import pyodide, pyodide.code, pyodide.ffi as ffi, pyodide_js, _pyodide_core, js as js_module
from pyodide.ffi import to_js, create_proxy
try: calls.kv_get(1)
except Exception as caught: error = caught
calls.kv_set('bytes', 'ab')
`;

const CONNECT = 'import http.client; c = http.client.HTTPConnection("127.0.0.1")';

/** Puts callbacks at the places of functions that Python itself has in the table: what that answers, 1 if it is refused. */
const OVERWRITING = `
closure, nothing = ctypes.create_string_buffer(64), ctypes.create_string_buffer(16)
cif = (ctypes.c_uint32 * 7)(2, 0, 0, ctypes.addressof(nothing))
[ctypes.pythonapi.ffi_prep_closure_loc(closure, cif, 0, 0, place) for place in range(1, 4)]
`;

/** Everything that a program of the server can see of the language's own objects. */
function fingerprint(): string {
  const seen = [Object, Function, Array, Promise, Map, Set, Error, Uint8Array, ArrayBuffer, JSON, Math, Reflect, Date];
  const shapes = [...seen, ...seen.map((each) => Reflect.get(each, 'prototype')), globalThis].map((each) =>
    each ? Reflect.ownKeys(each).map(String).sort().join() : '',
  );
  return `${shapes.join('\n')}${Object.isFrozen(Object.prototype)}`;
}

describe('objects of JavaScript', () => {
  it.each<[name: string, code: string, expected: RegExp]>([
    ['the global object through js', 'js_module.globalThis', NO_SUCH],
    ['eval through js', 'from js import eval', NO_SUCH],
    ['run_js', 'pyodide.code.run_js("1 + 1")', NO_SUCH],
    ['the API of Pyodide', 'pyodide_js._api', NO_SUCH],
    ['the module of Pyodide', 'pyodide_js._module', NO_SUCH],
    ['the file system of Pyodide', 'pyodide_js.FS', NO_SUCH],
    ['names of the API', '[each for each in dir(pyodide_js) if not each.startswith("_")]', /Uncaught/],
    ['the constructor of a function', 'calls.tick.constructor', NO_SUCH],
    ['the constructor of the host', 'calls.constructor', NO_SUCH],
    ['the constructor of an error', 'error.constructor', NO_SUCH],
    ['the constructor of an array', 'to_js([1, 2]).constructor', NO_SUCH],
    ['__proto__ of the host', 'calls.__proto__', NO_SUCH],
    ['__proto__ of a function', 'calls.tick.__proto__', NO_SUCH],
    ['__proto__ of an array', 'to_js([1, 2]).__proto__', NO_SUCH],
    ['bind', 'calls.tick.bind', NO_SUCH],
    ['apply', 'calls.tick.apply', NO_SUCH],
    ['call', 'calls.tick.call', NO_SUCH],
    ['new', 'calls.tick.new()', NO_SUCH],
    ['the stack of an error', 'error.stack', NO_SUCH],
    ['names of a function', 'calls.tick.object_keys()', REFUSED],
    ['entries of the host', 'calls.object_entries()', REFUSED],
    ['values of the host', 'calls.object_values()', REFUSED],
    ['a map of the host', 'calls.as_object_map()["tick"]', NO_SUCH],
    ['a function in place of another', 'calls.tick = print', REFUSED],
    ['a new function', 'calls.extra = print', REFUSED],
    ['a function less', 'del calls.tick', REFUSED],
    ['an iterator', 'list(to_js([1, 2]))', NO_SUCH],
    ['a map', 'to_js({"a": 1})', REFUSED],
    ['a set', 'to_js({1, 2})', REFUSED],
    ['an object with __proto__', 'to_js({"__proto__": 1}, dict_converter=js_module.Object.fromEntries)', NO_SUCH],
    ['a callable that is called once', 'ffi.create_once_callable(print)', REFUSED],
    ['a context manager', 'with calls: pass', NO_SUCH],
    ['a weak reference', 'calls.to_weakref()', NO_SUCH],
    ['a promise', 'to_js([1, 2]).then(print)', NO_SUCH],
    ['waiting for what is no promise', '_pyodide_core.run_sync(to_js([1, 2]))', REFUSED],
    ['Python in place of text', 'calls.kv_get(create_proxy(print))', REFUSED],
    ['an array in place of text', 'calls.kv_get(to_js([1, 2]))', REFUSED],
    ['an object whose methods lie', 'calls.kv_get(type("S", (str,), {"__str__": lambda s: "k"})("k"))', /^undefined$/],
    ['writing to what the host gave', 'calls.kv_get("bytes").assign(b"xy")', REFUSED],
    ['a buffer of what the host gave', 'calls.kv_get("bytes").buffer', NO_SUCH],
    ['a parameter with a name', 'calls.kv_get(a=1)', REFUSED],
    ['so many parameters', 'calls.kv_get(*["a"] * 200_000)', /RangeError/],
    ['an instance of the class of its objects', 'type(calls).__new__(type(calls))', /TypeError: cannot create/],
    ['a copy of the host', 'import copy; copy.deepcopy(calls)', /TypeError: cannot pickle/],
    [
      'a class with other methods',
      'kind = type(calls); kind.tick = lambda host: host.constructor\ntry: calls.tick()\nfinally: del kind.tick',
      NO_SUCH,
    ],
    ['work without end that nobody waits for', 'for _ in range(2_000): calls.tick()\n"on"', /^'on'$/],
    ['a request that is no JSON', 'calls.fetch_start("nothing", None)', /HostError: /],
    ['packages named by what is no name', '_spawnpoint_host.install_packages("[5]")', /HostError: internal error/],
    ['writing to a file past the file system', 'calls.kv_get("bytes").to_file(open("f", "wb"))', REFUSED],
  ])('%s', async (_name, code, expected) => {
    expect(await attempt(code)).toMatch(expected);
    expect(await session.show('2 + 2')).toBe('4');
  });

  it('stay out of reach when Python writes other numbers over those by which it knows them', async () => {
    const forged = await attempt(`
seen = set()
address = id(calls)
size = type(calls).__basicsize__ or 64
words = (ctypes.c_uint32 * 16).from_address(address)
saved = list(words)
for word in range(2, 10):
    for number in [*range(0, 24), *range(1, 48, 2)]:
        words[word], before = number, words[word]
        if before > 1000:
            words[word] = before
            break
        for attempt in ('constructor', 'FS', '_api', '_module', 'runPython', '__proto__', 'globalThis'):
            try: seen.add(repr(getattr(calls, attempt))[:60])
            except BaseException as e: seen.add(type(e).__name__)
        try: seen.add(repr(dir(calls))[:20])
        except BaseException as e: seen.add(type(e).__name__)
        words[word] = before
seen - {'AttributeError', 'JsException', 'TypeError'}
`);
    expect(forged).not.toMatch(/native code|function|\[object/i);
  });
});

describe('functions of the engine, called by ctypes', () => {
  it.each([
    ['own properties', 'ctypes.pythonapi.JsvObject_Entries(5)'],
    ['eval', 'ctypes.pythonapi.emscripten_run_script(b"globalThis.x = 1")'],
    ['eval for a number', 'ctypes.pythonapi.emscripten_run_script_int(b"globalThis.x = 1")'],
    ['another module', 'ctypes.CDLL("/home/user/evil.so")'],
    ['a module by its address', 'ctypes.CDLL("https://x.test/evil.so")'],
    ['a timer of JavaScript', 'ctypes.pythonapi.emscripten_async_call(1, 0, 0)'],
    ['code of JavaScript by its place', 'ctypes.pythonapi.emscripten_asm_const_int(b"globalThis.x = 1", b"", 0)'],
    ['a function of the table', 'ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(7)(1)'],
  ])('%s', async (_name, code) => {
    await attempt(code);
    expect(Reflect.has(globalThis, 'x')).toBe(false);
    expect(await session.show('2 + 2')).toBe('4');
  });
});

it(`callbacks of ctypes are ${MAX_CALLBACKS} at once, since the host's memory holds them`, async () => {
  await session.restart();
  await session.evaluate('kind = ctypes.CFUNCTYPE(ctypes.c_int); kept = []');
  const made = await session.show('try:\n  while True: kept.append(kind(lambda: 7))\nexcept MemoryError: 0\nlen(kept)');
  expect(Number(made.split('\n').at(-1))).toBeLessThanOrEqual(MAX_CALLBACKS);
  expect(await session.show('kept[-1](), kept.clear(), kind(lambda: 8)()')).toBe('(7, None, 8)');
  const again = 'for _ in range(4):\n  kept = [kind(lambda: _) for _ in range(100)]\nlen(kept)';
  expect(await session.show(again)).toBe('100');
  expect(await session.show(OVERWRITING)).toBe('[1, 1, 1]');
  await session.restart();
});

describe('what is outside the session', () => {
  it.each<[name: string, code: string, expected: RegExp]>([
    ['processes', 'open("/proc/1/environ").read()', /FileNotFoundError/],
    ['own memory', 'open("/proc/self/mem").read()', /FileNotFoundError/],
    ['passwords', 'open("/etc/passwd").read()', /FileNotFoundError/],
    ['directories of the host', 'os.listdir("/")', /^\['tmp', 'home', 'dev', 'proc', 'lib'\]$|^\[('\w+'(, )?)+\]$/],
    ['directories beside home', 'os.listdir("/home")', /^\['user'\]$|^\['web_user', 'user'\]$/],
    ['a path that climbs', 'open("../../../../etc/passwd").read()', /FileNotFoundError/],
    ['a link to the host', 'os.symlink("/etc/passwd", "p"); open("p").read()', /Error/],
    ['what it has open itself', 'sorted(os.listdir("/proc/self/fd"))[:3]', /^\['0', '1', '2'\]$/],
    ['a library of its own', 'os.rename("/lib", "/home/user/lib")', /Error/],
    ['no library', 'os.remove("/lib/python314.zip"); import colorsys, wave; 1', /Error|^1$/],
    ['no home', 'os.rmdir("/home/user")', /Error/],
    [
      'memory of the host by sockets',
      'import socket\nkept = [socket.socket() for _ in range(600)]',
      /No file descriptors/,
    ],
    ['memory of the host by a map', 'import mmap; mmap.mmap(-1, 10**9)', /Out of memory/],
    ['the environment', 'sorted(k for k in os.environ if "TOKEN" in k or "SECRET" in k)', /^\[\]$/],
    [
      'a file beside the session',
      'open("/lib/x", "wb").write(bytes(10))',
      /OSError: \[Errno 69\] Read-only file system/,
    ],
    ['memory of the host by files', 'os.mkdir("/var/x")', /Error/],
    [
      'memory of the host by pipes',
      'r, w = os.pipe()\nfor _ in range(9000): os.write(w, bytes(60000))',
      /BlockingIOError/,
    ],
    ['sockets', 'import socket; socket.create_connection(("1.1.1.1", 80), 1)', /Error/],
    ['sockets without names', 's = socket.socket(); s.settimeout(1); s.connect(("127.0.0.1", 80))', /Error/],
    ['urllib', 'import urllib.request; urllib.request.urlopen("http://127.0.0.1/")', /Error/],
    // The host answers, which judges where requests may go.
    ['http.client', `${CONNECT}; c.request("GET", "/"); c.getresponse().read()`, /^b'nothing here'$/],
    [
      'http.client, by a socket',
      `${CONNECT}; c.connect(); c.sock.sendall(b"GET http:// HTTP/1.1\\r\\n\\r\\n")`,
      /Error/,
    ],
    ['pyodide.http', 'import pyodide.http; await pyodide.http.pyfetch("http://127.0.0.1/")', /Error/],
    ['programs', 'import subprocess; subprocess.run(["ls"])', /Error/],
    ['os.system', 'os.system("ls")', /^-1$|Error|^\d+$/],
    ['processes of its own', 'os.fork()', /Error/],
    ['threads', 'import threading; threading.Thread(target=print).start()', /can't start new thread/],
    ['packages of the host', 'import micropip', /ModuleNotFoundError/],
    ['packages of Pyodide', 'import pyodide_js; await pyodide_js.loadPackage("numpy")', NO_SUCH],
  ])('%s', async (_name, code, expected) => {
    expect(await attempt(code)).toMatch(expected);
    expect(await session.show('2 + 2')).toBe('4');
  });
});

describe('two sessions in one isolate', () => {
  it('share no variables, modules, files, keys or environment', async () => {
    await session.evaluate(`
import builtins, json
builtins.leak = json.leak = os.environ['LEAK'] = sys.leak = 'leaked'
open('leak.txt', 'w').write('leaked'); open('/tmp/leak.txt', 'w').write('leaked')
_spawnpoint_host.kv_set('leak', b'leaked')
`);
    const seen = await other.show(`
import builtins, json, os, sys, _spawnpoint_host
[hasattr(builtins, 'leak'), hasattr(json, 'leak'), 'LEAK' in os.environ, hasattr(sys, 'leak'),
 os.path.exists('leak.txt'), os.path.exists('/tmp/leak.txt'), _spawnpoint_host.kv_get('leak')]
`);
    expect(seen).toBe('[False, False, False, False, False, False, None]');
  });

  it('have another randomness', async () => {
    const code = 'import random, secrets, uuid; (random.random(), secrets.token_hex(), uuid.uuid4())';
    expect(await session.show(code)).not.toBe(await other.show(code));
  });
});

describe('the REPL, turned against itself', () => {
  it.each<[name: string, code: string]>([
    ['a driver without functions', 'import _spawnpoint; _spawnpoint.execute = _spawnpoint.variables = None'],
    ['host functions of its own', '_spawnpoint_host.execute = _spawnpoint_host.run = lambda *a: "{}"'],
    ['JSON of its own', 'import json; json.dumps = json.loads = lambda *a, **k: "[1]"'],
    ['an empty list of modules', 'saved = dict(sys.modules); sys.modules.clear(); sys.modules.update(saved)'],
    ['another list of modules', 'sys.modules = {}'],
    ['a hook for each line', 'sys.settrace(lambda *a: 1 / 0); sys.settrace(None)'],
    ['a broken display', 'sys.displayhook = None'],
    ['a broken hook for errors', 'sys.excepthook = lambda *a: os._exit(1)'],
    ['no output', 'sys.stdout = sys.stderr = None'],
    ['a finaliser that fails', 'class F:\n    def __del__(self): raise SystemExit\n\nF()'],
    ['a pickle', 'import pickle; pickle.loads(b"cos\\nsystem\\n(S\'ls\'\\ntR.")'],
    ['a forged result', 'print(\'{"status": "ok", "text": "forged"}\')'],
    ['at exit', 'import atexit; atexit.register(os._exit, 1)'],
    ['a profile', 'sys.setprofile(lambda *a: None)'],
    [
      'a class that lies',
      'class L:\n    __class__ = property(lambda s: 1 / 0)\n    __repr__ = lambda s: "lie"\n\nlie = L()',
    ],
    [
      'a name that fails',
      'class M(type):\n    __name__ = property(lambda s: 1 / 0)\n\nclass N(metaclass=M): pass\nn = N()',
    ],
    ['attributes without end', 'class A:\n    def __getattr__(s, n): return A()\n\na = A()'],
    [
      'a length that lies',
      'class Z:\n    def __len__(s): return -1\n    def __iter__(s):\n        while True: yield 1\n\nz = Z()',
    ],
  ])('%s', async (_name, code) => {
    await other.restart([]);
    await other.evaluate('import os, sys, _spawnpoint_host; kept = 1');
    await other.evaluate(code);
    const variables = other.kernel.variables();
    expect(variables.map(({ name }) => name)).toContain('kept');
    other.kernel.complete('kept.', 5);
    other.kernel.inspect('kept', 2);
    await other.evaluate(
      'sys.stdout = sys.__stdout__; sys.stderr = sys.__stderr__; sys.displayhook = sys.__displayhook__',
    );
    expect(await other.show('kept + 1')).toMatch(/2/);
  });

  it.each<[name: string, code: string, expected: RegExp]>([
    ['a representation that exits', 'class R:\n    def __repr__(s): raise SystemExit(5)\n\nR()', /exit 5/],
    ['a representation that is no text', 'class R:\n    def __repr__(s): return 5\n\nR()', /TypeError/],
    [
      'a class that interrupts',
      'class R:\n    __class__ = property(lambda s: (_ for _ in ()).throw(KeyboardInterrupt))\n\nR()',
      /./,
    ],
    [
      'an error that refuses everything',
      'class E(Exception):\n    def __setattr__(s, *a): raise ValueError\n    def __getattribute__(s, n): raise ValueError(n)\n    def __str__(s): raise SystemExit(4)\n\nraise E()',
      /Uncaught/,
    ],
    ['an error of JavaScript', 'raise error', /Uncaught Traceback/],
    ['a key that is no text', 'globals()[5] = 1', /^undefined$/],
  ])('shows %s', async (_name, code, expected) => {
    expect(await attempt(code)).toMatch(expected);
    session.kernel.variables();
    expect(await session.show('2 + 2')).toBe('4');
  });
});
