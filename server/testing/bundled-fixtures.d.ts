/** What Vite makes of an import in a test. */

declare module '*.sql?raw' {
  const text: string;
  export default text;
}

declare module '*.pycon?raw' {
  const text: string;
  export default text;
}
