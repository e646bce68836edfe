/** Dot commands, told from code. */

import { describe, expect, it } from 'vitest';
import { DOT_COMMANDS, helpText, parseDotCommand } from './dot-commands.ts';

describe('parseDotCommand', () => {
  it.each([
    ['.help', { name: 'help', args: [] }],
    ['  .HELP ', { name: 'help', args: [] }],
    ['.run a.ts', { name: 'run', args: ['a.ts'] }],
    [`.run 'my file.ts' --x="a b" ''`, { name: 'run', args: ['my file.ts', '--x=a b', ''] }],
    ['.run "a', { name: null, message: 'A quote is not closed.' }],
    ['.run', { name: null, message: 'Usage: .run FILE [ARGS…]' }],
    ['.history', { name: 'history', args: [] }],
    ['.history 5', { name: 'history', args: ['5'] }],
    ['.history 5 6', { name: null, message: 'Usage: .history [N]' }],
    ['.diff 1 2', { name: 'diff', args: ['1', '2'] }],
    ['.diff', { name: null, message: 'Usage: .diff N [M]' }],
    ['.diff 1 2 3', { name: null, message: 'Usage: .diff N [M]' }],
    ['.undo 1', { name: null, message: 'Usage: .undo' }],
    ['.kill 1 2', { name: null, message: 'Usage: .kill ID' }],
    ['.exit now', { name: null, message: 'Usage: .exit' }],
    ['.hist', { name: null, message: 'There is no command .hist. Did you mean .history? .help lists them.' }],
    ['.claer', { name: null, message: 'There is no command .claer. Did you mean .clear? .help lists them.' }],
    ['.zzzzzz', { name: null, message: 'There is no command .zzzzzz. .help lists them.' }],
  ])('%s', (text, expected) => {
    expect(parseDotCommand(text)).toEqual(expected);
  });

  it.each(['.5 + 1', '.map(f)', '.then(x)\n.help', '...xs', '1 .help', ''])('%j is no command', (text) => {
    expect(parseDotCommand(text)).toBeNull();
  });

  it('help names every command', () => {
    for (const { name } of DOT_COMMANDS) expect(helpText()).toContain(`.${name}`);
  });
});
