/**
 * Makes the base snapshot: an instance in which Python has started, imported what is often used, and run no guest code.
 * A Worker of its own that the build runs once. The request's body is JSON of `BaseSources`; the answer is the header's
 * length (u32, little endian), the header (JSON of `BaseHeader`) and the memory.
 */

import createGlue from '../../../dist/python/glue.js';
import python from '../../../dist/python/python.wasm';
import sentinel from '../../../dist/python/sentinel.wasm';
import signatures from '../../../dist/python/signatures.wasm';
import trampoline from '../../../dist/python/trampoline.wasm';
import type { BaseHeader } from './base-image.ts';
import { Fetches } from './fetches.ts';
import { Guard } from './guard.ts';
import { hostFunctions } from './host-calls.ts';
import { Interpreter } from './interpreter.ts';
import { MAX_PYTHON_HEAP_BYTES } from './limits.ts';
import { Turn } from './turn.ts';

export interface BaseSources {
  /** Python files by path below the directory of the packages. */
  readonly packages: Readonly<Record<string, string>>;
  /** The standard library, in base64. */
  readonly library: string;
  /** Python that imports and starts everything; its value is JSON of `entries` and `opcodes` of `BaseHeader`. */
  readonly start: string;
}

/** What the guest sees as the time and the chance of its making. Fixed: the same sources give the same bytes. */
const MADE_AT = Date.UTC(2026, 0, 1);
const MADE_WITH = 0x5b;
const PACKAGES = '/lib/spawnpoint';

class FixedDate extends Date {
  constructor(...parameters: [] | [number]) {
    super(parameters.length === 0 ? MADE_AT : parameters[0]);
  }
  static override now(): number {
    return MADE_AT;
  }
}

export default {
  async fetch(request: Request): Promise<Response> {
    const sources: BaseSources = await request.json();
    try {
      return new Response(await makeBase(sources));
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? error.message) : String(error), { status: 500 });
    }
  },
};

async function makeBase(sources: BaseSources): Promise<Uint8Array> {
  const turn = new Turn(() => MADE_AT);
  const unavailable = () => {
    throw new Error('nothing is available while the base snapshot is made');
  };
  const guard = new Guard(
    hostFunctions({
      turn,
      fetches: new Fetches(unavailable, () => {}),
      keyValues: unavailable,
      setSource: unavailable,
      protectStack: unavailable,
      installPackages: unavailable,
    }),
  );
  guard.isOpen = true;
  let printed = '';
  const interpreter = await Interpreter.create({
    modules: { createGlue, python, sentinel, signatures, trampoline, sideModules: {} },
    library: Uint8Array.from(atob(sources.library), (letter) => letter.charCodeAt(0)),
    maxHeapBytes: MAX_PYTHON_HEAP_BYTES,
    guard,
    globals: {
      Date: FixedDate as DateConstructor,
      performance: { now: () => 0 },
      crypto: { getRandomValues: (view) => view.fill(MADE_WITH) },
      console,
    },
    prepareFiles: ({ FS }) => {
      for (const [path, source] of Object.entries(sources.packages)) {
        const file = `${PACKAGES}/${path}`;
        FS.mkdirTree(file.slice(0, file.lastIndexOf('/')));
        FS.writeFile(file, new TextEncoder().encode(source));
      }
    },
    write: (_descriptor, bytes) => {
      printed += new TextDecoder().decode(bytes);
    },
  });
  interpreter.registerHost('_spawnpoint_calls');
  const started: Pick<BaseHeader, 'entries' | 'opcodes'> = JSON.parse(String(interpreter.run(sources.start)));
  if (printed !== '') throw new Error(`something was printed while the base snapshot was made: ${printed}`);
  for (const address of Object.values(started.entries)) interpreter.keepForEver(address);
  interpreter.clearDeadStack();
  const memory = interpreter.module.HEAPU8;
  const header: BaseHeader = { memoryBytes: memory.byteLength, tables: interpreter.tables, ...started };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(4 + headerBytes.byteLength + memory.byteLength);
  new DataView(file.buffer).setUint32(0, headerBytes.byteLength, true);
  file.set(headerBytes, 4);
  file.set(memory, 4 + headerBytes.byteLength);
  return file;
}
