/** `If-Match`: a change of a file as it was read, and of no other. */

import { ProtocolError } from '../../protocol/errors.ts';
import type { FileView } from '../files/view.ts';

/** `*` or a list of ETags, one of which the file must have; without the header, any will do. Throws `ProtocolError` CONFLICT. */
export function checkIfMatch({ headers }: Request, path: string, files: FileView): void {
  const header = headers.get('if-match');
  if (header === null) return;
  const isFile = files.stat(path)?.kind === 'file';
  const wanted = header.split(',').map((tag) => tag.trim());
  if (isFile && (wanted.includes('*') || wanted.includes(`"${files.version(path)}"`))) return;
  throw new ProtocolError('CONFLICT', `"${path}" is not the version that you named: read it again.`);
}
