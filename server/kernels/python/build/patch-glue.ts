/**
 * Makes of Pyodide's glue a module that a Worker can run and a guest cannot leave.
 *
 * - Nothing is compiled at run time: what the glue would compile comes from modules of the build, and `eval` throws.
 * - The glue sees the language and what the caller hands in, no other globals.
 * - What Python does to a JavaScript object goes through the caller's guard.
 *
 * Every patch says how often it must fit, so that another version of Pyodide fails the build instead of half working.
 */

import { freeNames } from './free-names.ts';

export interface PatchedGlue {
  /** A module whose default export is `CreateGlue` of glue.ts. */
  readonly source: string;
  /** The bytes of the module by which the glue calls Python functions of any signature. */
  readonly trampoline: Uint8Array;
}

/** What the caller hands in. */
const GIVEN = ['Date', 'crypto', 'performance', 'console'];

const LANGUAGE = new Set(
  `Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Error EvalError FinalizationRegistry Float32Array
  Float64Array Function Infinity Int16Array Int32Array Int8Array JSON Map Math NaN Number Object Promise Proxy RangeError
  ReferenceError Reflect RegExp Set String Symbol SyntaxError TextDecoder TextEncoder TypeError URIError Uint16Array
  Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WebAssembly isFinite isNaN parseFloat parseInt
  arguments undefined eval globalThis`.split(/\s+/),
);

/** Hidden even if the glue seems to declare them itself. */
const NEVER = [
  'fetch',
  'WebSocket',
  'WebSocketPair',
  'EventSource',
  'caches',
  'scheduler',
  'self',
  'global',
  'process',
];

/** Throws when a patch fits more or less often than is known of the version that this was written for. */
export function patchGlue(original: string): PatchedGlue {
  const trampoline = /new WebAssembly\.Module\(hexStringToUTF8Array\("([0-9a-f]+)"\)\)/.exec(original)?.[1] ?? '';
  const hidden = [...freeNames(original)].filter((name) => !LANGUAGE.has(name) && !GIVEN.includes(name));
  let source = original;
  for (const [what, from, to, times = 1] of [
    ...CONFINING,
    ...LINKING,
    ...GUARDING,
    ...CLOSED.map(closed),
    ...SOON_CLOSED.map(soonClosed),
  ]) {
    const parts = source.split(from);
    if (parts.length - 1 !== times) {
      throw new Error(
        `Pyodide's glue is not the one that is known: "${what}" was found ${parts.length - 1} times instead of ${times}.`,
      );
    }
    source = parts.join(to);
  }
  return {
    source: `${prologue(new Set([...hidden, ...NEVER]))}${source}\nreturn _createPyodideModule(settings);\n}\n`,
    trampoline: Buffer.from(trampoline, 'hex'),
  };
}

function prologue(hidden: ReadonlySet<string>): string {
  const functions = ['addEventListener', 'removeEventListener', 'clearTimeout', 'clearInterval', 'clearImmediate'];
  return `export default function createGlue(settings,given){
const {${GIVEN.join(',')}}=given;
let ${[...hidden].filter((name) => !functions.includes(name)).join(',')};
const globalThis={__proto__:null,WebAssembly,TextDecoder,TextEncoder,${GIVEN.join(',')}};
${functions.map((name) => `function ${name}(){}`).join('')}
function refuseEval(){throw new Error("eval is not available")}
function refuseImport(){throw new Error("modules are not available")}
`;
}

/** EROFS. */
const SEALED = 'if(Module.isSealed)throw new FS.ErrnoError(69);';
/** What a pipe holds before writing to it fails, and what one write takes at most. */
const PIPE_BYTES = 32_768;

type Patch = readonly [what: string, from: string | RegExp, to: string, times?: number];

const CONFINING: readonly Patch[] = [
  ['trampoline', /new WebAssembly\.Module\(hexStringToUTF8Array\("[0-9a-f]+"\)\)/, 'Module.precompiled.trampoline'],
  ['feature test', 'new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0]))', ''],
  [
    'functions for the table',
    'var convertJsFunctionToWasm=(func,sig)=>{',
    'var convertJsFunctionToWasm=(func,sig)=>{return Module.precompiled.wrapFunction(func,sig);',
  ],
  ['side module of bytes, at once', 'new WebAssembly.Module(binary)', 'refuseEval()'],
  [
    'side module of bytes, later',
    '({module:binary,instance}=await WebAssembly.instantiate(binary,info))',
    'refuseEval()',
  ],
  ['heap limit', 'var getHeapMax=()=>4294901760;', 'var getHeapMax=()=>Module.maxHeapBytes;'],
  ['eval', /\beval\((?:func|data|UTF8ToString\(ptr\))\)/, 'refuseEval()', 6],
  ['import', /(?<![\w.$])import\(/, 'refuseImport(', 15],
  ['address of the glue', 'import.meta.url', '"file:///python"', 3],
  ['Node', 'globalThis.process?.versions?.node&&globalThis.process?.type!="renderer"', 'false'],
  ['worker', '!!globalThis.WorkerGlobalScope', 'true'],
  [
    'memory views',
    'function updateMemoryViews(){',
    'Module.updateMemoryViews=updateMemoryViews;function updateMemoryViews(){',
  ],
  // A proxy of a Python object holds `undefined`: it is told like everything else that does not come back.
  [
    'what is stored of references',
    /if\(!\["object","function"\]\.includes\(typeof l\)\)throw new Error\([^)]*\);if\(l===null\)/,
    'if(l===null||l===undefined)',
  ],
  // As a shell tells of a process that ends so.
  ['abort', 'var __abort_js=()=>abort("");', 'var __abort_js=()=>{throw new ExitStatus(134)};'],
  // The frames of the REPL would be among them.
  ['frames of a crash', 'e||_dump_traceback();', ''],
  // Each boot would bind it in the namespace of the user.
  ['import of the core', 'API.rawRun("import _pyodide_core")', 'API.rawRun("__import__(\'_pyodide_core\')")'],
  ['export', 'export default _createPyodideModule;', ''],
];

/** Side modules are those of the build, and are given the same places after a restore (linker.ts). */
const LINKING: readonly Patch[] = [
  [
    'open a library',
    'return dlopenInternal(handle,{loadAsync:false})}',
    'return Module.linker.step(handle,null,()=>dlopenInternal(handle,{loadAsync:false}))}Module.openLibrary=__dlopen_js;',
  ],
  [
    'find a function of a library',
    'result=addFunction(result,result.sig);HEAPU32',
    'result=Module.linker.step(handle,symbol,()=>addFunction(result,result.sig));HEAPU32',
  ],
  [
    'find it again',
    'function __dlsym_js(handle,symbol,symbolIndex){',
    `Module.addressOf=(handle,symbol)=>{var found=LDSO.loadedLibsByHandle[handle].exports[symbol];
return Module.linker.step(handle,symbol,()=>addFunction(found,found.sig))};function __dlsym_js(handle,symbol,symbolIndex){`,
  ],
  [
    'read a library',
    'var f=findLibraryFS(libName,flags.rpath);if(f){var libData=FS.readFile(f,{encoding:"binary"});return',
    `var f=Module.linker.isAgain||findLibraryFS(libName,flags.rpath);
if(f){var libData=Module.linker.library(libName,()=>FS.readFile(f,{encoding:"binary"}));return`,
  ],
  [
    'take a library that was read',
    'var libData=HEAP8.slice(data,data+dataSize);',
    'var libData=Module.linker.library(libName,()=>HEAPU8.slice(data,data+dataSize));',
  ],
  [
    'place its data',
    'alignMemory(getMemory(metadata.memorySize+memAlign),memAlign):0',
    'Module.linker.memoryBase(()=>alignMemory(getMemory(metadata.memorySize+memAlign),memAlign)):0',
  ],
  [
    'place its functions',
    'var tableBase=metadata.tableSize?wasmTable.length:0;',
    'var tableBase=Module.linker.tableBase(metadata.tableSize?wasmTable.length:0);',
  ],
  [
    'make room for its functions',
    'wasmTable.grow(metadata.tableSize)',
    'wasmTable.grow(Math.max(0,tableBase+metadata.tableSize-wasmTable.length))',
  ],
  [
    'place other functions',
    'if(freeTableIndexes.length){return freeTableIndexes.pop()}return wasmTable["grow"](1)}',
    'return Module.linker.slot(wasmTable,freeTableIndexes)}',
  ],
  [
    'make room for a callback',
    'function ffi_closure_alloc_js(size,code){var closure=_malloc(size);var index=getEmptyTableSlot();',
    `function ffi_closure_alloc_js(size,code){if(!Module.linker.mayCallBack(freeTableIndexes))return 0;
var closure=_malloc(size);var index=Module.linker.callback(getEmptyTableSlot());`,
  ],
  [
    'make a callback',
    'try{var wasm_trampoline=convertJsFunctionToWasm(trampoline,sig)}',
    'if(!Module.linker.isCallback(codeloc))return 1;try{var wasm_trampoline=convertJsFunctionToWasm(trampoline,sig)}',
  ],
  [
    'start it',
    'new WebAssembly.Instance(module,info)',
    'Module.linker.instantiate(module,info,HEAPU8,[memoryBase,metadata.memorySize])',
  ],
  [
    'write its addresses',
    'var applyRelocs=moduleExports["__wasm_apply_data_relocs"];',
    'var applyRelocs=Module.linker.isAgain?null:moduleExports["__wasm_apply_data_relocs"];',
  ],
  [
    'run its constructors',
    'var init=moduleExports["__wasm_call_ctors"];',
    'var init=Module.linker.isAgain?null:moduleExports["__wasm_call_ctors"];',
  ],
];

/** What Python does to JavaScript objects. */
const GUARDING: readonly Patch[] = [
  [
    'get an attribute',
    'const result=jsobj[jskey];if(result===undefined&&!(jskey in jsobj)){return Module.error}return result',
    'const result=Module.guard.get(jsobj,jskey);return result===undefined?Module.error:result',
  ],
  ['set an attribute', 'jsobj[jskey]=jsval', 'Module.guard.set(jsobj,jskey,jsval)'],
  ['delete an attribute', 'delete jsobj[jskey]', 'Module.guard.refuse()'],
  [
    'list attributes',
    'function JsProxy_Dir_js(jsobj){try{',
    'function JsProxy_Dir_js(jsobj){try{return Module.guard.names(jsobj);',
  ],
  ['set a property', 'try{obj[attr]=value}', 'try{Module.guard.refuse()}'],
  ['set an item', 'else{obj[key]=value}return 0', 'else{Module.guard.refuse()}return 0'],
  ['delete an item', 'return-1}delete obj[key]}', 'return-1}Module.guard.refuse()}'],
  ['call a method', 'return obj[meth](...args)}', 'return Module.guard.callMethod(obj,meth,args)}'],
  ['call a method without arguments', 'return obj[meth]()}', 'return Module.guard.callMethod(obj,meth,[])}'],
  ['call a method with one argument', 'return obj[meth](arg)}', 'return Module.guard.callMethod(obj,meth,[arg])}'],
  [
    'call a method with two arguments',
    'return obj[meth](arg1,arg2)}',
    'return Module.guard.callMethod(obj,meth,[arg1,arg2])}',
  ],
  [
    'call a function',
    'return Function.prototype.apply.apply(func,[this_,args])',
    'return Module.guard.call(func,args)',
  ],
  ['call a function with one argument', 'try{return func(arg)}', 'try{return Module.guard.call(func,[arg])}'],
  ['construct', 'return Reflect.construct(func,args)', 'return Module.guard.refuse()'],
  ['call without arguments', 'function raw_call_js(func){func()}', 'function raw_call_js(func){Module.guard.refuse()}'],
  ['no frames of the host in tracebacks', 'try{r=nt.parse(t)}', 'try{throw 0}'],
  // `poll` is the system call that suspends: the host's functions that take time are waited for by it.
  ['wait in a system call', 'if(!Module.SOCKFS.pollAsync){return null}', 'return Module.guard.suspend();'],
  ['wait for a promise', 'try{return await(x??y)}', 'try{return await Module.guard.wait(x??y)}'],
  // Python may write any number over the one by which it knows an object: these stand at numbers that are known.
  [
    'objects that are always there',
    'return[null,API.config.jsglobals,API.public_api,API,me,API,{}]',
    'return Module.guard.known([null,API.config.jsglobals,API.public_api,API,me,API,{}])',
  ],
  // A signal handler of the guest's own may never come back: the poll can end the instance.
  ['poll', 'return result}catch(e){return 0}}_Py_Check', 'return result}catch(e){throw e}}_Py_Check'],
  // Beside the session's files there are those that the interpreter started with. They are no part of what is stored.
  [
    'make a file',
    'createNode(parent,name,mode,dev){if(FS.isBlkdev',
    `createNode(parent,name,mode,dev){${SEALED}if(FS.isBlkdev`,
  ],
  ['grow a file', 'expandFileStorage(node,newCapacity){', `expandFileStorage(node,newCapacity){${SEALED}`],
  ['resize a file', 'resizeFileStorage(node,newSize){', `resizeFileStorage(node,newSize){${SEALED}`],
  ['open files', 'MAX_OPEN_FDS:4096', 'MAX_OPEN_FDS:512'],
  [
    'fill a pipe',
    'write(stream,buffer,offset,length,position){var pipe=stream.node.pipe;',
    `write(stream,buffer,offset,length,position){var pipe=stream.node.pipe;length=Math.min(length,${PIPE_BYTES});
if(pipe.buckets.length*PIPEFS.BUCKET_BUFFER_SIZE>=${PIPE_BYTES})throw new FS.ErrnoError(6);`,
  ],
  // As `stat` tells it: the numbers of a listing are those of the files, not of what stands for them here.
  ['number of a listed file', 'id=child.id;type=', 'id=child.node_ops.getattr?.(child).ino??child.id;type='],
  [
    'timers of the process',
    'var __setitimer_js=(which,timeout_ms)=>{',
    'var __setitimer_js=(which,timeout_ms)=>{return -1;',
  ],
];

/**
 * What Python can make or read of JavaScript without a call: containers, own properties, iterators, buffers. What it held
 * of them would be counted nowhere.
 */
const CLOSED = `JsvArray_Set JsvArray_Delete JsvArray_Insert JsvArray_ShallowCopy JsvArray_slice JsvArray_slice_assign
  JsArray_repeat_js JsArray_inplace_repeat_js JsArray_index_js JsArray_count_js JsArray_reverse_js _JsArray_PushEntry_helper
  JsvObject_Entries JsvObject_Keys JsvObject_Values _JsObject_Set_js JsvLiteralMap_New JsvMap_Set JsvSet_New
  JsvSet_Add JsObjMap_GetIter_js JsObjMap_length_js JsObjMap_subscript_js JsObjMap_ass_subscript_js JsObjMap_contains_js
  JsMap_GetIter_js JsMap_clear_js JsProxy_GetIter_js JsProxy_GetAsyncIter_js JsProxy_subscript_js JsProxy_exit_js
  JsProxy_aexit_js JsProxy_to_weakref_js JsModule_GetAll_js JsvPromise_Resolve JsvBuffer_assignFromPtr
  JsvBuffer_readFromFile JsvBuffer_writeToFile JsvBuffer_intoFile JsBuffer_DecodeString_js wrap_generator
  wrap_async_generator handle_next_result_js _agen_handle_result_js create_once_callable create_promise_handles
  get_async_js_call_done_callback js2python_convert _python2js_buffer_inner _python2js_add_to_cache
  python2js_custom__create_jscontext`.split(/\s+/);

/** What Pyodide itself still does when an instance starts from a heap. */
const SOON_CLOSED = ['pyproxy_new', 'pyproxy_new_ex'];

function closed(name: string): Patch {
  return [name, startOf(name), 'Module.guard.confine();'];
}

function soonClosed(name: string): Patch {
  return [name, startOf(name), 'if(Module.isSealed)Module.guard.confine();'];
}

function startOf(name: string): RegExp {
  return new RegExp(`(?<=function ${name}\\([\\w,]*\\)\\{try\\{)`);
}
