/** `run prog.wasm`: WASI programs, with what an operating system gives them. */

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import wabt from 'wabt';
import { Machine } from '../support/machine.ts';

let machine: Machine;

async function assemble(name: string, text: string): Promise<void> {
  const module = (await wabt()).parseWat(name, text);
  await machine.file(name, module.toBinary({}).buffer);
}

beforeAll(async () => {
  machine = await Machine.create();
  await assemble('copy.wasm', await readFile(new URL('../support/wasi.wat', import.meta.url), 'utf8'));
});
afterAll(() => machine.dispose());

const failed = (stderr: string | RegExp, status = 1) => ({
  stdout: '',
  stderr: typeof stderr === 'string' ? stderr : expect.stringMatching(stderr),
  status,
});

it('has arguments, standard streams, files and an exit status', async () => {
  await machine.run(['files', 'put', '-', 'in.txt'], { stdin: 'in' });
  const stdin = 'line\n'.repeat(100_000);
  expect(await machine.run(['run', 'copy.wasm', 'a b', '--c'], { stdin })).toEqual({
    stdout: `copy.wasm\0a b\0--c\0\n${stdin}`,
    stderr: '',
    status: 7,
  });
  expect((await machine.run(['files', 'cat', 'out/copy.txt'])).stdout).toBe(stdin);
  expect((await machine.run(['files', 'ls'])).stdout).toBe('out/\n');
});

it('reads its standard input as it comes, and may be interrupted while it waits', async () => {
  const cli = machine.start(['run', 'copy.wasm'], { stdin: '' });
  cli.stdin.write('one');
  await cli.until(({ stdout }) => stdout.endsWith('one'));
  cli.stdin.write('two');
  await cli.until(({ stdout }) => stdout.endsWith('onetwo'));
  cli.kill('SIGINT');
  expect((await cli.ended).status).toBe(130);
  // Of a program that was killed nothing is kept.
  expect((await machine.run(['files', 'cat', 'out/copy.txt'])).stdout).not.toContain('onetwo');
});

it('says why it cannot run', async () => {
  await assemble('trap.wasm', '(module (memory (export "memory") 1) (func $deep (export "_start") unreachable))');
  expect(await machine.run(['run', 'trap.wasm'])).toEqual(failed(/^Uncaught RuntimeError: unreachable\n/));
  await assemble('library.wasm', '(module (func (export "add")))');
  expect(await machine.run(['run', 'library.wasm'])).toEqual(
    failed(/library\.wasm has no _start: it is no WASI program/),
  );
  await assemble('other.wasm', '(module (import "env" "f" (func)) (func (export "_start")))');
  expect(await machine.run(['run', 'other.wasm'])).toEqual(
    failed(/other\.wasm needs env\.f, which is not part of WASI/),
  );
  await machine.file('text.wasm', 'no');
  expect(await machine.run(['run', 'text.wasm'])).toEqual(
    failed('spawnpoint-cf: text.wasm is no WebAssembly module.\n'),
  );
  await machine.file('component.wasm', new Uint8Array([0, 97, 115, 109, 13, 0, 1, 0]));
  expect(await machine.run(['run', 'component.wasm'])).toEqual(failed(/component\.wasm is a WebAssembly component: /));
});
