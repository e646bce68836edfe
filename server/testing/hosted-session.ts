/** For tests in workerd: a session core on a Durable Object's storage, and a terminal on a line within the isolate. */

import { DurableDatabase } from '../durable-database.ts';
import { javascriptFactory } from '../kernels/javascript/factory.ts';
import { isolateMemory } from '../memory.ts';
import { LoaderRunner } from '../programs/loader-runner.ts';
import { remoteModules } from '../programs/package-cdn.ts';
import { Session } from '../session/session.ts';
import { systemClock } from '../system-clock.ts';
import { TestTerminal } from './terminal.ts';

export interface HostedSession {
  readonly session: Session;
  readonly terminal: TestTerminal;
  /** Throws what the session ended of, if it did. */
  check(): void;
}

/**
 * Opens the session that is stored in `state`, as its object does. `epoch` of the log that the client knows, if any;
 * `fetched` answers its guests' requests.
 */
export async function hostSession(
  state: DurableObjectState,
  epoch: string | null = null,
  fetched: (request: Request) => Promise<Response> = (request) => fetch(request),
): Promise<HostedSession> {
  const failures: unknown[] = [];
  const database = new DurableDatabase(state.storage);
  const session = new Session({
    version: 'a test',
    database,
    clock: systemClock,
    kernels: [javascriptFactory],
    host: {
      now: () => Date.now(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      fetch: fetched,
    },
    runner: new LoaderRunner({ env: {}, context: state, clock: systemClock, modules: remoteModules({}, database) }),
    memory: isolateMemory,
    newEpoch: () => crypto.randomUUID(),
    pruneSoon: () => undefined,
    onFatal: (error) => failures.push(error),
  });
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
  const check = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  return { session, terminal, check };
}
