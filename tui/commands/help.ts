/** `help [COMMAND]`: the same as `--help`. */

import { helpText } from '../arguments/help.ts';
import { topicOf } from '../arguments/parse.ts';
import { EXIT } from '../exit.ts';
import type { CommandBody } from './command.ts';

export const printHelp: CommandBody = async ({ args }, io) => {
  await io.stdout.write(helpText(topicOf(args)));
  return EXIT.ok;
};
