/** A user's machine, for one test file: the installed product, a data directory and a working directory of its own. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { CliProcess, type Ending } from './cli-process.ts';
import { type PtySize, PtyTerminal } from './pty-terminal.ts';

export interface CliOptions {
  /** All of standard input; without it, standard input is /dev/null. */
  readonly stdin?: string | Uint8Array;
  /** Beside the environment of the machine, or instead of parts of it. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The daemon of a test run that was itself killed ends by itself, soon. */
const IDLE_MILLISECONDS = 60_000;

export class Machine {
  /** Where commands run. */
  readonly directory: string;
  /** Nothing of the environment of the test run but what is needed to find programs. */
  readonly env: Readonly<Record<string, string>>;
  readonly #root: string;
  readonly #packageDirectory: string;
  readonly #running = new Set<CliProcess | PtyTerminal>();

  private constructor(root: string, packageDirectory: string, env: Readonly<Record<string, string>>) {
    this.#root = root;
    this.#packageDirectory = packageDirectory;
    this.directory = join(root, 'work');
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: root,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      SPAWNPOINT_HOME: join(root, 'data'),
      SPAWNPOINT_IDLE_MS: String(IDLE_MILLISECONDS),
      ...env,
    };
  }

  static async create(env: Readonly<Record<string, string>> = {}): Promise<Machine> {
    const root = await mkdtemp(join(tmpdir(), 'spawnpoint-e2e-'));
    const machine = new Machine(root, inject('packageDirectory'), env);
    await mkdir(machine.directory);
    return machine;
  }

  /** The installed package's directory. */
  get packageDirectory(): string {
    return this.#packageDirectory;
  }

  /** The data directory. */
  get home(): string {
    return this.env.SPAWNPOINT_HOME ?? '';
  }

  get #executable(): string {
    return join(this.#packageDirectory, 'bin', 'spawnpoint-cf.js');
  }

  /** Makes a local file below the working directory. Returns its path. */
  async file(name: string, contents: string | Uint8Array): Promise<string> {
    const path = join(this.directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
    return path;
  }

  /** Runs `spawnpoint-cf` with `args` to its end. */
  async run(args: readonly string[], options: CliOptions = {}): Promise<Ending> {
    const cli = this.start(args, options);
    if (options.stdin !== undefined) cli.stdin.end(options.stdin);
    return cli.ended;
  }

  /** What `-p CODE` prints, which must succeed. */
  async print(session: string, code: string): Promise<string> {
    const { stdout, stderr, status } = await this.run(['-s', session, '-p', code]);
    if (status !== 0 || stderr !== '') throw new Error(`-p ${code} ended with ${status}: ${stderr}`);
    return stdout.replace(/\n$/, '');
  }

  /** Starts `spawnpoint-cf` with `args`; its standard input is a pipe that stays open, if `stdin` is given. */
  start(args: readonly string[], { stdin, env = {} }: CliOptions = {}): CliProcess {
    return this.#keep(
      new CliProcess(process.execPath, [this.#executable, ...args], {
        cwd: this.directory,
        env: { ...this.env, ...env },
        hasStdin: stdin !== undefined,
      }),
    );
  }

  /** Starts node itself, with a standard input that stays open. */
  node(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliProcess {
    const options = { cwd: this.directory, env: { ...this.env, ...env }, hasStdin: true };
    return this.#keep(new CliProcess(process.execPath, args, options));
  }

  /** Runs a line of bash to its end, in which `spawnpoint-cf` is the product. */
  shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ending> {
    const script = `spawnpoint-cf() { '${process.execPath}' '${this.#executable}' "$@"; }; ${line}`;
    const options = { cwd: this.directory, env: { ...this.env, ...env }, hasStdin: false };
    return this.#keep(new CliProcess('bash', ['-c', script], options)).ended;
  }

  /** Starts `spawnpoint-cf` with `args` on a terminal. */
  open(
    args: readonly string[],
    size: PtySize = { columns: 100, rows: 30 },
    env: Readonly<Record<string, string>> = {},
  ): PtyTerminal {
    const options = { cwd: this.directory, env: { ...this.env, ...env }, ...size };
    return this.#keep(new PtyTerminal(process.execPath, [this.#executable, ...args], options));
  }

  /** Ends all that still runs, the server last, and removes everything. */
  async dispose(): Promise<void> {
    for (const each of this.#running) each.kill('SIGKILL');
    await Promise.all([...this.#running].map((each) => each.ended));
    await this.run(['server', 'stop']);
    await rm(this.#root, { recursive: true, force: true });
  }

  #keep<Started extends CliProcess | PtyTerminal>(started: Started): Started {
    this.#running.add(started);
    void started.ended.then(() => this.#running.delete(started));
    return started;
  }
}
