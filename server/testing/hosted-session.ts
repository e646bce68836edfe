/** For tests in workerd: a session core on a Durable Object's storage, and a terminal on a line within the isolate. */

import { env } from 'cloudflare:test';
import { DurableDatabase } from '../durable-database.ts';
import { LargeFiles } from '../files/large-files.ts';
import { Orphans } from '../files/orphans.ts';
import { javascriptFactory } from '../kernels/javascript/factory.ts';
import type { KernelFactory } from '../kernels/kernel.ts';
import { MemoryBudget } from '../memory.ts';
import { RunnerPreviews } from '../previews/runner-previews.ts';
import { LoaderRunner } from '../programs/loader-runner.ts';
import { remoteModules } from '../programs/package-cdn.ts';
import { ProgramRunners } from '../programs/runners.ts';
import type { Clock } from '../session/clock.ts';
import { Session } from '../session/session.ts';
import { systemClock } from '../system-clock.ts';
import { TestTerminal } from './terminal.ts';

export interface HostedSession {
  readonly session: Session;
  readonly terminal: TestTerminal;
  /** One more terminal. */
  attach(): Promise<TestTerminal>;
  /** Throws what the session ended of, if it did. */
  check(): void;
}

export interface HostOptions {
  /** Of the log that the client knows, if any. */
  readonly epoch?: string | null;
  /** Of the session and of its kernels. */
  readonly clock?: Clock;
  readonly fetch?: (request: Request) => Promise<Response>;
  readonly kernels?: readonly KernelFactory[];
}

/** Opens the session that is stored in `state`, as its object does. */
export async function hostSession(state: DurableObjectState, options: HostOptions = {}): Promise<HostedSession> {
  const { epoch = null, clock = systemClock } = options;
  const failures: unknown[] = [];
  const database = new DurableDatabase(state.storage);
  const modules = remoteModules({}, database);
  const isolates = new LoaderRunner({ env: {}, context: state, clock: systemClock, modules });
  const kernels = options.kernels ?? [javascriptFactory];
  // Of its own: what other tests of this isolate left in memory is not counted against it.
  const memory = new MemoryBudget();
  const host = {
    now: () => clock.now(),
    randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
    fetch: options.fetch ?? ((request: Request) => fetch(request)),
  };
  const session = new Session({
    version: 'a test',
    database,
    clock,
    large: new LargeFiles(env.FILES, new Orphans(database), () => undefined),
    kernels,
    host,
    // As where there is no Worker Loader.
    runner: new ProgramRunners({ kernels, host, clock, memory, modules, isolates: null }),
    previewHost: new RunnerPreviews({}, state, isolates),
    memory,
    newEpoch: () => crypto.randomUUID(),
    pruneSoon: () => undefined,
    endForsakenAt: () => undefined,
    onFatal: (error) => failures.push(error),
  });
  const attach = (known: string | null = null): Promise<TestTerminal> => attachTo(session, known);
  const check = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  return { session, terminal: await attach(epoch), attach: () => attach(), check };
}

async function attachTo(session: Session, epoch: string | null): Promise<TestTerminal> {
  const terminal = new TestTerminal();
  const port = {
    send: (bytes: Uint8Array) => terminal.receive(bytes),
    close: (code: number, reason: string) => terminal.lost({ code, reason }),
    save: () => undefined,
  };
  const connection = session.connect(port, { role: 'owner', session: 'main' });
  terminal.connect({
    send: (data) => queueMicrotask(() => typeof data !== 'string' && connection.receive(data)),
    close: () => connection.closed(),
  });
  terminal.hello(epoch === null ? {} : { epoch, from: 1 });
  await terminal.server('welcome');
  return terminal;
}
