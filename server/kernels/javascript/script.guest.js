/**
 * What a script finds beyond what inputs find: CommonJS, `process` with arguments, standard input and an end.
 * Evaluated once in the fresh instance that runs the script; answers the function that runs it.
 */
(exit, fail, compile, textOf, requireSymbol, giveResult, encodePlain, decodePlain) => {
  const { process } = globalThis;
  const EventEmitter = require('events');
  const builtIn = require;
  const loaded = new Map();

  /** The exports of the module at `path`; circles see what is there so far, as in node. */
  const load = (path) => {
    const known = loaded.get(path);
    if (known !== undefined) return known.exports;
    const filename = `/home/user/${path}`;
    const module = { exports: {}, id: filename, filename, loaded: false, children: [], paths: [] };
    loaded.set(path, module);
    const text = textOf(path);
    if (text !== undefined) module.exports = JSON.parse(text);
    else
      compile(path).call(module.exports, module.exports, resolve, module, filename, filename.replace(/\/[^/]*$/, ''));
    module.loaded = true;
    return module.exports;
  };
  const resolve = (specifier) => {
    if (typeof specifier === 'string' && specifier.startsWith('/')) return load(specifier.slice(1));
    return builtIn(specifier);
  };
  Object.defineProperty(globalThis, Symbol.for(requireSymbol), { value: load });

  const statusOf = (code) => {
    const status = Number(code ?? 0);
    return Number.isInteger(status) ? status & 0xff : 1;
  };
  /** What is wanted beside the exit status (server/programs/program.ts), and what there is of it. */
  let wanted = null;
  let found = null;
  let name = '';
  const takeDefault = async () => {
    if (wanted === null || found === null) return;
    const { value } = found;
    if (wanted.parameters === null) {
      found.value = await value;
      return;
    }
    found = null;
    found = { value: await value(...decodePlain(wanted.parameters)) };
  };
  const isDefault = (value) => {
    found = { value };
  };

  let isExiting = false;
  const announceExit = () => {
    if (!isExiting) {
      isExiting = true;
      process.emit('exit', statusOf(process.exitCode));
      if (wanted !== null && found !== null) giveResult(`{"value":${encodePlain(found.value, name)}}`);
    }
    return statusOf(process.exitCode);
  };
  /** The host ends the script at its next poll. */
  const stop = () => {
    for (;;);
  };
  const guarded = (callback) =>
    typeof callback !== 'function'
      ? callback
      : function (...parameters) {
          try {
            return Reflect.apply(callback, this, parameters);
          } catch (error) {
            fail(error);
            return stop();
          }
        };
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) {
    const native = globalThis[name];
    globalThis[name] = (callback, ...rest) => native(guarded(callback), ...rest);
  }
  const { nextTick } = process;

  const readInput = async function* () {
    const { body } = await fetch('file:///dev/stdin');
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      await reader.cancel();
    }
  };
  const makeInput = () => {
    const input = new EventEmitter();
    let decoder = null;
    let isFlowing = false;
    const chunks = async function* () {
      for await (const chunk of readInput()) {
        const content = decoder === null ? chunk : decoder.decode(chunk, { stream: true });
        if (content.length > 0) yield content;
      }
    };
    const flow = async () => {
      if (isFlowing) return;
      isFlowing = true;
      for await (const chunk of chunks()) input.emit('data', chunk);
      input.emit('end');
      input.emit('close');
    };
    const { on } = EventEmitter.prototype;
    return Object.assign(input, {
      fd: 0,
      isTTY: false,
      readable: true,
      setEncoding(encoding) {
        decoder = new TextDecoder(encoding);
        return input;
      },
      on(name, listener) {
        on.call(input, name, listener);
        if (name === 'data') void flow();
        return input;
      },
      resume() {
        void flow();
        return input;
      },
      [Symbol.asyncIterator]: chunks,
    });
  };

  return async (json) => {
    const program = JSON.parse(json);
    const { entry, format, args, env } = program;
    wanted = program.wanted;
    name = wanted?.parameters === null ? `the default export of ${entry}` : 'the result';
    Object.setPrototypeOf(process, EventEmitter.prototype);
    EventEmitter.call(process);
    let stdin;
    Object.defineProperty(process, 'stdin', {
      get() {
        stdin ??= makeInput();
        return stdin;
      },
      configurable: true,
      enumerable: true,
    });
    Object.assign(process, {
      argv: ['spawnpoint-cf', `/home/user/${entry}`, ...args],
      env,
      nextTick: (callback, ...rest) => nextTick(guarded(callback), ...rest),
      exit(code = process.exitCode) {
        process.exitCode = code;
        exit(announceExit());
        stop();
      },
    });
    if (format === 'esm') {
      const module = await import(`/${entry}`);
      await module.default(isDefault);
    } else {
      const [resolveEntry, body] = load(entry);
      const filename = `/home/user/${entry}`;
      const module = { exports: {}, id: '.', filename, loaded: false, children: [], paths: [] };
      const requireOfEntry = (specifier) => resolveEntry(specifier);
      requireOfEntry.main = module;
      const { exports } = module;
      body.call(exports, exports, requireOfEntry, module, filename, filename.replace(/\/[^/]*$/, ''));
      module.loaded = true;
      if (module.exports !== exports || Object.keys(exports).length > 0) isDefault(module.exports);
    }
    await takeDefault();
    return announceExit;
  };
};
