/** Rich renderings of a value, as the driver tells them. */

import type { MimeBundle } from '../kernel.ts';

/** Types that are not text come in base64. */
export function mimeBundle(renderings: Readonly<Record<string, string>>): MimeBundle {
  return Object.entries(renderings).map(([type, data]) => [type, isText(type) ? data : decodeBase64(data)]);
}

function isText(type: string): boolean {
  return type.startsWith('text/') || type === 'image/svg+xml' || type === 'application/json';
}

function decodeBase64(data: string): Uint8Array {
  return Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
}
