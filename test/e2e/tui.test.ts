/** The TUI on real terminals: two people in one session, and what they do to it. */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';
import type { PtySize, PtyTerminal } from '../support/pty-terminal.ts';

const F6 = '\x1b[17~';
const UP = '\x1b[A';
const CTRL_C = '\x03';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const opened: PtyTerminal[] = [];
afterEach(async () => {
  for (const terminal of opened) terminal.kill('SIGKILL');
  await Promise.all(opened.splice(0).map((terminal) => terminal.ended));
});

/** Opens the TUI on a session, ready for input. */
async function open(session: string, options: string[] = [], size?: PtySize): Promise<PtyTerminal> {
  const terminal = machine.open([...(options.length === 0 ? ['-s'] : ['attach']), session, ...options], size);
  opened.push(terminal);
  await terminal.shows(/idle .* online/);
  return terminal;
}

const count = (screen: string, what: string): number => screen.split(what).length - 1;

describe('what is typed before the screen is there', () => {
  it('is taken as if it were typed then, whether the server runs or not', async () => {
    for (const result of ['cold', 'warm']) {
      if (result === 'cold') await machine.run(['server', 'stop']);
      const terminal = machine.open(['-s', `ahead-${result}`]);
      opened.push(terminal);
      terminal.type(`const text = "${result}"\rtext + " start"\rdraft`);
      await terminal.shows(`'${result} start'`);
      await terminal.shows('❯ draft');
      expect(count(terminal.screen, 'const text')).toBe(1);
    }
  });

  it('is not echoed, and ends with Ctrl-C', async () => {
    // Takes connections and says nothing.
    const silent = createServer();
    const connected = once(silent, 'connection');
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const address = silent.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const terminal = machine.open(['--url', origin], undefined, { SPAWNPOINT_TOKEN: 'x'.repeat(40) });
    opened.push(terminal);
    await connected;
    terminal.type('never seen\r');
    terminal.type(CTRL_C);
    expect(await terminal.ended).toEqual({ status: 130, signal: 0 });
    expect(terminal.screen.trim()).toBe('');
    expect(terminal.state).toEqual({ isAlternate: false, modes: [25] });
    silent.close();
  });

  it('is given up with the terminal when the server cannot be reached', async () => {
    const terminal = machine.open(['--url', 'http://127.0.0.1:1'], undefined, { SPAWNPOINT_TOKEN: 'x'.repeat(40) });
    expect(await terminal.ended).toEqual({ status: 255, signal: 0 });
    expect(terminal.screen.trim()).toMatch(/^spawnpoint-cf: http:\/\/127\.0\.0\.1:1 cannot be reached: .*$/);
  });
});

describe('two terminals', () => {
  it('show each other what they do, live', async () => {
    const [one, two] = [await open('two'), await open('two')];
    await one.shows('2 terminals');
    one.type('const greeting = "hello"; greeting\r');
    await two.shows("'hello'");
    two.type('greeting.length\r');
    await one.shows('\n5 ');
    one.type('for (let i = 0; i < 3; i++) console.log("round", i); await new Promise(() => {})\r');
    await two.shows('round 2');
    await two.shows('● busy');
    two.type(CTRL_C);
    await one.shows('interrupted');
    two.kill('SIGKILL');
    await one.shows('1 terminal ');
    await one.shows(/idle/);
  });

  it('see what other commands do: programs in the log pane, files in the tree', async () => {
    const terminal = await open('seen');
    await machine.run(['-s', 'seen'], { stdin: 'console.log("from a program"); process.exit(4)' });
    await terminal.shows('from a program');
    await terminal.shows('exit 4');
    await machine.run(['-s', 'seen', 'files', 'put', '-', 'notes.md'], { stdin: '# Read me\n' });
    await terminal.shows(/notes\.md +10 B/);
    terminal.type('fs.writeFileSync("notes.md", "# Read me again\\n")\r');
    await terminal.shows(/notes\.md +16 B/);
    terminal.type(F6);
    terminal.type('\r');
    await terminal.shows(/notes\.md · 16 B · read-only/);
    await terminal.shows('# Read me again');
    terminal.type('\x1b');
    await terminal.shows((screen) => !screen.includes('read-only'));
  });

  it('may watch only', async () => {
    const [writer, reader] = [await open('watched'), await open('watched', ['--read-only'])];
    await reader.shows('read-only');
    writer.type('globalThis.n = 1\r');
    await reader.shows('globalThis.n = 1');
    reader.type('globalThis.n = 2\r');
    await reader.shows(/read.only|may only watch/i);
    writer.type('n + 100\r');
    await writer.shows('101');
  });
});

describe('the editor', () => {
  it('takes lines as fast as they are typed', async () => {
    const terminal = await open('fast');
    terminal.type('let sum = 0\rfor (const n of [1, 2, 3]) {\rsum += n\r}\rsum * 7\r');
    await terminal.shows('\n42 ');
    expect(await machine.print('fast', 'sum')).toBe('6');
  });

  it('never submits what is pasted', async () => {
    const terminal = await open('paste');
    terminal.paste('const f = (n) => {\n  return n + 1\n}\nf(1)');
    await terminal.shows('f(1)');
    expect(await machine.print('paste', 'typeof f')).toBe('undefined');
    terminal.type('\r');
    await terminal.shows('\n2 ');
    expect(await machine.print('paste', 'f(2)')).toBe('3');
  });

  it('takes many lines at once as pasted, from a terminal without brackets too', async () => {
    const terminal = await open('unbracketed');
    const lines = Array.from({ length: 300 }, (_, index) => `\ttotal += ${index}; // ${index}`);
    terminal.type(`let total = 0\r{\r${lines.join('\r')}\r}`);
    await terminal.shows('· }');
    expect(await machine.print('unbracketed', 'typeof total')).toBe('undefined');
    terminal.type('\r');
    await terminal.shows('✓');
    expect(await machine.print('unbracketed', 'total')).toBe(String((300 * 299) / 2));
  });

  it('completes a file of this machine', async () => {
    await machine.file('completed.ts', 'console.log("run by its " + process.argv[2]);');
    const terminal = await open('completed', [], { columns: 120, rows: 30 });
    terminal.type('.run comp');
    await terminal.shows('.run comp');
    terminal.type('\t');
    await terminal.shows('.run completed.ts ');
    terminal.type('name\r');
    await terminal.shows('run by its name');
  });

  it('remembers inputs, for the next terminal as well', async () => {
    const first = await open('history');
    first.type('"to be remembered"\r');
    await first.shows("'to be remembered'");
    const second = await open('other-session');
    second.type('1\r');
    await second.shows('\n1 ');
    second.type(UP + UP);
    await second.shows('"to be remembered"');
    second.type('.length\r');
    await second.shows('\n16 ');
  });

  it('keeps a draft that Ctrl-C clears', async () => {
    const terminal = await open('draft');
    terminal.type('a long draft');
    await terminal.shows('a long draft');
    terminal.type(CTRL_C);
    await terminal.shows((screen) => !screen.includes('a long draft'));
    terminal.type(UP);
    await terminal.shows('a long draft');
  });
});

it('Ctrl-C interrupts what runs and keeps its state', async () => {
  const terminal = await open('interrupt');
  terminal.type('let rounds = 0; while (true) rounds++\r');
  await terminal.shows('● busy');
  terminal.type(CTRL_C);
  await terminal.shows('Interrupted.');
  terminal.type('rounds > 0 ? "kept" : "lost"\r');
  await terminal.shows("'kept'");
});

it('follows the size of its terminal', async () => {
  const terminal = await open('resized', [], { columns: 100, rows: 30 });
  terminal.type('"x".repeat(70)\r');
  await terminal.shows('x'.repeat(50));
  for (const [columns, rows] of [
    [60, 12],
    [140, 40],
    [44, 10],
    [100, 30],
  ] as const) {
    terminal.resize(columns, rows);
    await terminal.shows(
      (screen) => screen.split('\n').length === rows && / resized · /.test(screen.split('\n').at(-1) ?? ''),
    );
    await terminal.shows('❯');
  }
  terminal.type('6 * 7\r');
  await terminal.shows('\n42 ');
});

describe('a server that is stopped', () => {
  it('is left alone by terminals, which come back when it runs again, and started by what is typed', async () => {
    const terminal = await open('quiet');
    terminal.type('let kept = 1\r');
    await terminal.shows(/kept = 1 .*✓/);
    for (const start of [() => machine.print('other', '1'), async () => terminal.type('"typed " + ++kept\r')]) {
      expect((await machine.run(['server', 'stop'])).stdout).toBe('stopped\n');
      await terminal.shows('server stopped');
      await terminal.shows('The server was stopped.');
      expect((await machine.run(['server', 'status'])).stdout).toBe('not running\n');
      await start();
      await terminal.shows(/idle .* online/);
    }
    await terminal.shows("'typed 2'");
  });

  it('ends commands that wait for something', async () => {
    const cli = machine.start(['-s', 'waits', '-e', 'console.log("go"); await new Promise(() => {})']);
    await cli.until(({ stdout }) => stdout === 'go\n');
    await machine.run(['server', 'stop']);
    expect(await cli.ended).toEqual({
      stdout: 'go\n',
      stderr:
        'spawnpoint-cf: the connection is lost; trying to get it back\n' +
        'spawnpoint-cf: The server was stopped. Any command that needs it starts it again.\n',
      status: 255,
    });
    expect((await machine.run(['server', 'status'])).stdout).toBe('not running\n');
  });
});

describe('a server that dies', () => {
  it('is joined again by itself, with no line lost or doubled', async () => {
    const [one, two] = [await open('phoenix'), await open('phoenix')];
    await one.shows('2 terminals');
    for (const round of [1, 2, 3]) {
      one.type(`console.log("round" + ${round} + "a\\nround" + ${round} + "b")\r`);
      for (const terminal of [one, two]) await terminal.shows(`round${round}b`);
      await killWorkerd([one, two]);
      for (const terminal of [one, two]) await terminal.shows(/2 terminals · online/);
    }
    two.type('"after " + "all"\r');
    for (const terminal of [one, two]) {
      await terminal.shows("'after all'");
      for (const line of ['round1a', 'round1b', 'round2a', 'round2b', 'round3a', 'round3b']) {
        expect(count(terminal.screen, line)).toBe(1);
      }
    }
  });

  it('is sent what was typed meanwhile', async () => {
    const terminal = await open('meanwhile');
    terminal.type('let sum = 1\r');
    await terminal.shows('✓');
    await killWorkerd([terminal]);
    terminal.type('sum += 10\rfor (let i = 0; i < 2; i++) {\rsum += 100\r}\r"sum " + sum\r');
    await terminal.shows("'sum 211'");
    await terminal.shows((screen) => !screen.includes('waiting'));
  });

  it('reports what was running as aborted, and keeps the rest', async () => {
    const terminal = await open('aborted');
    terminal.type('let safe = "still here"\r');
    terminal.type('safe = "gone"; console.log("go"); await new Promise(() => {})\r');
    await terminal.shows('\ngo ');
    await killWorkerd([terminal]);
    await terminal.shows('aborted');
    await terminal.shows('· online');
    terminal.type('safe\r');
    await terminal.shows("'still here'");
  });
});

it('a server that does not answer is told of, for how long, and that it answers again', async () => {
  const terminal = await open('frozen');
  const pid = await workerd();
  process.kill(pid, 'SIGSTOP');
  try {
    terminal.type('1 + 1\r');
    await terminal.shows(/no answer for [3-9] s/);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await terminal.shows('\n2 ');
  await terminal.shows('· online');
});

describe('leaving', () => {
  it.each<[string, (terminal: PtyTerminal) => void, { status: number; signal: number }]>([
    ['by Ctrl-D', (terminal) => terminal.type('\x04'), { status: 0, signal: 0 }],
    ['by .exit', (terminal) => terminal.type('.exit\r'), { status: 0, signal: 0 }],
    ['by Ctrl-C twice', (terminal) => terminal.type(CTRL_C + CTRL_C), { status: 0, signal: 0 }],
    ['by SIGTERM', (terminal) => terminal.kill('SIGTERM'), { status: 0, signal: 15 }],
    ['by SIGHUP', (terminal) => terminal.kill('SIGHUP'), { status: 0, signal: 1 }],
    ['by SIGINT', (terminal) => terminal.kill('SIGINT'), { status: 0, signal: 2 }],
  ])('%s gives the terminal back, and the session lives on', async (how, leave, ending) => {
    const session = `left-${how.replace(/\W+/g, '-')}`;
    const terminal = await open(session);
    expect(terminal.state.isAlternate).toBe(true);
    terminal.type('let stays = 1; await new Promise((resolve) => setTimeout(resolve, 100)); stays = 2\r');
    await terminal.shows('\n2 ');
    await terminal.shows(/ idle /);
    leave(terminal);
    expect(await terminal.ended).toEqual(ending);
    expect(terminal.state).toEqual({ isAlternate: false, modes: [25] });
    expect(await machine.print(session, 'stays')).toBe('2');
  });
});

/** The process id of the workerd of the sessions. */
async function workerd(): Promise<number> {
  const { workers } = JSON.parse(await readFile(join(machine.home, 'daemon.json'), 'utf8'));
  return workers.find(({ role }: { role: string }) => role === 'main').pid;
}

/** Kills the workerd of the sessions. Resolves once all `terminals` know. */
async function killWorkerd(terminals: readonly PtyTerminal[]): Promise<void> {
  const pid = await workerd();
  const lost = terminals.map((terminal) => terminal.shows('reconnecting…'));
  process.kill(pid, 'SIGKILL');
  await Promise.all(lost);
}

it('gives a program that it runs the lines that are typed while that waits for them', async () => {
  await machine.file(
    'ask.ts',
    `process.stdout.write('Name? ');
    for await (const line of process.stdin) console.log('[' + line.toString().trim() + ']');
    console.log('read to its end');`,
  );
  const terminal = await open('asked', [], { columns: 120, rows: 30 });
  terminal.type('.run ask.ts\r');
  await terminal.shows('ask.ts Name?');
  terminal.type('Ada\r');
  await terminal.shows('[Ada]');
  await terminal.shows('? ');
  terminal.type('\x04');
  await terminal.shows('read to its end');
  terminal.type('40 + 2\r');
  await terminal.shows('\n42 ');
});

it('leaves the prompt to the session while a program runs that reads nothing', async () => {
  await machine.file('quiet.ts', "console.log('begun'); setInterval(() => {}, 60_000);");
  const terminal = await open('unasked', [], { columns: 120, rows: 30 });
  terminal.type('.run quiet.ts\r');
  await terminal.shows('quiet.ts begun');
  terminal.type('40 + 2\r');
  await terminal.shows('\n42 ');
});

it('a program that runs on a terminal reads what is typed there', async () => {
  await machine.file(
    'two.ts',
    'for await (const line of process.stdin) console.log("[" + line.toString().trim() + "]");',
  );
  const terminal = machine.open(['run', 'two.ts']);
  opened.push(terminal);
  terminal.type('Ada\r');
  await terminal.shows('[Ada]');
  terminal.type('\x04');
  expect((await terminal.ended).status).toBe(0);
});
