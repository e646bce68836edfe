/** What one Python session may take. */

/** Python's memory never shrinks, and an isolate has 128 MB. */
export const MAX_PYTHON_HEAP_BYTES = 64 * 1024 * 1024;
/** What must be left of it after an input, so that the next can free something. */
export const PYTHON_RESERVE_BYTES = 1024 * 1024;
