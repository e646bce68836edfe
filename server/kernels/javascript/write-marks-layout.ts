/** Where the marks of the interpreter's writes are, for what makes them and what reads them. */

export const MARKED = 1;
export const MARK_SHIFT = 12;
/** What one mark stands for. */
export const MARKED_BYTES = 2 ** MARK_SHIFT;
/** A byte for each page of the heap, in the interpreter's own memory: in that part of its stack that no call reaches. */
export const MARKS_AT = 1024;
/** The heap has no page without a mark: the modules' memory cannot grow beyond. */
export const MAX_MARKED_BYTES = 128 * 1024 * 1024;
/** Where the marks end. */
export const MARKS_END = MARKS_AT + MAX_MARKED_BYTES / MARKED_BYTES;
/** A write that begins in a page may end behind it, by less than this: what is compared of a page goes so much further. */
export const OVERHANG_BYTES = 256;
