/** What the Worker uses of Node's modules (nodejs_compat). All of Node's types would contradict those of the Worker. */

declare module 'node:buffer' {
  export const Buffer: {
    /** 0 if both have the same bytes. */
    compare(a: Uint8Array, b: Uint8Array): number;
    from(data: string | Uint8Array): Uint8Array & { toString(encoding?: string): string };
  };
}

declare module 'node:zlib' {
  export function deflateRawSync(bytes: Uint8Array, options: { level: number }): Uint8Array;
  export function inflateRawSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

declare module 'node:crypto' {
  interface Hash {
    update(data: string | Uint8Array): void;
    digest(encoding: 'base64url' | 'hex'): string;
    digest(): Uint8Array;
  }
  export function createHash(algorithm: string): Hash;
  export function createHmac(algorithm: string, key: Uint8Array): Hash;
}
