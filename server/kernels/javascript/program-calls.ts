/** The host calls about programs: exchanges, as requests to the network are. */

import { FileError } from '../../files/file-system.ts';
import { parsePath } from '../../files/paths.ts';
import type { EndedProgram, KernelIo, ProgramStart } from '../kernel.ts';
import type { Answer, Fetches } from './fetches.ts';
import type { ProgramAnswer } from './guest/host-calls.ts';
import { NotSelfContained, selfContainedModule } from './self-contained.ts';

const NO_PROGRAMS = 'Programs can be started by inputs, not by programs.';

export class ProgramCalls {
  readonly #fetches: Fetches;
  readonly #turn: () => KernelIo;

  /** `turn`: what the running turn may reach. Throws between turns. */
  constructor(fetches: Fetches, turn: () => KernelIo) {
    this.#fetches = fetches;
    this.#turn = turn;
  }

  /** Answers with the JSON of a `ProgramAnswer`. `args`: JSON of strings. */
  run(id: number, path: string, args: string, input: number): void {
    const entry = parsePath(path);
    const { files } = this.#turn();
    if (files.stat(entry)?.kind !== 'file') {
      throw new FileError('ENOENT', entry, `There is no file ${entry || path} in this session to run.`);
    }
    this.#start(id, { entry, sources: [], args: readWords(args), wanted: { parameters: null }, input });
  }

  /** The same of a function: what it returns. `parameters`: plain data. */
  call(id: number, source: string, name: string, parameters: string, input: number): void {
    const entry = /^[\w$]{1,100}$/.test(name) ? `jit-${name}.mjs` : 'jit.mjs';
    let text: string;
    try {
      text = selfContainedModule(source, name);
    } catch (error) {
      throw error instanceof NotSelfContained ? `EINVAL\n${error.message}` : error;
    }
    const sources = [{ path: entry, bytes: new TextEncoder().encode(text) }];
    this.#start(id, { entry, sources, args: [], wanted: { parameters }, input });
  }

  #start(id: number, program: ProgramStart): void {
    const { programs } = this.#turn();
    if (programs === null) throw `EACCES\n${NO_PROGRAMS}`;
    this.#fetches.open(id, async (signal): Promise<Answer> => {
      const started = programs.start(program);
      signal.addEventListener('abort', () => started.kill());
      const ended = await started.ended;
      const response = new Response(answerOf(ended), { headers: { 'content-type': 'application/json' } });
      return { response, url: `file:///home/user/${program.entry}`, before: () => this.#keep(ended) };
    });
  }

  /** In the turn that hears of the end, which may be a later one than that of the beginning. */
  #keep({ written }: EndedProgram): void {
    try {
      this.#turn().programs?.keep(written);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new Error(`What the program wrote could not be kept. ${error.message}`);
    }
  }
}

function answerOf({ code, result }: EndedProgram): string {
  const answer: ProgramAnswer = { exit: code };
  return result ?? JSON.stringify(answer);
}

function readWords(json: string): string[] {
  const words: unknown = JSON.parse(json);
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  throw 'EINVAL\nexpected a list of strings';
}
