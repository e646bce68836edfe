/** What the build leaves in dist/python/. */

declare module '*/dist/python/glue.js' {
  const createGlue: import('./glue.ts').CreateGlue;
  export default createGlue;
}

declare module '*/dist/python/side-modules.js' {
  export const modules: import('./linker.ts').SideModules;
  export const wheels: readonly string[];
}
