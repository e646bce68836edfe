/** Python beside the product: Pyodide in node, or the machine's own `python3`, in a process that stays. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { residentBytes } from '../../../server/local/processes.ts';
import { outputOf, plainEnvironment } from './command.ts';

/** Both read lines of JSON, `[statements, expression]`, run the one and print what the other gives. */
const IN_NODE = `
import { createInterface } from 'node:readline';
import { loadPyodide } from 'pyodide';
const python = await loadPyodide();
for await (const line of createInterface({ input: process.stdin })) {
  const [statements, expression] = JSON.parse(line);
  python.runPython(statements);
  console.log(String(python.runPython(expression)));
}`;
const NATIVE = `
import json, sys
names = {}
for line in sys.stdin:
    statements, expression = json.loads(line)
    exec(statements, names)
    print(eval(expression, names), flush=True)`;

export class PythonProcess {
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #lines: AsyncIterator<string>;

  /** Pyodide in node, which is given `flags`. */
  static inNode(flags: readonly string[] = []): PythonProcess {
    return new PythonProcess(process.execPath, [...flags, '--input-type=module', '-e', IN_NODE]);
  }

  /** Null where there is no `python3`. */
  static async native(): Promise<PythonProcess | null> {
    const isThere = await outputOf('python3', ['--version']).then(
      () => true,
      () => false,
    );
    return isThere ? new PythonProcess('python3', ['-c', NATIVE]) : null;
  }

  private constructor(command: string, args: readonly string[]) {
    const child = spawn(command, args, { env: plainEnvironment, stdio: ['pipe', 'pipe', 'inherit'] });
    const [input, output]: [Writable, Readable] = [child.stdin, child.stdout];
    this.#child = child;
    this.#input = input;
    this.#lines = createInterface({ input: output })[Symbol.asyncIterator]();
  }

  /** Runs `statements`; what `expression` gives then, as Python writes it. Rejects if the process ends. */
  async evaluate(statements: string, expression: string): Promise<string> {
    this.#input.write(`${JSON.stringify([statements, expression])}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('A Python that was measured beside the product ended.');
    return value;
  }

  get residentBytes(): number {
    return residentBytes(this.#child.pid ?? 0);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
