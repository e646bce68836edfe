/** What the person did, as the tokenizer reports it. */

export type InputEvent =
  /** Typed text without control characters; a fast typist's keys may come together. */
  | { readonly type: 'text'; readonly text: string }
  /**
   * `[ctrl+][alt+][shift+]name`, for example `enter`, `ctrl+c`, `alt+enter`, `shift+f6`. `ownIndent`: an Enter among
   * lines that came at once and bring the white space that they begin with.
   */
  | { readonly type: 'key'; readonly key: string; readonly ownIndent?: boolean }
  /** Pasted text with `\n` line ends and no control characters but `\n` and `\t`. */
  | { readonly type: 'paste'; readonly text: string };
