/** For tests in workerd: programs in kernels of their own, in a session that is nothing but its files. */

import { env, runInDurableObject } from 'cloudflare:test';
import { DurableDatabase } from '../../durable-database.ts';
import { OPEN_LIST } from '../../egress/network-list.ts';
import { FileStore } from '../../files/file-store.ts';
import { LargeFiles } from '../../files/large-files.ts';
import { Orphans } from '../../files/orphans.ts';
import type { KernelFactory } from '../../kernels/kernel.ts';
import { MemoryBudget } from '../../memory.ts';
import { ProgramFiles } from '../../session/program-files.ts';
import { migrate } from '../../session/schema.ts';
import { systemClock } from '../../system-clock.ts';
import { KernelRunner } from '../kernel-runner.ts';
import type { ProgramExit } from '../program.ts';
import { RemoteModules } from '../remote-modules.ts';

type Files = Readonly<Record<string, string>>;

export interface KernelProgram {
  /** What the client sends; the first is the entry unless `entry` says otherwise. */
  readonly sources?: Files;
  /** The session's files. */
  readonly files?: Files;
  readonly entry?: string;
  readonly args?: readonly string[];
  readonly env?: Files;
  readonly stdin?: string;
  readonly timeoutSeconds?: number;
  /** Called when there is more output. */
  readonly onOutput?: (stdout: string, kill: () => void) => void;
  readonly memory?: MemoryBudget;
  readonly fetch?: (request: Request) => Promise<Response>;
}

export interface KernelProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: ProgramExit;
  /** What it left in the session, if it ended by itself. */
  readonly files: Files;
}

let sessions = 0;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Runs a program to its end, in a session of its own. */
export function runInKernel(factory: KernelFactory, program: KernelProgram): Promise<KernelProgramResult> {
  sessions += 1;
  const stub = env.STORAGE.get(env.STORAGE.idFromName(`programs ${factory.name} ${sessions}`));
  return runInDurableObject(stub, (_, state) => run(factory, program, state));
}

async function run(
  factory: KernelFactory,
  program: KernelProgram,
  state: DurableObjectState,
): Promise<KernelProgramResult> {
  const database = new DurableDatabase(state.storage);
  migrate(database);
  const store = new FileStore(database, Date.now);
  const own = store.open();
  for (const [path, text] of Object.entries(program.files ?? {})) own.files.write(path, encode(text));
  own.commit(store.head + 1);
  const session = new ProgramFiles(
    store,
    (overlay) => overlay.commit(store.head + 1),
    new LargeFiles(env.FILES, new Orphans(database), () => undefined),
  );
  const noNetwork = async (): Promise<Response> => new Response('no network', { status: 404 });
  const runner = new KernelRunner({
    factory,
    host: {
      now: () => Date.now(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      fetch: program.fetch ?? noNetwork,
    },
    clock: systemClock,
    memory: program.memory ?? new MemoryBudget(),
    modules: new RemoteModules({
      database,
      now: () => Date.now(),
      cdn: 'https://cdn.test',
      fetchFromCdn: noNetwork,
      fetchPublic: noNetwork,
    }),
  });
  const written = { stdout: '', stderr: '' };
  const sources = Object.entries(program.sources ?? {}).map(([path, text]) => ({ path, bytes: encode(text) }));
  const started = runner.start(
    {
      id: 1,
      entry: program.entry ?? sources[0]?.path ?? '',
      sources,
      args: program.args ?? [],
      env: program.env ?? {},
      timeoutSeconds: program.timeoutSeconds ?? null,
      network: OPEN_LIST,
    },
    {
      write: (stream, bytes) => {
        written[stream] += new TextDecoder().decode(bytes);
        if (stream === 'stdout') program.onOutput?.(written.stdout, () => started.kill());
      },
      requested: () => undefined,
      backpressure: () => undefined,
      stdin: new Blob([program.stdin ?? '']).stream(),
      session,
    },
  );
  const exit = await started.exit;
  const overlay = exit.kind === 'exit' ? session.take() : null;
  overlay?.commit(store.head + 1);
  session.discard();
  const { files } = store.view('head');
  const found = files.list('').filter(({ kind }) => kind === 'file');
  const left = found.map(({ name }) => [name, new TextDecoder().decode(files.read(name))]);
  return { ...written, exit, files: Object.fromEntries(left) };
}
