/** The transcripts, read from their files. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Group, parseTranscript } from './transcript.ts';

/** The groups of every transcript in a directory. */
export function readTranscripts(directory: string): Group[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.pycon'));
  return names.sort().flatMap((name) => parseTranscript(readFileSync(join(directory, name), 'utf8')));
}
