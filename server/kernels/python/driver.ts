/**
 * The contract between the kernel (TypeScript) and the Python that lives in its heap.
 *
 * Two packages are imported while the base snapshot is made and live in every heap; their sources are not needed later:
 *
 * - `_spawnpoint` (driver/): the REPL. Parses, executes, echoes, completes. The kernel calls the functions of
 *   `DriverFunctions`, which are attributes of the package.
 * - `_spawnpoint_host` (host/): what Python may ask of the kernel. Only this package touches JavaScript objects.
 *
 * Everything that crosses is a string, a number, a boolean, None or bytes; structures cross as JSON. Offsets into code
 * count code points. A heap is older than the server that opens it: both sides only ever add functions and fields.
 *
 * What `_spawnpoint_host` offers to the driver, in Python:
 *
 *     read_line(prompt: str) -> str            one line of standard input without its end; EOFError, KeyboardInterrupt
 *     read_bytes() -> bytes                    of a program's standard input, b'' at its end; KeyboardInterrupt
 *     run(coroutine, context) -> object        runs the event loop until the coroutine is done, as a task in this
 *                                              contextvars.Context; KeyboardInterrupt cancels it first
 *     enter_prompt() -> None; leave_prompt()   between them, code that no loop runs finds the session's loop running
 *     get_js(name) -> str                      a variable of the JavaScript kernel as plain data (driver/plain.py); NameError
 *                                              or ValueError with a message for the user
 *     install_packages(request: str) -> str    `%pip install`: `InstallRequest` and `InstallResult` of packages/ as JSON
 *     has_pending() -> bool                    whether tasks or timers wait in the event loop
 *     flush_output() -> None                   flushes sys.stdout and sys.stderr
 *     async fetch(url, method='GET', headers=(), body=None) -> Response
 *                                              Response: status: int, reason: str, url: str, headers: list[tuple[str, str]],
 *                                              body: bytes; OSError when it fails, with a message for the user
 *     kv_get(key) -> bytes | None; kv_set(key, value: bytes); kv_delete(key) -> bool; kv_list(prefix) -> list[str]
 *
 * Also by `_spawnpoint_host`: `time.sleep` that lets others run, preemption and KeyboardInterrupt in loops, an asyncio
 * event loop whose tasks and timers are part of the heap, `random` and hashes reseeded after boot and restore.
 * `sys.stdout` and `sys.stderr` are text streams on file descriptors 1 and 2, which the kernel reads as they are written.
 */

/** The functions that the kernel calls on `_spawnpoint`, by name. JSON results are of the types below. */
export interface DriverFunctions {
  /**
   * `execute(code: str, number: int, echoes: bool) -> str`: runs an input in the live namespace (`__main__`), statement by
   * statement; with `echoes` the values of statements before the last are printed, as at CPython's prompt;
   * top-level await through `_spawnpoint_host.run`. Answers `ExecuteResult` as JSON and never raises: KeyboardInterrupt
   * and SystemExit are results too. May suspend.
   */
  readonly execute: 'ExecuteResult';
  /**
   * `run_program(code: str, filename: str, argv: str) -> str`: runs a whole script in a fresh `__main__`, which is put
   * back afterwards; `argv` is a JSON list. Echoes nothing. `ExecuteResult` as JSON. May suspend.
   */
  readonly run_program: 'ExecuteResult';
  /** `complete(code: str, cursor: int) -> str`: `CompleteResult` as JSON. Must not suspend or run user code at length. */
  readonly complete: 'CompleteResult';
  /** `inspect(code: str, cursor: int) -> str | None`: signature and docstring of the name at the cursor. */
  readonly inspect: 'string';
  /** `variables() -> str`: `DriverVariable[]` as JSON. */
  readonly variables: 'DriverVariable[]';
  /**
   * `restored(lost: str) -> str | None`: after a heap was restored; `lost` is a JSON list of what the kernel knows not to
   * have come back. Answers what to tell the user, once, or None.
   */
  readonly restored: 'string';
  /** `get_value(name: str) -> str`: a live variable as plain data (driver/plain.py), as `variableOf` of kernel.ts reads it. */
  readonly get_value: 'string';
}

export type ExecuteResult =
  | {
      readonly status: 'ok';
      /** What the REPL echoes, with SGR colours; null for None. */
      readonly text: string | null;
      /** The value itself if it is a str of at most 1 MiB. */
      readonly string?: string;
      /** Rich renderings by MIME type; binary ones in base64. */
      readonly mime?: Readonly<Record<string, string>>;
    }
  | { readonly status: 'error'; readonly name: string; readonly message: string; readonly text: string }
  /** KeyboardInterrupt reached the top; `text` is its traceback as CPython prints it. */
  | { readonly status: 'interrupted'; readonly text: string }
  /** SystemExit reached the top; `code` is the exit status, and `text` what CPython would print to stderr, or ''. */
  | { readonly status: 'exit'; readonly code: number; readonly text: string };

export interface CompleteResult {
  /** Replaces the code points between `from` and `to`. */
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly string[];
}

export interface DriverVariable {
  readonly name: string;
  readonly type: string;
  /** One line, at most 120 characters. */
  readonly preview: string;
}

/**
 * The files (files/): `mountSessionFiles(module, files)` mounts the session's file system into an Emscripten instance at
 * `/home/user`, `files()` being that of the running turn. `flush()` writes what is buffered, before every commit;
 * `invalidate()` forgets what may have changed since the last turn; `describe()` and `reopen()` carry open descriptors
 * over a restore.
 */
export interface MountedFiles {
  /** Writes everything that is buffered through to the session's files. */
  flush(): void;
  /** Forgets what is cached: others may have changed files since the last turn. */
  invalidate(): void;
  /** Descriptors above 2 that are open, as JSON; stored beside the heap. */
  describe(): string;
  /** Opens again, under the same numbers, what `describe` told. Answers what did not come back, in words. */
  reopen(description: string): string[];
}
