/** Guest code reaches the Worker as text (the `rules` of wrangler.toml), never as modules of its own. */
declare module '*.guest.js' {
  const text: string;
  export default text;
}
