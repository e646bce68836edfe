/** The app on a session in memory: what is typed, and what then stands on the screen. */

import { describe, expect, it } from 'vitest';
import { startApp } from './testing/app-harness.ts';

const end = (text: string) => ({ sequence: 1, stream: 'end' as const, text });
const ENTER = '\r';
const ESC_KEY = '\x1b[27u';
const F6 = '\x1b[17~';
const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;

describe('the app', () => {
  it('draws its panes and stands the cursor in the editor', async () => {
    const app = await startApp();
    expect(app.terminal.xterm.buffer.active.type).toBe('alternate');
    const lines = app.terminal.lines();
    expect(lines[0]).toMatch(/^❯ +│─ Files ─+$/);
    expect(lines[1]).toContain('no files yet');
    expect(lines.at(-1)).toMatch(/^ main · javascript \(ts\) · idle · 1 terminal · online +F6 panes · \.help $/);
    expect(app.terminal.cursor()).toEqual({ x: 2, y: 0 });
  });

  it('submits what a fast typist types, line by line', async () => {
    const app = await startApp();
    await app.type('a+1\rb+2\r日本\r');
    expect(app.session.calls).toEqual(['submit ts a+1', 'submit ts b+2', 'submit ts 日本']);
    expect(app.history.entries).toEqual(['a+1', 'b+2', '日本']);
  });

  it('begins in the language that it is told', async () => {
    const app = await startApp({ language: 'py' });
    expect(app.terminal.lines().at(-1)).toContain('main · python · idle');
    await app.type('1\r');
    expect(app.session.calls).toEqual(['submit py 1']);
  });

  it('indents by the levels of the language', async () => {
    const lines = [
      'if x:',
      '\x1b\r',
      '\t',
      '\t',
      '\x1b[Z',
      'y',
      '\x1b\r',
      '\t',
      '\x7f',
      'else:',
      '\x1b\r',
      '\t',
      'z\r',
    ];
    for (const [language, level] of [
      ['py', '    '],
      ['ts', '  '],
    ] as const) {
      const app = await startApp({ language });
      await app.type(...lines);
      expect(app.session.calls).toEqual([`submit ${language} if x:\n${level}y\nelse:\n${level}z`]);
    }
  });

  it('keeps keys in order while the answer to isComplete is out, and Ctrl-C goes ahead', async () => {
    const app = await startApp();
    app.session.held = [];
    await app.type('one\r', 'two\r', 'three');
    expect(app.screen()).toContain('❯ one');
    app.session.held.shift()?.();
    await app.settle();
    app.session.held.shift()?.();
    expect(await app.type()).toContain('❯ three');
    expect(app.session.calls).toEqual(['submit ts one', 'submit ts two']);
    await app.type('\r', 'lost', '\x03');
    app.session.held.shift()?.();
    await app.type('four');
    expect(app.session.calls).toHaveLength(2);
    expect(app.screen()).toContain('❯ four');
    expect(app.history.entries).toContain('three');
  });

  it('shows a block: mark, time, output, result, error', async () => {
    const app = await startApp();
    await app.type(`f(21)${ENTER}`);
    app.session.output('input 1', 'half');
    app.session.output('input 1', ' a line\nand \x1b]0;evil\x07\x1b[31mred\x1b[2J\n');
    app.session.output('input 1', 'warned\n', 'stderr');
    app.session.output('input 1', '\x1b[33m42\x1b[39m', 'end');
    app.session.output('input 1', 'a timer\n');
    app.session.changeInput('input 1', { status: 'ok', durationMs: 3 });
    app.session.addInput('let x = (', {
      status: 'error',
      terminal: 'bob\x1b[2J',
      output: [end("let x = (\n        ^\nSyntaxError: expected ')'")],
      durationMs: 61_000,
    });
    await app.settle();
    const lines = app.terminal.lines().map((line) => line.slice(0, 63).trimEnd());
    expect(lines[0]).toMatch(/^❯ f\(21\) +ts ✓ 3 ms$/);
    expect(lines.slice(1, 6)).toEqual(['half a line', 'and red', 'warned', '42', 'a timer']);
    expect(lines[6]).toMatch(/^❯ let x = \( +bob\ufffd\[2J · ts ✗ 1 min 1 s$/);
    expect(lines.slice(7, 11)).toEqual(['let x = (', '        ^', "SyntaxError: expected ')'", '❯']);
    expect(app.terminal.xterm.buffer.active.getLine(4)?.getCell(0)?.getFgColor()).toBe(3);
    expect(app.terminal.written).not.toContain('evil');
  });

  it('never submits a paste, and moves over its lines', async () => {
    const app = await startApp();
    await app.type(paste('function f() {\r\n\treturn 1;\r\n}\r\n'), '\x1b[A', 'x');
    expect(app.session.calls).toEqual([]);
    const lines = app.terminal.lines().map((line) => line.slice(0, 30).trimEnd());
    expect(lines.slice(0, 4)).toEqual(['❯ function f() {', '·         return 1;', '· x}', '·']);
    await app.type(ENTER);
    expect(app.session.calls).toEqual(['submit ts function f() {\n\treturn 1;\nx}\n']);
  });

  it('takes a paste without brackets for one, and leaves lines that come at once as they are', async () => {
    const app = await startApp({ language: 'py' });
    const lines = Array.from({ length: 100 }, (_, index) => `\tf(${index})`);
    await app.type(`if (x) {\r${lines.join('\r')}\r}`);
    expect(app.session.calls).toEqual([]);
    await app.type(ENTER);
    expect(app.session.calls.splice(0)).toEqual([`submit py if (x) {\n${lines.join('\n')}\n}`]);
    await app.type('f(\r    1,\r\t2)\r', 'g(\r3)\r');
    expect(app.session.calls).toEqual(['submit py f(\n    1,\n\t2)', 'submit py g(\n  3)']);
  });

  it('goes on in a new line while the input is incomplete, browses it as one entry', async () => {
    const app = await startApp({ history: ['older'] });
    await app.type('if (x) {\r', 'y()\r', '}', ENTER);
    expect(app.session.calls).toEqual(['submit ts if (x) {\n  y()\n}']);
    expect(await app.type('\x1b[A')).toContain('·   y()');
    expect(await app.type('\x1b[A', '\x1b[A', '\x1b[A')).toContain('❯ older');
    expect(await app.type('\x1b[B')).toContain('❯ if (x) {');
    await app.type('\x03', 'a\x1b\rb');
    expect(app.terminal.cursor().x).toBe(3);
    expect(app.session.calls).toHaveLength(1);
  });

  it('searches former inputs', async () => {
    const app = await startApp({ history: ['alpha one', 'beta', 'alpha two'] });
    expect(await app.type('draft', '\x12', 'alp')).toContain('❯ alpha two');
    expect(app.screen()).toContain('former input with: alp');
    expect(app.terminal.cursor()).toEqual({ x: 22, y: 1 });
    expect(await app.type('\x12')).toContain('❯ alpha one');
    expect(await app.type('x')).toContain('no former input with: alpx');
    expect(await app.type('\x07')).toContain('❯ draft');
    await app.type('\x12', 'bet', ENTER, ENTER);
    expect(app.session.calls).toEqual(['submit ts beta']);
  });

  it('interrupts, clears into the history, leaves', async () => {
    const app = await startApp();
    app.session.setStatus({ busy: true });
    await app.type('draft', '\x03');
    expect(app.session.calls).toEqual(['interrupt']);
    expect(app.screen()).toContain('● busy');
    app.session.setStatus({ busy: false });
    await app.type('\x03');
    expect(app.history.entries).toEqual(['draft']);
    expect(await app.type('\x03')).toContain('Ctrl-C again leaves');
    expect(await app.type('x\x7f')).not.toContain('Ctrl-C again');
    await app.type('\x03', '\x03');
    await app.done;
    expect(app.terminal.xterm.buffer.active.type).toBe('normal');
    expect(app.terminal.xterm.modes.bracketedPasteMode).toBe(false);
    expect(app.terminal.raw).toBe(false);
    expect(app.terminal.listeners).toBe(0);
    expect(app.clock.pending).toBe(0);
  });

  it('keeps the input when it can never be sent', async () => {
    const app = await startApp();
    app.session.setStatus({ connection: 'offline' });
    expect(await app.type(`1+1${ENTER}`)).toContain('the input stays here.');
    app.session.setStatus({ connection: 'online', readOnly: true });
    expect(await app.type(ENTER)).toMatch(/❯ 1\+1 .*\nThis terminal is read-only/);
    expect(await app.type('2')).toMatch(/❯ 2 [\s\S]*online · read-only/);
    expect(await app.type('\x1b[A')).toContain('❯ 1+1');
    expect(app.session.calls).toEqual([]);
    await app.type('\x03', '\x04');
    await app.done;
  });

  describe('without a connection', () => {
    it('lets inputs wait, and sends them in order as if they were typed then', async () => {
      const app = await startApp();
      app.session.setStatus({ connection: 'reconnecting' });
      const screen = await app.type('a+1\r', 'if (x) {\r', 'y()\r', '}\r', 'f(\r', 'dra');
      expect(screen.match(/ts ○ waiting for the connection/g)).toHaveLength(5);
      expect(app.terminal.lines()[5]).toContain('❯ dra');
      expect(app.history.entries).toEqual(['a+1', 'if (x) {', 'y()', '}', 'f(']);
      expect(app.session.calls).toEqual([]);
      app.session.setStatus({ connection: 'online' });
      await app.settle();
      expect(app.session.calls).toEqual(['submit ts a+1', 'submit ts if (x) {\ny()\n}']);
      expect(await app.type('ft)\r')).not.toContain('waiting');
      expect(app.session.calls.at(-1)).toBe('submit ts f(\n  draft)');
    });

    it('lets an input wait that was being asked about when the connection was lost', async () => {
      const app = await startApp();
      app.session.held = [];
      await app.type('one\r', 'two\r');
      app.session.setStatus({ connection: 'reconnecting' });
      app.session.held.shift()?.(new Error('The connection was lost. Try again.'));
      await app.settle();
      expect(app.screen().match(/waiting for the connection/g)).toHaveLength(2);
      app.session.held = null;
      app.session.setStatus({ connection: 'online' });
      await app.settle();
      expect(app.session.calls).toEqual(['submit ts one', 'submit ts two']);
    });

    it('goes on waiting when the connection is lost again, and sends nothing twice', async () => {
      const app = await startApp();
      app.session.setStatus({ connection: 'reconnecting' });
      await app.type('one\r', 'two\r');
      app.session.held = [];
      app.session.setStatus({ connection: 'online' });
      app.session.held.shift()?.();
      await app.settle();
      app.session.setStatus({ connection: 'reconnecting' });
      app.session.held.shift()?.(new Error('The connection was lost. Try again.'));
      await app.settle();
      expect(app.session.calls).toEqual(['submit ts one']);
      app.session.held = null;
      app.session.setStatus({ connection: 'online' });
      await app.settle();
      expect(app.session.calls).toEqual(['submit ts one', 'submit ts two']);
    });

    it('gives back what can not be sent any more', async () => {
      const app = await startApp();
      app.session.setStatus({ connection: 'reconnecting' });
      await app.type('one\r', 'two\r', 'dra');
      app.session.setStatus({ connection: 'online', readOnly: true });
      await app.settle();
      expect(app.screen()).toContain('This terminal is read-only.');
      expect(await app.type('ft')).not.toContain('waiting');
      expect(app.terminal.lines().slice(0, 3).join('\n')).toMatch(/^❯ one .*\n· two .*\n· draft /);
      expect(app.session.calls).toEqual([]);
    });

    it('forgets what waits at Ctrl-C on the empty line', async () => {
      const app = await startApp();
      app.session.setStatus({ connection: 'reconnecting' });
      await app.type('one\r', 'two\r', 'draft', '\x03');
      expect(app.screen()).toContain('waiting');
      expect(await app.type('\x03')).toContain('2 inputs not sent');
      app.session.setStatus({ connection: 'online' });
      await app.settle();
      expect(app.screen()).not.toContain('waiting');
      expect(app.session.calls).toEqual([]);
      expect(await app.type('\x1b[A', '\x1b[A')).toContain('❯ two');
    });
  });

  it('takes keys that come before the history is read', async () => {
    let arrive = (_: readonly string[]): void => undefined;
    const history = {
      load: () => new Promise<readonly string[]>((resolve) => (arrive = resolve)),
      append: async () => undefined,
    };
    const app = await startApp({ history });
    await app.type('\x1b[A', 'x');
    expect(app.terminal.lines()[0]).toMatch(/^❯ +│/);
    arrive(['older', 'newest']);
    await app.settle();
    expect(app.terminal.lines()[0]).toMatch(/^❯ newestx +│/);
    const other = await startApp({ history });
    await other.type('lost', '\x03', '\x03', '\x03');
    await other.done;
  });

  it('follows 10,000 log lines and scrolls back in them', async () => {
    const app = await startApp();
    for (let batch = 0; batch < 100; batch++) {
      app.session.addLog(
        Array.from({ length: 100 }, (_, i) => ({
          source: '3 main.ts',
          kind: 'stdout',
          text: `line ${batch * 100 + i}`,
        })),
      );
      app.clock.advance(20);
    }
    await app.settle();
    expect(app.terminal.lines()[22]).toContain('│3 main.ts line 9999');
    await app.type(F6, F6, '\x1b[5~');
    expect(app.screen()).toContain('Log · scrolled back');
    const top = Number(/line (\d+)/.exec(app.terminal.lines()[11] ?? '')?.[1]);
    app.session.addLog([{ source: 'bob', kind: 'event', text: 'attached' }]);
    await app.settle();
    expect(app.terminal.lines()[11]).toContain(`line ${top}`);
    expect(await app.type('\x1b[F')).toContain('bob attached');
    expect(await app.type('\x1b[H')).toContain('line 0 ');
    expect(await app.type(ESC_KEY, 'x')).toContain('❯ x');
  });

  it('shows files live and opens one read-only', async () => {
    const app = await startApp();
    app.session.contents.set('src/a.ts', { text: 'const a = 1;\n\x1b[2J日本\n', size: 30 });
    app.session.contents.set('b.bin', { text: null, size: 2048 });
    app.session.setFiles(['b.bin', 'src/', 'src/a.ts']);
    await app.type(F6);
    expect(app.terminal.lines()[1]).toMatch(/│ ▸ src/);
    expect(app.terminal.lines()[2]).toMatch(/│ {3}b\.bin +1\.2 KB/);
    await app.type('\x1b[C', '\x1b[B', ENTER);
    expect(app.terminal.lines()[0]).toMatch(/^─ src\/a\.ts · 1\.2 KB · read-only · Esc closes ─+│/);
    expect(app.terminal.lines()[1]).toMatch(/^const a = 1; +│/);
    expect(app.terminal.lines()[2]).toMatch(/^日本 +│/);
    expect(await app.type(ESC_KEY)).toMatch(/^❯ /);
    expect(await app.type(F6, '\x1b[B', ENTER)).toContain('Not a text file (2.0 KB).');
    app.session.setFiles(['new.txt']);
    expect(await app.type('q')).toContain('new.txt');
    expect(await app.type(F6, ENTER)).toContain('There is no file new.txt.');
  });

  it('fits any size and shows one pane at a time on a small screen', async () => {
    const app = await startApp();
    app.session.addInput('日本', { status: 'ok', output: [end('日'.repeat(40))], durationMs: 1 });
    app.session.addLog([{ source: 'p', kind: 'stdout', text: 'logged' }]);
    app.terminal.resize(40, 10);
    await app.settle();
    expect(app.screen()).toContain('日'.repeat(20));
    expect(app.screen()).not.toContain('logged');
    expect(await app.type(F6, F6)).toContain('p logged');
    expect(await app.type(ESC_KEY)).toContain('❯ 日本');
    app.terminal.resize(19, 10);
    await app.settle();
    expect(app.screen().trim()).toMatch(/^Too small: 19x10,\s+needs 20x5\.$/);
    app.terminal.resize(120, 40);
    await app.settle();
    expect(app.screen()).toContain('logged');
    expect(app.terminal.lines()[1]).toMatch(/^(日){38} +│/);
  });

  it('scrolls the transcript and comes back when the person types', async () => {
    const app = await startApp({ rows: 12 });
    const key = app.session.addInput('for (;;) print()', {});
    app.session.output(key, Array.from({ length: 100 }, (_, i) => `out ${i}\n`).join(''));
    await app.settle();
    expect(app.terminal.lines()[9]).toContain('out 99');
    expect(await app.type('\x1b[5~')).toContain('scrolled back');
    expect(app.screen()).not.toContain('out 99');
    app.session.output(key, 'new\n');
    await app.settle();
    expect(app.screen()).not.toContain('new');
    expect(await app.type('x')).toContain('new');
  });

  it('answers dot commands', async () => {
    const app = await startApp({ rows: 40 });
    expect(await app.type(`.help${ENTER}`)).toContain('.kill ID');
    expect(await app.type(`.hlep${ENTER}`)).toContain('Did you mean .help?');
    expect(await app.type(`.kill${ENTER}`)).toContain('Usage: .kill ID');
    await app.type(`.js${ENTER}`, `1${ENTER}`, `.run 'a b.ts' --x${ENTER}`);
    expect(app.session.calls).toEqual(['submit js 1', 'run ["a b.ts","--x"]']);
    expect(app.screen()).toContain('Program 7 runs; what it prints is in the log (F6).');
    app.session.variablesNow = [{ name: 'answer', type: 'number', preview: '42' }];
    expect(await app.type(`.vars${ENTER}`)).toContain('answer  number  42');
    const cleared = await app.type(`.clear${ENTER}`);
    expect(cleared).not.toContain('answer');
    expect(app.terminal.cursor()).toEqual({ x: 2, y: 0 });
    await app.type(`.exit${ENTER}`);
    await app.done;
  });

  it('does without colours when asked', async () => {
    const app = await startApp({ color: false });
    app.session.addInput('x', { status: 'ok', output: [end('\x1b[1;31mred\x1b[39m')], durationMs: 1 });
    await app.settle();
    expect(app.screen()).toContain('red');
    const codes = [...app.terminal.written.matchAll(/\x1b\[([\d;]*)m/g)].flatMap((match) =>
      (match[1] ?? '').split(';'),
    );
    expect(codes.filter((code) => Number(code) >= 30 && Number(code) <= 49)).toEqual([]);
  });

  it('suspends, and draws everything again when told', async () => {
    const app = await startApp();
    await app.type('\x1a');
    expect(app.terminal.suspended).toBe(1);
    app.terminal.xterm.reset();
    app.terminal.resize(100, 24);
    await app.settle();
    expect(app.screen()).toContain('Files');
  });

  it('ends with the error, the terminal given back, when drawing fails', async () => {
    const app = await startApp();
    const failed = expect(app.done).rejects.toThrow('broken');
    app.session.getSnapshot = () => {
      throw new Error('broken');
    };
    await app.type('x');
    await failed;
    expect(app.terminal.raw).toBe(false);
  });
});
