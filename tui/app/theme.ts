/** The styles of the app. Only the terminal's own palette, so that the user's theme decides. */

const style = (open: string, close: string) => (text: string) =>
  text === '' ? '' : `\x1b[${open}m${text}\x1b[${close}m`;

export const bold = style('1', '22');
export const dim = style('2', '22');
export const inverse = style('7', '27');
export const red = style('31', '39');
export const green = style('32', '39');
export const yellow = style('33', '39');
export const cyan = style('36', '39');
