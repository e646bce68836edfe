/** What the bundler makes of an import, by the rules in wrangler.toml. */

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*.so' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*.bin' {
  const bytes: ArrayBuffer;
  export default bytes;
}
