/** `WebAssembly` of a guest: what the platform refuses is refused with what to do instead. */

const advice =
  'no WebAssembly is compiled here while code runs: keep it in a .wasm file and import that ' +
  '(import module from "./file.wasm"; new WebAssembly.Instance(module, imports))';

/** Changes the errors of what compiles bytes; all else is as the platform has it. */
export function explainWebAssembly() {
  const { CompileError, Module, compile, instantiate } = WebAssembly;
  const explained = (error, name) =>
    error instanceof CompileError && error.message.includes('disallowed by embedder')
      ? new CompileError(`WebAssembly.${name}(): ${advice}`)
      : error;
  const waiting = (name, action) =>
    Object.defineProperty(
      async (...args) => {
        try {
          return await action(...args);
        } catch (error) {
          throw explained(error, name);
        }
      },
      'name',
      { value: name },
    );
  WebAssembly.compile = waiting('compile', compile);
  WebAssembly.instantiate = waiting('instantiate', instantiate);
  WebAssembly.Module = new Proxy(Module, {
    construct(target, args, newTarget) {
      try {
        return Reflect.construct(target, args, newTarget);
      } catch (error) {
        throw explained(error, 'Module');
      }
    },
  });
}
