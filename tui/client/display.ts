/** What a text terminal shows of a thing in several MIME types. */

import type { EventBody } from '../../protocol/events.ts';
import { utf8Length } from '../../protocol/utf8.ts';

/** The plain text, if there is one, and a line that names the other forms. Ends with a line end. */
export function displayText(bundle: EventBody<'display'>['bundle']): string {
  const plain = bundle.find(([type]) => type === 'text/plain')?.[1];
  const others = bundle.filter(([type]) => type !== 'text/plain');
  const text = typeof plain === 'string' ? [plain] : [];
  const names = others.map(([type, data]) => `${type}, ${sizeOf(data).toLocaleString('en')} bytes`);
  return [...text, ...(names.length > 0 ? [`[${names.join('; ')}]`] : [])].map((line) => `${line}\n`).join('');
}

function sizeOf(data: string | Uint8Array): number {
  return typeof data === 'string' ? utf8Length(data) : data.length;
}
