/** Takes turns, so that whatever else the machine does meanwhile meets all subjects alike. */

import type { Series, Unit } from '../benchmark.ts';
import { summarize } from './statistics.ts';

export interface Subject {
  readonly label: string;
  /** Measures once or several times in a row. */
  measure(): Promise<readonly number[]>;
}

type SeriesOf<Subjects extends readonly Subject[]> = { [Index in keyof Subjects]: Series };

/** Lets each of `subjects` measure in each round, after `warmUp` rounds that do not count. Returns a series for each. */
export async function interleave<const Subjects extends readonly Subject[]>(
  { rounds, warmUp, unit }: { rounds: number; warmUp: number; unit: Unit },
  subjects: Subjects,
): Promise<SeriesOf<Subjects>> {
  const samples = subjects.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const measured = await subject.measure();
      if (round >= 0) samples[index]?.push(...measured);
    }
  }
  return subjects.map(({ label }, index) => ({
    label,
    unit,
    ...summarize(samples[index] ?? []),
  })) as SeriesOf<Subjects>;
}

/** Milliseconds that each of `count` calls takes, one after the other. */
export async function timeEach(count: number, action: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count; index++) samples.push(await time(action));
  return samples;
}

/** Milliseconds until `action` is done. */
export async function time(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
