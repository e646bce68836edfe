/** Where previews are: each on a host of its own, one label below PREVIEW_DOMAIN. */

export interface PreviewAddressEnv {
  /** A host, with a port unless it is the usual one; below it, every name leads to this Worker. Absent: no previews. */
  readonly PREVIEW_DOMAIN?: string;
}

const idLetters = 'abcdefghijklmnopqrstuvwxyz234567';
const idLength = 20;

/** A preview's id: a DNS label that nobody can guess. `random` returns that many random bytes. */
export function newPreviewId(random: (length: number) => Uint8Array): string {
  return Array.from(random(idLength), (byte) => idLetters[byte % idLetters.length]).join('');
}

/** Whether `text` can be a preview's id. */
export function isPreviewId(text: string): boolean {
  return /^[a-z2-7]{20}$/.test(text);
}

/** The label below `domain` that a URL is addressed to, whatever it is; null for a host that is none of a preview. */
export function previewLabel(url: URL, domain: string | undefined): string | null {
  if (!domain) return null;
  const suffix = `.${domain.toLowerCase()}`;
  return url.host.endsWith(suffix) ? url.host.slice(0, -suffix.length) : null;
}

/** Where a preview is found, without a path: plain http on this machine, https elsewhere. */
export function previewOrigin(id: string, domain: string): string {
  const isLocal = /^localhost(:\d+)?$/.test(domain);
  return `${isLocal ? 'http' : 'https'}://${id}.${domain}`;
}
