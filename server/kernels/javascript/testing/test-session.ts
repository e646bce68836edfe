/** A session around one kernel, for tests: it evaluates, keeps the output and stores the heap. */

import type {
  BackgroundTurn,
  Evaluation,
  Kernel,
  KernelFactory,
  KernelHost,
  KernelIo,
  Language,
  OutputStream,
} from '../../kernel.ts';
import { javascriptFactory } from '../factory.ts';
import { MemoryFiles, MemoryKeyValue, noLargeFiles } from './memory-files.ts';

/** Far more than any test that is not about fuel needs. */
const FUEL = 200_000;

export interface TestOutput {
  readonly stream: OutputStream;
  readonly text: string;
  readonly input: number;
}

interface EvaluateOptions {
  readonly language?: Language;
  readonly fuel?: number;
  readonly echo?: boolean;
}

export class TestSession {
  readonly files = new MemoryFiles();
  readonly kv = new MemoryKeyValue();
  readonly output: TestOutput[] = [];
  readonly segments: Uint8Array[] = [];
  /** Called for every request of the guest. */
  onFetch: (request: Request) => Promise<Response> = async () => new Response('nothing here', { status: 404 });
  /** Awaited by the kernel at each of its yields. */
  onYield: () => Promise<void> | undefined = () => undefined;
  /** Milliseconds added to the clock. */
  clockOffset = 0;
  /** What standard input still holds. */
  readonly lines: string[] = [];
  readonly #factory: KernelFactory;
  readonly #language: Language;
  #kernel: Kernel | undefined;
  #input = 0;
  #announceDue: (() => void) | null = null;

  private constructor(factory: KernelFactory, language: Language) {
    this.#factory = factory;
    this.#language = language;
  }

  static async open(factory: KernelFactory = javascriptFactory, language: Language = 'ts'): Promise<TestSession> {
    const session = new TestSession(factory, language);
    session.#kernel = await factory.boot(session.#host);
    return session;
  }

  get kernel(): Kernel {
    if (!this.#kernel) throw new Error('the session is not open');
    return this.#kernel;
  }

  evaluate(code: string, options: EvaluateOptions = {}): Promise<Evaluation> {
    this.#input += 1;
    const { language = this.#language, fuel = FUEL, echo = true } = options;
    return this.kernel.evaluate({ input: this.#input, code, language, fuel, echo }, this.#io);
  }

  /** What the REPL would show: output, then the value or the error, without colours. */
  async show(code: string, options: EvaluateOptions = {}): Promise<string> {
    const before = this.output.length;
    const outcome = await this.evaluate(code, options);
    const printed = this.output
      .slice(before)
      .map(({ text }) => text)
      .join('');
    return printed + withoutColours(describe(outcome));
  }

  runBackground(fuel = FUEL): Promise<BackgroundTurn> {
    return this.kernel.runBackground({ fuel }, this.#io);
  }

  /** Resolves when something next settles outside the guest. */
  backgroundDue(): Promise<void> {
    return new Promise((resolve) => {
      this.#announceDue = resolve;
    });
  }

  /** Stores what changed, as a commit does. The bytes stored; null if nothing changed. */
  store(): Uint8Array | null {
    const segment = this.kernel.snapshot();
    if (segment) this.segments.push(segment);
    return segment;
  }

  /** Drops the instance and boots another from what is stored, as after a restart. */
  async restart(deltas: Iterable<Uint8Array> = this.segments): Promise<void> {
    this.#kernel = await this.#factory.boot(this.#host, { engine: this.#factory.engine, deltas, ran: 0 });
  }

  readonly #host: KernelHost = {
    now: () => Date.now() + this.clockOffset,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    fetch: (request) => this.onFetch(request),
    files: this.files,
    onBackgroundDue: () => this.#announceDue?.(),
  };

  readonly #io: KernelIo = {
    write: (stream, text, input) => this.output.push({ stream, text, input }),
    display: () => undefined,
    readLine: async () => this.lines.shift() ?? null,
    backpressure: () => this.onYield(),
    files: this.files,
    largeFiles: noLargeFiles,
    programs: null,
    readOther: () => Promise.reject(new Error('there is no other kernel')),
    kv: this.kv,
  };
}

function describe(outcome: Evaluation): string {
  switch (outcome.status) {
    case 'ok':
      return outcome.value.isVoid ? 'undefined' : outcome.value.text;
    case 'error':
      return `Uncaught ${outcome.error.text}`;
    case 'exit':
      return `exit ${outcome.code}`;
    case 'interrupted':
      return `interrupted (${outcome.reason}${outcome.clean ? '' : ', not clean'})`;
    case 'trap':
      return `trap: ${outcome.message}`;
  }
}

export function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
