/** The kernel's contract: what an evaluation returns and says, in workerd. */

import { beforeAll, describe, expect, it } from 'vitest';
import { openPython } from '../../testing/python-session.ts';
import type { TestSession } from '../javascript/testing/test-session.ts';

let session: TestSession;

beforeAll(async () => {
  session = await openPython();
});

/** What an input printed last. */
async function spoken(code: string) {
  await session.evaluate(code);
  const said = session.output.at(-1);
  if (!said) throw new Error('nothing was printed');
  return said;
}

describe('an evaluation', () => {
  it('returns a value as it is shown', async () => {
    expect(await session.evaluate('1 + 1')).toEqual({ status: 'ok', value: { text: '2', isVoid: false } });
    expect(await session.evaluate('x = "é"')).toEqual({ status: 'ok', value: { text: '', isVoid: true } });
    expect(await session.evaluate('x')).toMatchObject({ value: { string: 'é' } });
  });

  it('returns an error with the frames of the user alone', async () => {
    const shown = await session.show('def fail():\n    return 1 / 0\n\nfail()');
    expect(shown).toMatch(/^Uncaught Traceback \(most recent call last\):\n {2}File "<input \d+>", line 4/);
    expect(shown).toMatch(/ZeroDivisionError: division by zero\s*$/);
    expect(shown).not.toMatch(/_spawnpoint|zip/);
  });

  it('tells output apart by stream and input', async () => {
    const before = session.output.length;
    await session.evaluate('import sys; print("one"); print("two", file=sys.stderr); print("né", end="")');
    const told = session.output.slice(before).map(({ stream, text }) => [stream, text]);
    expect(told).toEqual([
      ['stdout', 'one\n'],
      ['stderr', 'two\n'],
      ['stdout', 'né'],
    ]);
  });

  it('writes as it goes, also below Python', async () => {
    let seen = '';
    session.onYield = () => {
      seen ||= session.output.map(({ text }) => text).join('');
      return undefined;
    };
    await session.evaluate('import os; n = os.write(1, b"raw"); print("line")\nfor _ in range(3_000_000): pass');
    session.onYield = () => undefined;
    expect(seen).toContain('rawline\n');
  });

  it('reads lines of standard input', async () => {
    session.lines.push('Ada', 'b', 'c');
    expect(await session.show('input("name? ")')).toBe("name? 'Ada'");
    expect(await session.show('sys.stdin.readline(), sys.stdin.read()')).toBe("('b\\n', 'c\\n')");
    expect(await session.show('input()')).toMatch(/EOFError: EOF when reading a line\s*$/);
  });

  it('shows the values of statements before the last one at a prompt only', async () => {
    const code = '1 + 1\n"doc"\nfor i in range(2): i\nif True: 3\nx = 4\n(5, 6)';
    const last = { status: 'ok', value: { text: '(5, 6)', isVoid: false } };
    const before = session.output.length;
    expect(await session.evaluate(code, { echo: false })).toEqual(last);
    expect(session.output.slice(before)).toEqual([]);
    expect(await session.evaluate(code)).toEqual(last);
    const shown = session.output.slice(before).map(({ text }) => text);
    expect(shown.join('')).toBe("2\n'doc'\n0\n1\n3\n");
    expect(await session.show('__import__("__main__").__doc__ is None')).toBe('True');
    const waiting = 'import asyncio\nawait asyncio.sleep(0, 7)\nawait asyncio.sleep(0, 8)';
    expect(await session.show(waiting, { echo: false })).toBe('8');
  });

  it('takes what it prints to for a terminal at a prompt only', async () => {
    const code = 'import os, sys\nfrom _colorize import can_colorize\n';
    const asked = 'sys.stdout.isatty(), sys.stderr.isatty(), os.isatty(1), can_colorize(file=sys.stdout)';
    expect(await session.show(code + asked)).toBe('(True, True, True, True)');
    expect(await session.show(asked, { echo: false })).toBe('(False, False, False, False)');
    const elsewhere = 'kept = os.dup(1); file = open("f", "w"); _ = os.dup2(file.fileno(), 1); ';
    expect(await session.show(`${elsewhere}result = os.isatty(1); _ = os.dup2(kept, 1); result`)).toBe('False');
    expect(await session.show('os.isatty(1), os.isatty(kept)')).toBe('(True, True)');
  });

  it('has files, keys and time', async () => {
    session.files.write('data.txt', new TextEncoder().encode('from outside\n'));
    expect(await session.show('open("data.txt").read()')).toBe("'from outside\\n'");
    await session.evaluate('from pathlib import Path; Path("made.txt").write_text("by Python")');
    expect(new TextDecoder().decode(session.files.read('made.txt'))).toBe('by Python');
    expect(await session.show('import os; {e.inode() == os.stat(e).st_ino for e in os.scandir()}')).toBe('{True}');
    await session.evaluate('import _spawnpoint_host as h; h.kv_set("k", b"\\x00\\xff")');
    expect(session.kv.get('k')).toEqual(new Uint8Array([0, 255]));
    expect(await session.show('h.kv_get("k"), h.kv_get("none"), h.kv_list("")')).toBe("(b'\\x00\\xff', None, ['k'])");
    expect(await session.show('import time; abs(time.time() - 1e9) > 1e8')).toBe('True');
  });

  it('ends with a status', async () => {
    expect(await session.evaluate('import sys; sys.exit(3)')).toEqual({ status: 'exit', code: 3 });
    expect(await session.show('1')).toBe('1');
  });

  it('fetches through the host', async () => {
    session.onFetch = async (request) =>
      new Response(`${request.method} ${request.url} ${await request.text()}`, { status: 201, headers: { a: 'b' } });
    await session.evaluate('r = await h.fetch("https://x.test/y", method="POST", body=b"hi")');
    expect(await session.show('r.status, r.body, dict(r.headers)["a"]')).toBe(
      "(201, b'POST https://x.test/y hi', 'b')",
    );
    session.onFetch = async () => {
      throw new Error('nobody there');
    };
    expect(await session.show('await h.fetch("https://x.test/")')).toMatch(/OSError: nobody there\s*$/);
  });
});

describe('http.client', () => {
  beforeAll(async () => {
    await session.evaluate(
      'import asyncio, http.client, json, urllib.request\nimport _spawnpoint_host as h\nopen_url = urllib.request.urlopen',
    );
    session.onFetch = async (request) => {
      const { method, url, headers, redirect } = request;
      if (url.endsWith('/moved')) return new Response(null, { status: 302, headers: { location: '/here' } });
      if (url.endsWith('/no')) return new Response('none', { status: 404 });
      if (url.endsWith('/never')) return new Promise(() => {});
      if (url.endsWith('/refused')) throw new Error('nobody there');
      const body = new TextDecoder().decode(await request.arrayBuffer());
      const told = { method, url, redirect, agent: headers.get('user-agent'), body };
      return Response.json(told, { headers: { 'x-a': 'b', 'content-encoding': 'gzip', 'content-length': '7' } });
    };
  });

  it('and what builds on it send requests through the host', async () => {
    await session.evaluate('with open_url("https://x.test/y?z=1") as answer: told = json.load(answer)');
    expect(await session.show('told["method"], told["url"], told["redirect"], told["body"]')).toBe(
      "('GET', 'https://x.test/y?z=1', 'manual', '')",
    );
    expect(await session.show('told["agent"][:14], answer.status, answer.headers["X-A"]')).toBe(
      "('Python-urllib/', 200, 'b')",
    );
    expect(await session.show('json.load(open_url("http://x.test:81/", b"a=1"))["body"]')).toBe("'a=1'");
    expect(await session.show('open_url("http://x.test/moved").geturl()')).toBe("'http://x.test/here'");
  });

  it('keeps a connection, and sends bodies in parts', async () => {
    await session.evaluate('c = http.client.HTTPSConnection("x.test")');
    const ask = (parameters: string) =>
      session.show(
        `c.request(${parameters}); told = json.load(c.getresponse()); told["method"], told["url"], told["body"]`,
      );
    expect(await ask('"PUT", "/a", iter([b"0\\r\\n", b"", b"0\\r\\n\\r\\n"])')).toBe(
      "('PUT', 'https://x.test/a', '0\\r\\n0\\r\\n\\r\\n')",
    );
    expect(await ask('"GET", "/b"')).toBe("('GET', 'https://x.test/b', '')");
    expect(
      await session.show('c.request("HEAD", "/"); r = c.getresponse(); r.read(), r.getheader("content-length")'),
    ).toBe("(b'', '7')");
  });

  it('tells of what fails', async () => {
    expect(await session.show('open_url("http://x.test/no")')).toMatch(/HTTPError: HTTP Error 404: Not Found\s*$/);
    expect(await session.show('open_url("http://x.test/refused")')).toMatch(
      /URLError: <urlopen error nobody there>\s*$/,
    );
    expect(await session.show('open_url("http://x.test/never", timeout=0.01)')).toMatch(/timed out>?\s*$/);
    expect(await session.show('c.close(); c.set_tunnel("y.test"); c.request("GET", "/")')).toMatch(
      /without a proxy\s*$/,
    );
  });

  it('is what urllib3 builds on, whatever it has for browsers', async () => {
    const text = new TextEncoder();
    const connection = `import http.client
class HTTPConnection(http.client.HTTPConnection):
    def connect(self): raise OSError
class HTTPSConnection(HTTPConnection, http.client.HTTPSConnection): pass`;
    session.files.makeDirectory('urllib3', { recursive: true });
    session.files.write(
      'urllib3/__init__.py',
      text.encode('from .contrib.emscripten import inject_into_urllib3 as inject'),
    );
    session.files.write('urllib3/connection.py', text.encode(connection));
    await session.evaluate('import urllib3; urllib3.inject()\nc = urllib3.connection.HTTPSConnection("x.test")');
    await session.evaluate('c.request("GET", "/u")');
    expect(await session.show('json.load(c.getresponse())["url"], c.is_verified, c.is_connected')).toBe(
      "('https://x.test/u', True, True)",
    );
  });

  it('leaves answers to those who wait for them elsewhere', async () => {
    const code = `async def both():
    other = asyncio.ensure_future(h.fetch('http://x.test/1'))
    await asyncio.sleep(0)
    mine = json.load(open_url('http://x.test/2'))
    return mine['url'], (await other).json()['url']

await both()`;
    expect(await session.show(code)).toBe("('http://x.test/2', 'http://x.test/1')");
  });

  it('hears of what settled while Python computed', async () => {
    const code = `async def compute():
    asked = asyncio.ensure_future(h.fetch('http://x.test/'))
    await asyncio.sleep(0)
    for _ in range(2_000_000): pass
    return (await asked).status

await compute()`;
    expect(await session.show(code)).toBe('200');
  });

  it('is interrupted', async () => {
    const running = session.evaluate('open_url("http://x.test/never")');
    await scheduler.wait(20);
    session.kernel.interrupt();
    expect(await running).toMatchObject({ status: 'interrupted' });
    expect(session.kernel.hasWork).toBe(false);
  });
});

describe('questions', () => {
  it('are answered in UTF-16 offsets', async () => {
    await session.evaluate('some_name = 1');
    expect(session.kernel.complete('"😀" + some_na', 14)).toEqual({ from: 7, to: 14, candidates: ['some_name'] });
    expect(session.kernel.inspect('len', 3)?.text).toContain('Return the number of items in a container');
    expect(session.kernel.variables()).toContainEqual({ name: 'some_name', type: 'int', preview: '1' });
  });

  it('look at the files of the session', async () => {
    session.files.write('unseen_module.py', new TextEncoder().encode('x = 1\n'));
    expect(session.kernel.complete('import unseen_m', 15).candidates).toEqual(['unseen_module']);
    expect(session.kernel.complete('open("unseen_m', 14).candidates).toEqual(['unseen_module.py']);
  });

  it('are refused while the kernel is busy', async () => {
    const running = session.evaluate('import asyncio; await asyncio.sleep(0.05)');
    expect(() => session.kernel.variables()).toThrow('busy');
    expect(() => session.kernel.snapshot()).toThrow('busy');
    await running;
  });
});

describe('work between inputs', () => {
  it('goes on as it falls due', async () => {
    await session.evaluate('async def later():\n    await asyncio.sleep(0.02)\n    print("later")\n');
    await session.evaluate('task = asyncio.create_task(later())');
    expect(session.kernel.hasWork).toBe(true);
    for (let due = session.kernel.nextBackgroundAt(); due !== null; due = session.kernel.nextBackgroundAt()) {
      await scheduler.wait(Math.max(0, due - Date.now()));
      expect(await session.runBackground()).toMatchObject({ status: 'ok' });
    }
    expect(session.output.at(-1)?.text).toBe('later\n');
    expect(session.kernel.hasWork).toBe(false);
    expect(await session.show('task.done()')).toBe('True');
  });

  it('prints as part of the input that it comes from', async () => {
    await session.evaluate('async def tell(): await asyncio.sleep(0.01); print("told")');
    await session.evaluate('task = asyncio.get_event_loop().create_task(tell())');
    const { input } = await spoken('print("now")');
    await session.evaluate('await task; print("after")');
    const said = session.output.slice(-2);
    expect(said).toEqual([
      { stream: 'stdout', text: 'told\n', input: input - 1 },
      { stream: 'stdout', text: 'after\n', input: input + 1 },
    ]);
  });

  it('hears after a restore that an answer of the network does not come', async () => {
    const asking = await openPython();
    asking.onFetch = () => new Promise(() => {});
    await asking.evaluate(`import asyncio, _spawnpoint_host as h
heard = []
async def ask():
    try: await h.fetch('https://x.test/')
    except OSError as error: heard.append(str(error))

task = asyncio.get_event_loop().create_task(ask())`);
    await asking.evaluate('await asyncio.sleep(0)');
    expect([asking.kernel.nextBackgroundAt(), asking.kernel.hasWork]).toEqual([null, true]);
    asking.store();
    await asking.restart();
    expect(asking.kernel.nextBackgroundAt()).not.toBeNull();
    await asking.runBackground();
    expect(asking.output.at(-1)?.text).toBe('Python could not bring everything back: requests to the network (1).\n');
    expect(await asking.show('heard')).toBe("['the session was opened anew before the answer came: ask again']");
    expect(asking.kernel.hasWork).toBe(false);
  });

  it('outlives what sets and closes event loops', async () => {
    await session.evaluate('async def soon(): await asyncio.sleep(0.01); return "kept"');
    await session.evaluate('task = asyncio.get_event_loop().create_task(soon())');
    expect(await session.show('asyncio.run(soon())')).toBe("'kept'");
    expect(await session.show('await task')).toBe("'kept'");
    await session.evaluate('asyncio.get_event_loop().close()');
    expect(await session.show('await soon()')).toBe("'kept'");
  });
});
