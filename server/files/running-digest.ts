/** The SHA-256 of an upload as it comes, for as long as the process lives: what is in R2 need not be read again for it. */

import { toHex } from './large-files.ts';

export class RunningDigest {
  readonly #stream = new crypto.DigestStream('SHA-256');
  readonly #writer = this.#stream.getWriter();
  #length = 0;
  #end: Promise<string> | null = null;

  /** Of how many bytes it is. */
  get length(): number {
    return this.#length;
  }

  /** Takes the bytes that come next. */
  async add(bytes: Uint8Array): Promise<void> {
    this.#length += bytes.length;
    await this.#writer.write(bytes);
  }

  /** In lower-case hexadecimal. Nothing can be added after. */
  end(): Promise<string> {
    this.#end ??= this.#writer.close().then(async () => toHex(new Uint8Array(await this.#stream.digest)));
    return this.#end;
  }
}
