/** The commands that begin with a dot: their table, how a line is read, and help. Pure. */

import { KEY_HELP } from './key-bindings.ts';
import { cellWidth } from './text/cells.ts';
import { bold, dim } from './theme.ts';

export const DOT_COMMANDS = [
  { name: 'help', args: '', help: 'this list' },
  { name: 'js', args: '', help: 'inputs are JavaScript' },
  { name: 'ts', args: '', help: 'inputs are TypeScript' },
  { name: 'py', args: '', help: 'inputs are Python' },
  { name: 'files', args: '', help: 'go to the file tree' },
  { name: 'vars', args: '', help: 'the variables of the language that you type' },
  { name: 'watch', args: '', help: 'keep them in a pane; again: hide it' },
  { name: 'history', args: '[N]', help: 'the newest N revisions of the session' },
  { name: 'undo', args: '', help: 'back before the last step: variables, files and kv' },
  { name: 'redo', args: '', help: 'forward again after an undo' },
  { name: 'goto', args: 'N', help: 'to revision N; 0 is the empty beginning' },
  { name: 'checkpoint', args: 'NAME [--force]', help: 'name the newest revision, to keep it; force moves a name' },
  { name: 'restore', args: 'NAME', help: 'to a checkpoint' },
  { name: 'reset', args: '', help: 'empty variables; files and kv stay' },
  { name: 'replay', args: '[N]', help: 'run the recorded inputs again, in empty variables' },
  { name: 'diff', args: 'N [M]', help: 'what changed from revision N to M, or until now' },
  { name: 'fork', args: 'NAME', help: 'a session NAME with all that this one has' },
  { name: 'pip', args: 'NAME […]', help: 'install Python packages for the session' },
  { name: 'run', args: 'FILE [ARGS…]', help: 'run a file (session or local) as a program' },
  { name: 'serve', args: 'FILE', help: 'serve a file at an address of its own' },
  { name: 'ps', args: '', help: 'programs' },
  { name: 'kill', args: 'ID', help: 'end a program' },
  { name: 'clear', args: '', help: 'clear the screen; the session keeps all' },
  { name: 'exit', args: '', help: 'leave; the session lives on' },
] as const;

export type DotName = (typeof DOT_COMMANDS)[number]['name'];

export type DotCommand =
  | { readonly name: DotName; readonly args: readonly string[] }
  /** Not a command, or not called as it must be: what to tell the person. */
  | { readonly name: null; readonly message: string };

/** Null when `text` is an input for the kernel. A dot command is one line: a dot, a letter, and more. */
export function parseDotCommand(text: string): DotCommand | null {
  const match = /^\.([a-z]\w*)(?:[ \t]+(.*))?$/i.exec(text.trim());
  if (match === null) return null;
  const word = (match[1] ?? '').toLowerCase();
  const args = splitArgs(match[2] ?? '');
  const command = DOT_COMMANDS.find(({ name }) => name === word);
  if (command === undefined) {
    const near = nearest(word);
    const hint = near === null ? '' : ` Did you mean .${near}?`;
    return { name: null, message: `There is no command .${word}.${hint} .help lists them.` };
  }
  if (args === null) return { name: null, message: 'A quote is not closed.' };
  const words = command.args.split(' ').filter((each) => each !== '');
  const min = words.filter((each) => !each.startsWith('[')).length;
  const max = command.args.endsWith('…]') ? Number.POSITIVE_INFINITY : words.length;
  if (args.length < min || args.length > max)
    return { name: null, message: `Usage: .${command.name}${command.args && ` ${command.args}`}` };
  return { name: command.name, args };
}

/** Words as a shell splits them, with quotes but nothing else; null if a quote is not closed. */
function splitArgs(text: string): string[] | null {
  const args: string[] = [];
  const word = /\s*((?:[^\s"']|"[^"]*"|'[^']*')+)\s*/y;
  while (word.lastIndex < text.length) {
    const match = word.exec(text);
    if (match === null) return text.slice(args.length === 0 ? 0 : word.lastIndex).trim() === '' ? args : null;
    args.push((match[1] ?? '').replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
  }
  return args;
}

/** The command most like `word`, if one is like it at all. */
function nearest(word: string): DotName | null {
  const scored = DOT_COMMANDS.map(({ name }) => ({
    name,
    distance: name.startsWith(word) ? 0 : editDistance(word, name),
  }));
  const [best] = scored.sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 2)) ? best.name : null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const swap = (row[j] ?? 0) + (char === b[j] ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

export function helpText(): string {
  const commands = DOT_COMMANDS.map(({ name, args, help }) => [`.${name}${args && ` ${args}`}`, help] as const);
  return `${table(commands)}\n\n${bold('Keys')}\n${table(KEY_HELP)}`;
}

/** Rows of cells as text: all columns but the last are padded to the same width. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => cellWidth(row[column] ?? ''))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          if (column === row.length - 1) return column > 0 ? dim(cell) : cell;
          return cell + ' '.repeat((widths[column] ?? 0) - cellWidth(cell));
        })
        .join('  '),
    )
    .join('\n');
}
