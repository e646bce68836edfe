/** What an input shows in richer forms than text, fitted to what a log event may hold. */

import type { EventBody } from '../../protocol/events.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import type { MimeBundle } from '../kernels/kernel.ts';

/** The forms of a bundle, the richest first, that a log event has room for, and the types of those left out. */
export function fitBundle(bundle: MimeBundle): { fitting: EventBody<'display'>['bundle']; left: string[] } {
  let room: number = LIMITS.display;
  const fitting: EventBody<'display'>['bundle'] = [];
  const left: string[] = [];
  for (const [type, data] of bundle) {
    const bytes = utf8Length(type) + (typeof data === 'string' ? utf8Length(data) : data.length);
    if (bytes > room || fitting.length >= LIMITS.displayForms) {
      left.push(type);
      continue;
    }
    room -= bytes;
    fitting.push([type, typeof data === 'string' ? data : new Uint8Array(data)]);
  }
  return { fitting, left };
}
