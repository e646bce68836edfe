/** The driver in plain Pyodide under Node, for tests: what it prints and answers, without kernel, heap or terminals. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPyodide, type PyodideInterface } from 'pyodide';
import type { CompleteResult, DriverVariable, ExecuteResult } from '../driver.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const SITE_PACKAGES = '/lib/python3.14/site-packages';

export class TestDriver {
  readonly py: PyodideInterface;
  /** What was written to stdout and stderr, in order. */
  output = '';
  #number = 0;

  /** A session of its own; `mount` may mount files at /home/user before Python looks there. */
  static async open(mount: (py: PyodideInterface) => void = () => undefined): Promise<TestDriver> {
    const py = await loadPyodide({ env: { HOME: '/home/user', PYTHONHASHSEED: '0' } });
    mount(py);
    return new TestDriver(py);
  }

  private constructor(py: PyodideInterface) {
    this.py = py;
    const decoder = new TextDecoder();
    const write = (bytes: Uint8Array) => {
      this.output += decoder.decode(bytes, { stream: true });
      return bytes.length;
    };
    py.setStdout({ write });
    py.setStderr({ write });
    py.FS.mkdirTree(`${SITE_PACKAGES}/_spawnpoint`);
    const sources = join(HERE, '..', 'driver');
    for (const name of readdirSync(sources).filter((each) => each.endsWith('.py'))) {
      py.FS.writeFile(`${SITE_PACKAGES}/_spawnpoint/${name}`, readFileSync(join(sources, name)));
    }
    py.FS.writeFile(`${SITE_PACKAGES}/_spawnpoint_host.py`, readFileSync(join(HERE, 'driver_host.py')));
    py.runPython(
      "import os, sys, warnings; _filters = list(warnings.filters); os.chdir('/home/user'); import _spawnpoint_host; _spawnpoint_host.install(); import _spawnpoint",
    );
  }

  /** A session without names and values, whose next input is the first. */
  restart(): void {
    this.execute('%reset');
    this.py.runPython('import warnings; warnings.filters[:] = _filters; warnings._filters_mutated()');
    this.takeOutput();
    this.#number = 0;
  }

  execute(code: string, echo = true): ExecuteResult {
    this.#number += 1;
    return this.#call('execute', code, this.#number, echo);
  }

  runProgram(code: string, filename: string, argv: readonly string[] = []): ExecuteResult {
    return this.#call('run_program', code, filename, JSON.stringify(argv));
  }

  /** What a terminal shows for one input: everything printed, then the echo or the error, without colours. */
  show(code: string): string {
    const result = this.execute(code);
    const printed = this.takeOutput();
    return stripColours(printed + (result.text ?? '')).trimEnd();
  }

  takeOutput(): string {
    const { output } = this;
    this.output = '';
    return output;
  }

  /** What `input()` gets next; null interrupts it, and after the last it finds the end of input. */
  type(...lines: (string | null)[]): void {
    this.py.globals.set('_lines', JSON.stringify(lines));
    this.py.runPython('import json; _spawnpoint_host.lines[:] = json.loads(_lines)');
  }

  /** Candidates where `|` stands in the code. */
  complete(marked: string): CompleteResult {
    const cursor = marked.indexOf('|');
    return this.#call('complete', marked.replace('|', ''), [...marked.slice(0, cursor)].length);
  }

  inspect(marked: string): string | undefined {
    const cursor = marked.indexOf('|');
    return this.raw('inspect', marked.replace('|', ''), cursor) as string | undefined;
  }

  variables(): DriverVariable[] {
    return this.#call('variables');
  }

  /** Calls a function of the driver as the kernel does. */
  raw(name: string, ...values: (string | number | boolean)[]): unknown {
    const driver = this.py.pyimport('_spawnpoint');
    try {
      return driver[name](...values);
    } finally {
      driver.destroy();
    }
  }

  #call<Result>(name: string, ...values: (string | number | boolean)[]): Result {
    return JSON.parse(String(this.raw(name, ...values)));
  }
}

export function stripColours(text: string): string {
  return text.replace(/\x1b\[[0-9;]*m/g, '');
}
