/**
 * Makes the base snapshot. A Worker of its own that the build runs once: Node cannot compile all of the extensions.
 * The request's body is JSON of `BaseSources`; the answer is the file that base-image.ts describes.
 */

import { CompileFlags, EvalFlags, JSValueHandle, type QuickJS } from 'quickjs-wasi';
import { encodeBaseImage } from './base-image.ts';
import { Engine } from './engine.ts';
import { engineModules } from './engine-modules.ts';
import { HOST_CALLS, HOST_GLOBAL } from './guest/host-calls.ts';
import { GUEST_ENTRIES, SCOPE_ENTRIES } from './guest-handles.ts';
import { MARKS_END } from './write-marks-layout.ts';

export interface BaseSources {
  /** The prelude: a script whose completion value is a `GuestEntry`. */
  readonly guest: string;
  /** The top-level scope: a function expression of `lexicals` that returns a `ScopeEntry`. */
  readonly scope: string;
}

/** What the guest sees as the time and the chance of its making. Fixed: the same sources give the same bytes. */
const MADE_AT = Date.UTC(2026, 0, 1);
const MADE_WITH = 0x5b;

export default {
  async fetch(request: Request): Promise<Response> {
    const sources: BaseSources = await request.json();
    try {
      return new Response(await makeBase(sources));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};

async function makeBase(sources: BaseSources): Promise<Uint8Array> {
  const engine = await newEngine();
  const { vm, polls } = engine;
  polls.beginPlain();
  const lexicals = findLexicals(engine);
  const host = vm.newObject();
  for (const name of HOST_CALLS)
    host.setProp(
      name,
      vm.newFunction(name, () => vm.undefined),
    );
  host.setProp('lexicals', lexicals);
  vm.global.setProp(HOST_GLOBAL, host);
  const guest = load(engine, await compile(sources.guest, 'spawnpoint:guest'));
  const openScope = load(engine, await compile(sources.scope, 'spawnpoint:scope'));
  const scope = vm.callFunction(openScope, vm.undefined, lexicals);
  vm.executePendingJobs();
  const handles = { ...exportFunctions(vm, guest, GUEST_ENTRIES), ...exportFunctions(vm, scope, SCOPE_ENTRIES) };
  const shared = addressOf(vm, guest.getProp('shared'));
  host.dispose();
  vm.runGC();
  engine.memory.fill(0, 0, engine.stackPointer);
  return encodeBaseImage({ snapshot: vm.snapshot(), handles, shared });
}

/** Where the bytes of an ArrayBuffer lie. */
function addressOf(vm: QuickJS, buffer: JSValueHandle): number {
  const exports = vm._getExports();
  const length = exports.wasm_malloc(4);
  const address = exports.qjs_get_array_buffer(buffer.ptr, length);
  exports.wasm_free(length);
  buffer.dispose();
  if (address === 0) throw new Error('the guest shares no numbers');
  return address;
}

function newEngine(): Promise<Engine> {
  return Engine.create({
    modules: engineModules,
    now: () => MADE_AT,
    randomBytes: (length) => new Uint8Array(length).fill(MADE_WITH),
    yieldControl: async () => {},
    moduleLoader: { normalize: (_base, specifier) => specifier, load: () => '' },
    onRejection: () => {},
  });
}

/**
 * Bytecode without the source text, which would be most of the snapshot. It is made in an instance of its own: what the
 * compiler needs for a moment would stay in the memory for ever.
 */
async function compile(source: string, filename: string): Promise<Uint8Array> {
  const { vm, polls } = await newEngine();
  polls.beginPlain();
  return vm.compile(source, filename, EvalFlags.TYPE_GLOBAL, CompileFlags.STRIP_SOURCE);
}

/** Where no stack of the loading reaches. */
const BYTECODE_AT = MARKS_END;
const STACK_BYTES = 262_144 + 65_536;

/**
 * Runs bytecode that lies in dead stack meanwhile: in the heap it would leave a hole, which is compared with every snapshot.
 */
function load({ vm, memory, stackPointer }: Engine, bytecode: Uint8Array): JSValueHandle {
  if (BYTECODE_AT + bytecode.byteLength > stackPointer - STACK_BYTES) throw new Error('the prelude is too large');
  memory.set(bytecode, BYTECODE_AT);
  const exports = vm._getExports();
  const result = new JSValueHandle(vm, exports.qjs_eval_bytecode(BYTECODE_AT, bytecode.byteLength));
  if (exports.qjs_is_exception(result.ptr) !== 0) throw new Error(`the prelude threw ${vm.getException().toString()}`);
  return result;
}

function exportFunctions(vm: QuickJS, entry: JSValueHandle, names: readonly string[]): Record<string, number> {
  const handles: Record<string, number> = {};
  for (const name of names) {
    const handle = entry.getProp(name);
    if (!handle.isFunction) throw new Error(`the guest has no entry point ${name}`);
    handles[name] = vm.exportHandle(handle);
  }
  return handles;
}

const OBJECT_TAG = -1;
const CONTEXT_BYTES = 2_048;

/**
 * The record of the global lexical bindings. It is a field of QuickJS's context that no function gives out: the field is
 * found by a binding made for the purpose.
 */
function findLexicals(engine: Engine): JSValueHandle {
  const { vm } = engine;
  const probe = 'spawnpointProbe';
  vm.evalCode(`let ${probe}`).dispose();
  const start = vm._getExports().qjs_get_context_ptr();
  const view = new DataView(engine.memory.buffer, start, CONTEXT_BYTES);
  for (let offset = 0; offset < CONTEXT_BYTES; offset += 8) {
    if (view.getInt32(offset + 4, true) !== OBJECT_TAG) continue;
    const candidate = vm.importHandle(start + offset);
    if (candidate.getOwnPropertyNames().includes(probe)) {
      const remove = vm.evalCode('(record, name) => delete record[name]');
      vm.callFunction(remove, vm.undefined, candidate, vm.newString(probe)).dispose();
      return candidate;
    }
    candidate.dispose();
  }
  throw new Error('the record of the global lexical bindings was not found in the context of QuickJS');
}
