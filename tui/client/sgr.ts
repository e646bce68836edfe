/**
 * Select Graphic Rendition: which styles a run of text has on, and how to say so again.
 *
 * The sanitiser lets only these sequences pass; the wrapper uses the state to reopen styles on a new row.
 */

type Group =
  | 'bold'
  | 'dim'
  | 'italic'
  | 'underline'
  | 'blink'
  | 'inverse'
  | 'strike'
  | 'overline'
  | 'foreground'
  | 'background'
  | 'underlineColor';

/** The styles that are on, each with the parameters that turned it on. */
export type SgrState = Readonly<Partial<Record<Group, string>>>;

export const NO_STYLE: SgrState = {};
export const SGR_RESET = '\x1b[0m';

/** Matches a sequence as the sanitiser emits it. */
export const SGR_PATTERN = /\x1b\[([\d;:]*)m/g;

const SET = new Map<number, Group>([
  [1, 'bold'],
  [2, 'dim'],
  [3, 'italic'],
  [4, 'underline'],
  [5, 'blink'],
  [7, 'inverse'],
  [9, 'strike'],
  [21, 'underline'],
  [53, 'overline'],
]);

const CLEAR = new Map<number, readonly Group[]>([
  [22, ['bold', 'dim']],
  [23, ['italic']],
  [24, ['underline']],
  [25, ['blink']],
  [27, ['inverse']],
  [29, ['strike']],
  [39, ['foreground']],
  [49, ['background']],
  [55, ['overline']],
  [59, ['underlineColor']],
]);

const EXTENDED = new Map<number, Group>([
  [38, 'foreground'],
  [48, 'background'],
  [58, 'underlineColor'],
]);

function colorGroup(code: number): Group | undefined {
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return 'foreground';
  if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) return 'background';
  return undefined;
}

const isByte = (text: string | undefined) => text !== undefined && /^\d{1,3}$/.test(text) && Number(text) <= 255;

/** `38;5;n` and `38;2;r;g;b`, also written with colons; how many of `parts` it took, or null if malformed. */
function extendedColor(parts: readonly string[], at: number): { value: string; taken: number } | null {
  const own = parts[at] ?? '';
  if (own.includes(':')) {
    const sub = own.split(':');
    const numbers = sub[1] === '2' && sub.length === 6 ? sub.slice(3) : sub.slice(2);
    const count = sub[1] === '5' ? 1 : sub[1] === '2' ? 3 : 0;
    return count > 0 && numbers.length === count && numbers.every(isByte)
      ? { value: `${sub[0]};${sub[1]};${numbers.join(';')}`, taken: 1 }
      : null;
  }
  const count = parts[at + 1] === '5' ? 1 : parts[at + 1] === '2' ? 3 : 0;
  const numbers = parts.slice(at + 2, at + 2 + count);
  if (count === 0 || numbers.length !== count || !numbers.every(isByte)) return null;
  return { value: `${own};${parts[at + 1]};${numbers.join(';')}`, taken: 2 + count };
}

/**
 * The state after the parameters of one SGR sequence. Parameters that are unknown or malformed change nothing, and
 * neither does conceal (8): hidden text has no place in a record of what happened.
 */
export function applySgr(state: SgrState, parameters: string): SgrState {
  const parts = parameters.split(';');
  let next: Partial<Record<Group, string>> = { ...state };
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? '';
    const [head = '', sub] = part.split(':');
    if (head.length > 3) continue;
    const code = Number(head);
    const extended = EXTENDED.get(code);
    if (extended !== undefined) {
      const color = extendedColor(parts, at);
      if (color === null) return next;
      next[extended] = color.value;
      at += color.taken - 1;
      continue;
    }
    if (sub !== undefined && (code !== 4 || !/^[0-5]$/.test(sub))) continue;
    if (code === 0) next = {};
    else if (code === 4 && sub === '0') delete next.underline;
    else {
      const group = SET.get(code) ?? colorGroup(code);
      if (group !== undefined) next[group] = part;
      for (const cleared of CLEAR.get(code) ?? []) delete next[cleared];
    }
  }
  return next;
}

/** The sequence that turns `state` on from plain text; empty when nothing is on. */
export function openSgr(state: SgrState): string {
  const codes = Object.values(state);
  return codes.length === 0 ? '' : `\x1b[${codes.join(';')}m`;
}

/** The state after all sequences in `text`. */
export function styleAfter(text: string, state: SgrState): SgrState {
  if (!text.includes('\x1b')) return state;
  let next = state;
  for (const match of text.matchAll(SGR_PATTERN)) next = applySgr(next, match[1] ?? '');
  return next;
}

/** `text` without colours; weight, underline and inverse stay. */
export function withoutColor(text: string): string {
  let state = NO_STYLE;
  return text.replace(SGR_PATTERN, (_, parameters: string) => {
    const { foreground, background, underlineColor, ...rest } = applySgr(state, parameters);
    state = rest;
    return SGR_RESET + openSgr(rest);
  });
}
