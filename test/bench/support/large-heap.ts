/** Variables that take 20 MB of the interpreter's memory. */

export const OBJECTS = 150_000;

export const FILL = `globalThis.objects = Array.from({ length: ${OBJECTS} }, (_, i) => ({ i, text: 'object ' + i })); 'filled'`;
