/** What escape sequences mean as keys. Null: nothing for us (mouse, focus, answers to queries, unknown keys). */

const LETTERS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  M: 'enter',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

const TILDES: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

const CODES: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
  57414: 'enter',
  57417: 'left',
  57418: 'right',
  57419: 'up',
  57420: 'down',
  57421: 'pageup',
  57422: 'pagedown',
  57423: 'home',
  57424: 'end',
  57425: 'insert',
  57426: 'delete',
};

/** `modifiers` as terminals send it: 1 + shift 1 + alt 2 + ctrl 4 (+ others that we do not distinguish). */
function chord(name: string, modifiers: number): string {
  const bits = modifiers > 0 ? modifiers - 1 : 0;
  return `${bits & 4 ? 'ctrl+' : ''}${bits & 2 ? 'alt+' : ''}${bits & 1 ? 'shift+' : ''}${name}`;
}

/** A key by its code point, from the Kitty protocol and xterm's modifyOtherKeys. Plain characters come back as text. */
function codeKey(code: number, modifiers: number): { key: string } | { text: string } | null {
  const named = CODES[code];
  if (named !== undefined) {
    const plain = (modifiers - 1) & 7;
    return named === 'space' && (plain === 0 || plain === 1) ? { text: ' ' } : { key: chord(named, modifiers) };
  }
  if (!Number.isInteger(code) || code < 32 || code > 0x10ffff || (code >= 0xd800 && code < 0xf900)) return null;
  const char = String.fromCodePoint(code);
  const bits = (modifiers - 1) & 7;
  if ((bits & 6) === 0) return { text: bits & 1 ? char.toUpperCase() : char };
  return { key: chord(char.toLowerCase(), modifiers) };
}

/** The key of `ESC [ parameters final`. */
export function csiKey(parameters: string, final: string): { key: string } | { text: string } | null {
  if (!/^[\d;:]*$/.test(parameters)) return null;
  const fields = parameters.split(';').map((field) => field.split(':'));
  const number = (field: number, sub = 0) => Number(fields[field]?.[sub] || (field === 1 && sub === 0 ? 1 : 0));
  const modifiers = number(1);
  if (final === 'u') return number(1, 1) === 3 ? null : codeKey(number(0), modifiers);
  if (final === 'Z') return { key: 'shift+tab' };
  if (final === '~') {
    if (number(0) === 27) return codeKey(number(2), modifiers);
    const name = TILDES[fields[0]?.[0] ?? ''];
    return name === undefined || number(1, 1) === 3 ? null : { key: chord(name, modifiers) };
  }
  // A first number other than 1 makes it an answer to a query, such as the cursor's position.
  const name = final === 'M' || number(0) > 1 ? undefined : LETTERS[final];
  return name === undefined || number(1, 1) === 3 ? null : { key: chord(name, modifiers) };
}

/** The key of `ESC O final` (application mode). */
export function ss3Key(final: string): string | null {
  return LETTERS[final] ?? null;
}

/** The key of one C0 control character or DEL. */
export function controlKey(char: string): string {
  const code = char.charCodeAt(0);
  if (code === 0) return 'ctrl+space';
  if (code === 10) return 'ctrl+j';
  const named = CODES[code];
  if (named !== undefined) return named;
  return `ctrl+${String.fromCharCode(code + 64).toLowerCase()}`;
}
