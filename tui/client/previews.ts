/** The previews of a session as a client sees them: how one is asked for, and the server's answers. */

import { encode } from '@msgpack/msgpack';
import * as v from 'valibot';
import type { Program } from './program-upload.ts';

type Sources = Program['sources'];

export const previewSchema = v.object({
  /** Its number among the programs. */
  program: v.number(),
  entry: v.string(),
  isPublic: v.boolean(),
  url: v.string(),
  /** What to open: good once and for ten minutes, unless it is public. */
  link: v.string(),
});

export const previewsSchema = v.object({ previews: v.array(previewSchema) });

export type PreviewEntry = v.InferOutput<typeof previewSchema>;

/** What the app asks for. Promises reject with an Error whose message a person can act on. */
export interface PreviewView {
  list(): Promise<readonly PreviewEntry[]>;
  /** Serves a file of the session. */
  serve(path: string): Promise<PreviewEntry>;
}

export interface PreviewWish {
  readonly entry: string;
  /** Null: `entry` is a path of the session's files. */
  readonly sources: Sources | null;
  /** What tells this entry apart from one of the same name elsewhere. */
  readonly place: string;
  readonly isPublic: boolean;
  readonly terminal: string;
  /** The terminal that serves it; null if it is to outlive that. */
  readonly client: string | null;
}

/** The path of a session's previews on the REST surface. */
export function previewsPath(session: string): string {
  return `/v1/sessions/${encodeURIComponent(session)}/previews`;
}

/** The body that asks for a preview. */
export function encodeWish({ sources, ...wish }: PreviewWish): Uint8Array<ArrayBuffer> {
  return encode({ ...wish, sources: sources === null ? null : pairs(sources) });
}

/** The body that replaces the sources of one. */
export function encodeReplacement({ entry, sources }: { entry: string; sources: Sources }) {
  return encode({ entry, sources: pairs(sources) });
}

function pairs(sources: Sources): [string, Uint8Array][] {
  return sources.map(({ path, bytes }) => [path, bytes]);
}
