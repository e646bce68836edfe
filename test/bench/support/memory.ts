/** The most memory that a process has while something goes on. */

const SAMPLE_MILLISECONDS = 20;
/** Bytes. */
export const MEGABYTE = 1e6;

/** In MB. */
export interface MemoryUse {
  readonly before: number;
  readonly peak: number;
}

/** What `residentBytes` says before `action`, and at most during it. */
export async function watchMemory(residentBytes: () => number, action: () => Promise<unknown>): Promise<MemoryUse> {
  const before = residentBytes();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes());
  }, SAMPLE_MILLISECONDS);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
  return { before: before / MEGABYTE, peak: Math.max(peak, residentBytes()) / MEGABYTE };
}
