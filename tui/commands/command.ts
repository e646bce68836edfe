/** What a command is: a row of the table. */

import type { OptionName } from '../arguments/options.ts';
import type { Invocation } from '../arguments/parse.ts';
import type { Io } from '../io.ts';

/** Does the command. Resolves with the exit status; throws `ExitError`. */
export type CommandBody = (invocation: Invocation, io: Io) => Promise<number>;

export interface Command {
  /** One or two words; empty for what happens without any. */
  readonly name: string;
  /** Its arguments, as usage lines show them. */
  readonly synopsis: string;
  readonly summary: string;
  /** Besides the global ones. */
  readonly options: readonly OptionName[];
  /** The least and the most arguments that it takes. */
  readonly arguments: readonly [least: number, most: number];
  /** Everything after its last argument belongs to the program that it runs. */
  readonly passesArguments?: true;
  readonly examples?: readonly string[];
  readonly run: CommandBody;
}
