/** What the build leaves in dist/python/. */

declare module '*/dist/python/glue.js' {
  const createGlue: import('./glue.ts').CreateGlue;
  export default createGlue;
}
