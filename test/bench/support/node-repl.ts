/** `node -i` on a pseudo-terminal: what a person would use for a live prompt without us. */

import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';
import { residentBytes } from '../../../server/local/processes.ts';
import { plainEnvironment } from './command.ts';

/** How Node draws an empty prompt, after all that belongs to the input before. */
const PROMPT = '\x1b[1G\x1b[0J> \x1b[3G';
const INTERRUPT = '\x03';

export class NodeRepl {
  readonly #pty: IPty;
  #written = '';
  #changed: () => void = () => undefined;

  private constructor(pty: IPty) {
    this.#pty = pty;
    pty.onData((data) => {
      this.#written += data;
      this.#changed();
    });
  }

  /** Resolves once it shows its first prompt. */
  static async start(): Promise<NodeRepl> {
    const env = { ...plainEnvironment, NODE_REPL_HISTORY: '' };
    const repl = new NodeRepl(spawn(process.execPath, ['-i'], { name: 'xterm-256color', cols: 100, rows: 30, env }));
    await repl.#prompt();
    return repl;
  }

  /** Types `code` and Enter. Resolves with what it says, once it prompts again. */
  async evaluate(code: string): Promise<string> {
    this.begin(code);
    return this.#prompt();
  }

  /** Types `code` and Enter. */
  begin(code: string): void {
    this.#written = '';
    this.#pty.write(`${code}\r`);
  }

  /** Presses Ctrl-C. Resolves with what it says, once it prompts again. */
  async interrupt(): Promise<string> {
    this.#pty.write(INTERRUPT);
    return this.#prompt();
  }

  /** Runs `code`, whose echo must be `echo`. */
  async expect(code: string, echo: string): Promise<void> {
    const said = await this.evaluate(code);
    if (!said.endsWith(`\n${echo}\r\n`)) throw new Error(`node -i answered ${JSON.stringify(said)} to ${code}`);
  }

  get residentBytes(): number {
    return residentBytes(this.#pty.pid);
  }

  kill(): void {
    this.#pty.kill('SIGKILL');
  }

  /** It also draws the empty prompt while a line is typed, but then no line end is before it. */
  async #prompt(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#changed = () => {
        if (this.#written.endsWith(`\n${PROMPT}`)) resolve();
      };
      this.#changed();
    });
    return stripVTControlCharacters(this.#written.slice(0, -PROMPT.length));
  }
}
