/** Programs as the session core starts them: sent to a runner, their records turned into output and an exit. */

import { encode } from '@msgpack/msgpack';
import { concatBytes } from '../../protocol/frame.ts';
import { entrypoint } from '../loopback.ts';
import type { Clock } from '../session/clock.ts';
import { encodeAnswer } from './answers.ts';
import type { Ask, RemoteModule } from './asks.ts';
import { maxResultBytes } from './limits.ts';
import type { ProgramExit, ProgramIo, ProgramRun, ProgramRunner, ProgramSpec } from './program.ts';
import { type ProgramRecord, RecordDecoder, RecordError } from './records.ts';
import type { RemoteModules } from './remote-modules.ts';
import { encodeRunRequest, RunRequestError } from './runner/request.ts';

/** What starting programs takes of the Worker's environment. */
export interface LoaderRunnerEnv {
  readonly RUNNER?: Fetcher;
  readonly RUNNER_SECRET?: string;
}

interface Options {
  readonly env: LoaderRunnerEnv;
  /** `ctx` of the Durable Object: its `exports` are the runner of a Worker that has no `RUNNER` binding. */
  readonly context: { readonly exports: object };
  readonly clock: Clock;
  /** What programs import from the network. */
  readonly modules: RemoteModules;
}

type TimedSpec = ProgramSpec & { readonly timeoutSeconds: number };

const defaultTimeoutSeconds = 300;

/** Pieces of a runner's answer. */
const readsBetweenPauses = 64;

/** How long a runner that has ended a program may take to say what the program asked of the network. */
const lastWordsMilliseconds = 1000;

const lostMessage = 'The program was stopped because its runner was lost; nothing of it was kept. Run it again.';

export class LoaderRunner implements ProgramRunner {
  readonly #runner: Fetcher;
  readonly #secret: string;
  readonly #clock: Clock;
  readonly #modules: RemoteModules;

  constructor({ env, context, clock, modules }: Options) {
    this.#runner = env.RUNNER ?? entrypoint(context, 'Runner');
    this.#secret = env.RUNNER_SECRET ?? '';
    this.#clock = clock;
    this.#modules = modules;
  }

  notice(): null {
    return null;
  }

  start(spec: ProgramSpec, io: ProgramIo): ProgramRun {
    const id = crypto.randomUUID();
    const timeoutSeconds = spec.timeoutSeconds ?? defaultTimeoutSeconds;
    const abort = new AbortController();
    let end: (exit: ProgramExit) => void = () => {};
    const ended = new Promise<ProgramExit>((resolve) => {
      end = resolve;
    });
    let stopped = false;
    // The runner is asked first, because an abort does not cross to another process; then the request is given up.
    const stop = (exit: ProgramExit): void => {
      if (stopped) return;
      stopped = true;
      end(exit);
      this.#request('kill', id, { signal: AbortSignal.timeout(10_000) })
        .then(() => Promise.race([running, this.#wait(lastWordsMilliseconds)]))
        .catch(() => {})
        .finally(() => abort.abort());
    };
    const cancelTimeout = this.#clock.after(timeoutSeconds * 1000, () => stop({ kind: 'timeout' }));
    const whileRunning: ProgramIo = {
      stdin: io.stdin,
      session: io.session,
      backpressure: () => (stopped ? undefined : io.backpressure()),
      requested: (attempt) => io.requested(attempt),
      write: (stream, bytes) => {
        if (!stopped) io.write(stream, bytes);
      },
    };
    const isWanted = (): boolean => !stopped;
    const running = this.#run(id, { ...spec, timeoutSeconds }, whileRunning, abort.signal, isWanted).then((exit) => {
      stopped = true;
      end(exit);
    });
    return {
      exit: ended.finally(cancelTimeout),
      kill: () => stop({ kind: 'killed' }),
    };
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(milliseconds, resolve));
  }

  /**
   * Runs it, a second time if the runner was lost (another program may have taken it along) before this one began.
   * Never rejects.
   */
  async #run(id: string, spec: TimedSpec, io: ProgramIo, signal: AbortSignal, isWanted: () => boolean) {
    let exit = await this.#attempt(id, spec, io, signal);
    if (exit === 'never began' && isWanted()) exit = await this.#attempt(id, spec, io, signal);
    io.stdin.cancel().catch(() => {});
    return exit === 'never began' ? failed(lostMessage) : exit;
  }

  /** Reads nothing of the program's input unless it began. Never rejects. */
  async #attempt(
    id: string,
    spec: TimedSpec,
    io: ProgramIo,
    signal: AbortSignal,
  ): Promise<ProgramExit | 'never began'> {
    let hasBegun = false;
    try {
      const { entry, sources, args, env, timeoutSeconds, network, preview = null, wanted = null } = spec;
      const head = encodeRunRequest({
        entry,
        sources: sources.map(({ path, bytes }) => ({ path, bytes })),
        args: [...args],
        env: Object.entries(env),
        timeoutSeconds,
        network: { allow: [...network.allow], deny: [...network.deny] },
        preview: preview && { ...preview, beyond: [...preview.beyond] },
        wanted: wanted && { ...wanted },
      });
      const { readable, writable } = new IdentityTransformStream();
      const asks = new Asks(writable, io, (url) =>
        this.#modules.get(url, { list: network, requested: (attempt) => io.requested(attempt) }),
      );
      // A runner that stops reading has ended the program, and says so in its answer.
      asks.send(head).catch(() => {});
      try {
        const response = await this.#request('run', id, { body: readable, signal });
        if (!response.ok || response.body === null) return failed(await response.text());
        const begin = (): void => {
          hasBegun = true;
        };
        const exit = await copyOutput(response.body, io, asks, { begin, pause: () => this.#wait(0) });
        if (exit !== null) return exit;
      } finally {
        asks.close();
      }
    } catch (error) {
      if (error instanceof RunRequestError) return failed(error.message);
    }
    return hasBegun ? failed(await this.#lossMessage(id)) : 'never began';
  }

  /** What to tell of a lost runner; why it was lost is known only where a supervisor watches it. */
  async #lossMessage(id: string): Promise<string> {
    try {
      const response = await this.#request('loss', id, { signal: AbortSignal.timeout(1000) });
      const reason = await response.text();
      if (response.ok) return `The program was stopped with all others: ${reason}. Nothing of it was kept.`;
    } catch {
      // Nobody is there who could say.
    }
    return lostMessage;
  }

  #request(
    route: 'run' | 'kill' | 'loss',
    id: string,
    init: { body?: ReadableStream; signal: AbortSignal },
  ): Promise<Response> {
    return this.#runner.fetch(`http://runner/v1/runner/${route}?run=${id}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#secret}` },
      ...init,
    });
  }
}

function failed(message: string): ProgramExit {
  return { kind: 'failed', message };
}

/** Reads no faster than the session takes it. Resolves with the end that the runner told, null if it told none. */
async function copyOutput(
  body: ReadableStream<Uint8Array>,
  io: ProgramIo,
  asks: Asks,
  { begin, pause }: { begin: () => void; pause: () => Promise<void> },
): Promise<ProgramExit | null> {
  const decoder = new RecordDecoder();
  const reader = body.getReader();
  const result: Uint8Array[] = [];
  for (let reads = 1; ; reads++) {
    // What is always there already would keep the sessions from everybody else.
    if (reads % readsBetweenPauses === 0) await pause();
    await io.backpressure();
    const { done, value } = await reader.read();
    if (done) return null;
    for (const record of decoder.push(value)) {
      if (record.type === 'result') addTo(result, record.bytes);
      const exit = take(record, io, asks, begin);
      if (exit === null) continue;
      // Nothing follows but the end, which lets the connection be closed in good order.
      reader.read().catch(() => {});
      if (exit.kind !== 'exit' || result.length === 0) return exit;
      return { ...exit, result: new TextDecoder().decode(concatBytes(result)) };
    }
  }
}

/** Throws when it gets too large: no runner of this version sends that. */
function addTo(parts: Uint8Array[], bytes: Uint8Array): void {
  parts.push(bytes);
  if (parts.reduce((size, { length }) => size + length, 0) > maxResultBytes)
    throw new RecordError('A result is too large.');
}

function take(record: ProgramRecord, io: ProgramIo, asks: Asks, begin: () => void): ProgramExit | null {
  switch (record.type) {
    case 'begun':
      begin();
      return null;
    case 'stdout':
    case 'stderr':
      io.write(record.type, record.bytes);
      return null;
    case 'request':
      io.requested(record.attempt);
      return null;
    case 'ask':
      void asks.answer(record.number, record.ask);
      return null;
    case 'change':
      io.session.change(record.change);
      return null;
    case 'commit':
      io.session.commit();
      return null;
    case 'result':
      return null;
    case 'exit':
      return { kind: 'exit', code: record.code };
    case 'failed':
      return failed(record.message);
  }
}

/** What the runner asks of the session, answered in the body of the request. */
class Asks {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #io: ProgramIo;
  readonly #module: (url: string) => Promise<RemoteModule>;
  #stdin: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #isClosed = false;

  constructor(writable: WritableStream<Uint8Array>, io: ProgramIo, module: (url: string) => Promise<RemoteModule>) {
    this.#writer = writable.getWriter();
    this.#io = io;
    this.#module = module;
  }

  send(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes);
  }

  /** Never rejects: a runner that is gone needs no answer. */
  async answer(number: number, ask: Ask): Promise<void> {
    let answer: Uint8Array;
    try {
      const bytes = await this.#find(ask);
      answer = encodeAnswer(bytes === null ? { number, kind: 'nothing' } : { number, kind: 'value', bytes });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      answer = encodeAnswer({ number, kind: 'failure', message });
    }
    if (!this.#isClosed) await this.send(answer).catch(() => {});
  }

  /** The program has ended, or never began and then asked for no input. */
  close(): void {
    this.#isClosed = true;
    this.#stdin?.cancel().catch(() => {});
    this.#writer.close().catch(() => {});
  }

  async #find(ask: Ask): Promise<Uint8Array | null> {
    const { session, stdin } = this.#io;
    switch (ask.kind) {
      case 'stdin':
        this.#stdin ??= stdin.getReader();
        return (await this.#stdin.read()).value ?? null;
      case 'file': {
        const file = session.file(ask.paths);
        return file && encode(file);
      }
      case 'part':
        return session.part(ask.path, ask.offset, ask.length);
      case 'snapshot':
        return encode(session.snapshot());
      case 'module':
        return encode(await this.#module(ask.url));
    }
  }
}
