/** A real terminal: what is set is given back, however the process ends. */

import { fileURLToPath } from 'node:url';
import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal as Xterm } from '@xterm/headless';
import { afterEach, describe, expect, it } from 'vitest';

const FIXTURE = fileURLToPath(new URL('./testing/node-terminal-fixture.ts', import.meta.url));
const NODE = [process.execPath, '--import', 'tsx', FIXTURE];

const running: IPty[] = [];
afterEach(() => {
  for (const pty of running.splice(0)) pty.kill('SIGKILL');
});

function start(file: string, args: readonly string[]) {
  const xterm = new Xterm({ cols: 80, rows: 24, allowProposedApi: true });
  const pty = spawn(file, [...args], { cols: 80, rows: 24, name: 'xterm-256color' });
  running.push(pty);
  const waiting = new Set<() => void>();
  pty.onData((data) => {
    xterm.write(data, () => {
      for (const check of waiting) check();
    });
  });
  const exit = new Promise<{ exitCode: number; signal?: number }>((resolve) => pty.onExit(resolve));
  const screen = () =>
    Array.from({ length: 24 }, (_, y) => xterm.buffer.active.getLine(y)?.translateToString(true) ?? '').join('\n');
  /** Resolves when the program has written what `test` looks for. */
  const until = (test: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!test()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { pty, xterm, exit, screen, until };
}

async function startFixture() {
  const app = start(NODE[0] ?? '', NODE.slice(1));
  await app.until(() => app.screen().includes('ready'));
  return app;
}

async function expectGivenBack(app: ReturnType<typeof start>) {
  await app.until(() => app.xterm.buffer.active.type === 'normal');
  await app.until(() => !app.xterm.modes.bracketedPasteMode);
}

describe('NodeTerminal', () => {
  it('takes the screen, reads raw keys and follows the size', async () => {
    const app = await startFixture();
    expect(app.xterm.buffer.active.type).toBe('alternate');
    expect(app.xterm.modes.bracketedPasteMode).toBe(true);
    app.pty.write('\x03');
    await app.until(() => app.screen().includes('<"\\u0003">'));
    app.pty.write('é日');
    await app.until(() => app.screen().includes('<"é日">'));
    app.pty.resize(60, 20);
    await app.until(() => app.screen().includes('[60x20]'));
    app.pty.write('q');
    expect((await app.exit).exitCode).toBe(0);
    await expectGivenBack(app);
  });

  it.each([
    ['an uncaught error', 't', 1, 'SyntaxError'],
    ['an unhandled rejection', 'r', 1, 'Error: rejected'],
    ['process.exit', 'x', 7, ''],
  ])('gives the terminal back on %s', async (_name, key, code, said) => {
    const app = await startFixture();
    app.pty.write(key);
    expect((await app.exit).exitCode).toBe(code);
    await app.until(() => app.screen().includes(said));
    await expectGivenBack(app);
  });

  it.each([
    ['SIGTERM', 15],
    ['SIGHUP', 1],
    ['SIGINT', 2],
    ['SIGQUIT', 3],
  ])('gives the terminal back on %s and dies of it', async (signal, number) => {
    const app = await startFixture();
    app.pty.kill(signal);
    expect((await app.exit).signal).toBe(number);
    await expectGivenBack(app);
  });

  it('suspends with Ctrl-Z under a shell and comes back', async () => {
    const app = start('/bin/bash', ['--norc', '--noprofile', '-i']);
    app.pty.write(`${NODE.map((part) => `'${part}'`).join(' ')}\n`);
    await app.until(() => app.screen().includes('ready'));
    app.pty.write('\x1a');
    await app.until(() => app.screen().includes('Stopped'));
    expect(app.xterm.buffer.active.type).toBe('normal');
    app.pty.write('echo shell-$((40 + 2))\n');
    await app.until(() => app.screen().includes('shell-42'));
    app.pty.write('fg\n');
    await app.until(() => app.screen().includes('[80x24]'));
    expect(app.xterm.buffer.active.type).toBe('alternate');
    app.pty.write('a');
    await app.until(() => app.screen().includes('<"a">'));
    app.pty.write('q');
    await app.until(() => app.xterm.buffer.active.type === 'normal');
    app.pty.write('echo left-$?; stty -a | grep -o " icanon"\n');
    await app.until(() => /left-0\s+icanon/.test(app.screen()));
    app.pty.write('exit\n');
    await app.exit;
  });

  it('refuses to work without a terminal', async () => {
    const app = start('/bin/sh', ['-c', `${NODE.map((part) => `'${part}'`).join(' ')} < /dev/null`]);
    expect((await app.exit).exitCode).toBe(1);
    await app.until(() => app.screen().includes('The TUI needs a terminal'));
  });
});
