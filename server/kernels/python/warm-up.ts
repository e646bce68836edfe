/**
 * Has the platform optimize the interpreter's loop before there is anything to interpret.
 *
 * V8 compiles Wasm fast first and well later, and a call that is under way stays in the code that it began in. A script is
 * one call of the loop, from its first line to its last: begun too early, all of it takes twice as long. So the loop is run
 * while the instance has no Python in its memory yet, over a code of instructions that do nothing; the optimizing compiler,
 * on a thread of its own, is done with it about when the memory is filled. Code that has not yet called anything is also
 * compiled without guesses what it will call, which would turn out wrong later and throw it back to the slow code.
 */

/** By their names in Python. */
export interface Opcodes {
  readonly NOP: number;
  readonly INTERPRETER_EXIT: number;
}

/** `_PyEval_EvalFrameDefault(thread, frame, throws)`: the object that the frame returns. */
export type EvaluateFrame = (thread: number, frame: number, throws: number) => number;

/** Enough of them for V8 to take the loop for hot; they take less than a millisecond. */
const INSTRUCTIONS = 4096;
const INSTRUCTION_BYTES = 2;
const WORD_BYTES = 4;
/** More than a thread's state, or a frame, has. */
const STRUCTURE_BYTES = 4096;
/** As a limit of the stack so low, as a count of the calls that are allowed so high, that none is met. It is returned, too. */
const FILLING = 0x1000;
/** What is written to. */
export const WARM_UP_BYTES = 3 * STRUCTURE_BYTES + INSTRUCTIONS * INSTRUCTION_BYTES;

/** Writes over the `WARM_UP_BYTES` from `start` on, a multiple of 4 that is not 0. Throws if the loop is not the one that is known. */
export function warmUp(memory: WebAssembly.Memory, evaluate: EvaluateFrame, opcodes: Opcodes, start: number): void {
  const [thread, frame] = [start, start + STRUCTURE_BYTES];
  const code = frame + 2 * STRUCTURE_BYTES;
  const words = new Uint32Array(memory.buffer);
  words.fill(FILLING, thread / WORD_BYTES, code / WORD_BYTES);
  // Whatever the frame is asked for, its next instruction and the end of its stack are here: the value stands before it.
  words.fill(code, frame / WORD_BYTES, (frame + STRUCTURE_BYTES) / WORD_BYTES);
  const instructions = new Uint16Array(memory.buffer, code, INSTRUCTIONS);
  instructions.fill(opcodes.NOP);
  instructions[INSTRUCTIONS - 1] = opcodes.INTERPRETER_EXIT;
  if (evaluate(thread, frame, 0) !== FILLING) throw new Error("the interpreter's loop is not the one that is known");
}
