/** What a session has of its own: files, keys, timers, and what an editor asks. */

import { beforeAll, describe, expect, it } from 'vitest';
import { TestSession } from '../../testing/test-session.ts';
import { BUILT_IN_EXPORTS } from '../built-in-modules.ts';

/** In order, in one session. */
const FILES: readonly (readonly [code: string, shown: string])[] = [
  [`fs.writeFileSync('a.txt', 'héllo'); fs.readFileSync('a.txt', 'utf8')`, `'héllo'`],
  [`fs.readFileSync('/home/user/a.txt').length`, '6'],
  [`fs.readFileSync('./x/../a.txt', { encoding: 'base64' })`, `'aMOpbGxv'`],
  [`fs.appendFileSync('a.txt', '!'); await fs.promises.readFile('a.txt', 'utf8')`, `'héllo!'`],
  [`fs.mkdirSync('d/e', { recursive: true })`, `'d/e'`],
  [
    `await fs.promises.writeFile('d/e/x', new Uint8Array([1, 2])); fs.readdirSync('.', { recursive: true })`,
    `[ 'a.txt', 'd', 'd/e', 'd/e/x' ]`,
  ],
  [
    `fs.readdirSync('d', { withFileTypes: true }).map((e) => [e.name, e.parentPath, e.isDirectory()])`,
    `[ [ 'e', 'd', true ] ]`,
  ],
  [`const s = fs.statSync('a.txt'); [s.size, s.isFile(), s.mtime instanceof Date]`, '[ 7, true, true ]'],
  [`fs.statSync('none', { throwIfNoEntry: false })`, 'undefined'],
  [
    `fs.truncateSync('a.txt', 2); fs.copyFileSync('a.txt', 'b.txt'); fs.renameSync('b.txt', 'c.txt'); [fs.existsSync('b.txt'), fs.statSync('c.txt').size]`,
    '[ false, 2 ]',
  ],
  [`await new Promise((done) => fs.readFile('c.txt', (e, bytes) => done([e, bytes.length])))`, '[ null, 2 ]'],
  [`try { fs.writeFileSync('c.txt', '', { flag: 'wx' }) } catch (e) { e.code }`, `'EEXIST'`],
  [`try { fs.rmdirSync('d') } catch (e) { e.message }`, `"ENOTEMPTY: directory not empty, rmdir 'd'"`],
  [`try { fs.rmSync('d') } catch (e) { e.code }`, `'EISDIR'`],
  [`fs.rmSync('d', { recursive: true }); fs.rmSync('d', { force: true }); fs.existsSync('d')`, 'false'],
  [`try { fs.readFileSync('.') } catch (e) { e.message }`, `'EISDIR: illegal operation on a directory, read'`],
  [
    `try { fs.readFileSync('../../etc/passwd') } catch (e) { e.message }`,
    `"EACCES: permission denied, open '../../etc/passwd' (a session's files are below /home/user)"`,
  ],
  [
    `await fs.promises.access('none').catch((e) => [e.code, e.errno, e.syscall, e.path])`,
    `[ 'ENOENT', -2, 'access', 'none' ]`,
  ],
  [`try { fs.readFileSync(5) } catch (e) { e.code }`, `'ERR_INVALID_ARG_TYPE'`],
  [`try { fs.readFileSync('a\\0b') } catch (e) { e.code }`, `'ERR_INVALID_ARG_TYPE'`],
  [`fs.unlinkSync('c.txt'); fs.readdirSync('.')`, `[ 'a.txt' ]`],
  [
    `await kv.set('a', { x: [1] }); await kv.set('b', 'text'); await kv.set('c', new Uint8Array([1])); [await kv.get('a'), await kv.get('b'), await kv.get('c'), await kv.get('d')]`,
    `[ { x: [ 1 ] }, 'text', Uint8Array(1) [ 1 ], undefined ]`,
  ],
  [
    `[await kv.list(), await kv.list('b'), await kv.delete('a'), await kv.delete('a')]`,
    `[ [ 'a', 'b', 'c' ], [ 'b' ], true, false ]`,
  ],
  [
    `await kv.set('f', () => {}).catch((e) => e.message)`,
    `'kv values are strings, bytes or what JSON can say, not function'`,
  ],
  [`await kv.set('', 1).catch((e) => e.name)`, `'TypeError'`],
];

describe('files and keys', () => {
  let session: TestSession;
  beforeAll(async () => {
    session = await TestSession.open();
  });
  it.each(FILES)('%s', async (code, shown) => {
    expect(await session.show(`{ ${code} }`.replace(/^\{ (const|try) /, '{ $1 '), { language: 'js' })).toBe(shown);
  });
});

describe('timers', () => {
  it('run in the order of their due time, with jobs in between', async () => {
    const session = await TestSession.open();
    const code = `setTimeout(console.log, 200, 'c', 1); setTimeout(() => { console.log('b'); Promise.resolve().then(() => console.log('job')) }, 2);
      await new Promise((done) => setTimeout(done, 200))`;
    expect(await session.show(code)).toBe('b\njob\nc 1\nundefined');
  });

  it('let pass what shall be done at once', async () => {
    const session = await TestSession.open();
    const code = `await new Promise((done) => {
      const timer = setTimeout(done, 1e6, 'late'); setImmediate(() => { clearTimeout(timer); done('at once') }) })`;
    expect(await session.show(code)).toBe("'at once'");
  });

  it('belong to the input that made them, also when they fail', async () => {
    const session = await TestSession.open();
    await session.evaluate(`setTimeout(() => { console.log('late'); throw new Error('oops') }, 1000); 0`);
    await session.evaluate('2');
    session.clockOffset += 2000;
    await session.runBackground();
    expect(session.output.map(({ input, stream }) => [input, stream])).toEqual([
      [1, 'stdout'],
      [1, 'stderr'],
    ]);
    expect(session.output[1]?.text).toBe('Uncaught Error: oops\n    at REPL1:1:51\n');
  });

  it('survive a restart, repeat, and are cleared', async () => {
    const session = await TestSession.open();
    await session.evaluate(
      `var n = 0; var timer = setInterval(() => { if (++n === 3) clearInterval(timer) }, 1000); 0`,
    );
    session.store();
    await session.restart();
    for (let i = 0; i < 5; i++) {
      session.clockOffset += 1001;
      await session.runBackground();
    }
    expect(await session.show('n')).toBe('3');
    expect(session.kernel.nextBackgroundAt()).toBe(null);
  });

  it.each([
    ['typeof (+setTimeout(() => {}, 1))', `'number'`],
    ['setTimeout(() => {}, 1)', 'Timeout {}'],
    ['setTimeout(() => {}, 1).unref().hasRef()', 'false'],
    ['clearTimeout(); clearTimeout(null); clearTimeout(99); clearTimeout({})', 'undefined'],
    ['try { setTimeout("code") } catch (e) { e.code }', `'ERR_INVALID_ARG_TYPE'`],
  ])('%s', async (code, shown) => {
    expect(await (await TestSession.open()).show(code, { language: 'js' })).toBe(shown);
  });
});

describe('what an editor asks', () => {
  const SETUP = `const box = { alpha: 1, alphabet: { deep: 'x' }, get trap() { console.log('RAN') } }; let count = 3; var old = [1];
    const proxy = new Proxy({ secret: 1 }, { ownKeys() { console.log('RAN'); return [] }, get() { console.log('RAN') } })`;

  it.each([
    ['box.al', ['alpha', 'alphabet']],
    ['1 + box.alphabet.de', ['deep']],
    ['box?.alphab', ['alphabet']],
    ['box.trap.', []],
    ['proxy.', []],
    ['coun', ['count']],
    ['console.grou', ['group', 'groupCollapsed', 'groupEnd']],
    ["'text'.trimS", ['trimStart']],
    ['f().al', []],
    ['1.al', []],
    ['', []],
  ])('completes %s', async (code, candidates) => {
    const session = await TestSession.open();
    await session.evaluate(SETUP, { language: 'js' });
    expect(session.kernel.complete(code, code.length).candidates).toEqual(candidates);
    expect(session.output).toEqual([]);
  });

  it('lists the user’s variables without running them', async () => {
    const session = await TestSession.open();
    await session.evaluate(SETUP, { language: 'js' });
    expect(session.kernel.variables()).toEqual([
      { name: 'old', type: 'Array', preview: '[ 1 ]' },
      { name: 'box', type: 'Object', preview: `{ alpha: 1, alphabet: { deep: 'x' }, trap: [Getter] }` },
      { name: 'count', type: 'number', preview: '3' },
      { name: 'proxy', type: 'Proxy', preview: '{ secret: 1 }' },
    ]);
    expect(session.output).toEqual([]);
  });

  it('inspects the expression at the cursor', async () => {
    const session = await TestSession.open();
    await session.evaluate(SETUP, { language: 'js' });
    expect(session.kernel.inspect('box.alphabet', 6)?.text).toContain('deep');
    expect(session.kernel.inspect('nothing', 3)).toBe(null);
    expect(session.kernel.inspect('box.trap', 8)).toBe(null);
  });
});

describe('built-in modules', () => {
  it.each(Object.entries(BUILT_IN_EXPORTS))('%s has every export that its module names', async (name, exports) => {
    const session = await TestSession.open();
    const code = `Object.entries(${JSON.stringify(exports.split(' '))}).filter(([, key]) => !(key in require('${name}')))`;
    expect(await session.show(code, { language: 'js' })).toBe('[]');
  });
});
