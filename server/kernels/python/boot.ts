/** Puts an interpreter together with what it may reach: from the base snapshot, or from a stored heap. */

import type { FileSystem } from '../../files/file-system.ts';
import { EngineGoneError, type KernelHost, type StoredHeap as Stored } from '../kernel.ts';
import { type BaseHeader, unpackBase } from './base-image.ts';
import { Checks } from './checks.ts';
import type { MountedFiles } from './driver.ts';
import { type Assets, loadBaseHeader, loadModules, openAsset } from './engine-modules.ts';
import { Fetches } from './fetches.ts';
import { mountSessionFiles } from './files/mount.ts';
import type { GlueGlobals, Image } from './glue.ts';
import { Guard, HostError } from './guard.ts';
import { hostFunctions } from './host-calls.ts';
import { Interpreter } from './interpreter.ts';
import { MAX_PYTHON_HEAP_BYTES } from './limits.ts';
import type { Linking, SideModules } from './linker.ts';
import { Output } from './output.ts';
import { type InstallRequest, installPackages } from './packages/install.ts';
import { StoredHeap } from './stored-heap.ts';
import { Turn } from './turn.ts';

/** What the server gives all Python kernels. */
export interface PythonServices {
  readonly assets: Assets;
  /** Address of the index that packages are installed from, as pip takes it. */
  readonly packageIndex: string;
  /** The way to the index and the files that it names. */
  fetchPackage(request: Request): Promise<Response>;
}

/** A started interpreter and everything that belongs to it. */
export interface Parts {
  readonly interpreter: Interpreter;
  readonly entries: BaseHeader['entries'];
  readonly heap: StoredHeap;
  readonly turn: Turn;
  readonly fetches: Fetches;
  readonly output: Output;
  readonly files: MountedFiles;
  readonly clock: MonotonicClock;
}

/** Python's monotonic clock: it stands still while the heap is not live. */
class MonotonicClock {
  readonly #now: () => number;
  #origin: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#origin = now();
  }

  /** Milliseconds. */
  now(): number {
    return this.#now() - this.#origin;
  }

  goOnFrom(milliseconds: number): void {
    this.#origin = this.#now() - milliseconds;
  }
}

/** Without `stored`, a fresh session. `onSettled` is called when something settled outside. */
export async function bootInterpreter(
  services: PythonServices,
  host: KernelHost,
  stored: Stored | undefined,
  onSettled: () => void,
): Promise<Parts> {
  const { assets } = services;
  const [modules, header, library] = await Promise.all([
    loadModules(),
    loadBaseHeader(assets),
    openAsset(assets, 'library.zip').then((response) => response.arrayBuffer()),
  ]);
  const turn = new Turn(() => host.now());
  const output = new Output(turn);
  const clock = new MonotonicClock(() => host.now());
  const fetches = new Fetches((request) => host.fetch(request), onSettled);
  let interpreter: Interpreter | undefined;
  let heap: StoredHeap | undefined;
  let files: MountedFiles | undefined;
  const guard = new Guard(
    hostFunctions({
      turn,
      fetches,
      keyValues: () => {
        if (!turn.io) throw new HostError('the key-value store can only be used while an input or a task runs');
        return turn.io.kv;
      },
      setSource: (input) => {
        output.input = input;
      },
      protectStack: () => interpreter?.protectStack(),
      installPackages: async (text) => {
        const request: InstallRequest = JSON.parse(text);
        const { packageIndex: index, fetchPackage: fetch } = services;
        const files = reachableFiles(turn, host);
        return JSON.stringify(await installPackages(request, { index, fetch, files, compiled: modules.wheels }));
      },
    }),
    (work) => turn.waitFor(work),
  );
  const checks = new Checks(modules.checkCounter, turn);
  turn.countWith(checks.left);
  const image: Image = {
    memoryBytes: header.memoryBytes,
    opcodes: header.opcodes,
    async fill(memory) {
      const { body } = await openAsset(assets, 'base.bin');
      if (!body) throw new Error('the base snapshot is empty');
      await unpackBase(body, new Uint8Array(memory.buffer, 0, header.memoryBytes));
      heap = new StoredHeap(memory, modules.pageHasher);
      heap.restore(stored?.deltas ?? []);
      const { beside } = heap;
      if (!beside) return { tables: header.tables, linking: null };
      clock.goOnFrom(beside.monotonic + (stored?.ran ?? 0));
      fetches.startAfter(beside.lastFetch);
      requireModules(beside.linking, modules.sideModules);
      return { tables: beside.tables, linking: beside.linking };
    },
  };
  interpreter = await Interpreter.create(
    {
      modules,
      library: new Uint8Array(library),
      maxHeapBytes: MAX_PYTHON_HEAP_BYTES,
      guard,
      checks,
      globals: globals(host, clock),
      prepareFiles: (module) => {
        files = mountSessionFiles(module, () => reachableFiles(turn, host));
      },
      write: (descriptor, bytes) => output.write(descriptor, bytes),
    },
    image,
  );
  if (!heap || !files) throw new Error('the interpreter did not start');
  return { interpreter, entries: header.entries, heap, turn, fetches, output, files, clock };
}

/** A heap opens only with the compiled code that it was linked with. */
function requireModules({ steps }: Linking, present: SideModules): void {
  for (const { sha256 } of steps.flatMap(({ modules }) => modules)) {
    if (!Object.hasOwn(present, sha256)) throw new EngineGoneError(`with the side module ${sha256}`, 'without it');
  }
}

/** Between turns, questions look at the files as they are. */
function reachableFiles({ io }: Turn, host: KernelHost): FileSystem {
  return io?.files ?? host.files;
}

function globals(host: KernelHost, clock: MonotonicClock): GlueGlobals {
  const silent = () => {};
  return {
    Date: dateOf(host),
    performance: { now: () => clock.now() },
    crypto: {
      getRandomValues(view) {
        view.set(host.randomBytes(view.byteLength));
        return view;
      },
    },
    console: { log: silent, warn: silent, error: silent },
  };
}

/** `Date` by the host's clock. */
function dateOf(host: KernelHost): DateConstructor {
  class HostDate extends Date {
    constructor(...parameters: number[]) {
      super(...((parameters.length === 0 ? [host.now()] : parameters) as [number]));
    }
    static override now(): number {
      return host.now();
    }
  }
  return HostDate as unknown as DateConstructor;
}
