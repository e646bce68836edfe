/** Proof that a client reads: how much is under way to it at most, whatever it claims, and what it loses by silence. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { ReadingProof } from './proof.ts';

const sizes = fc.array(
  fc.oneof(fc.integer({ min: 17, max: 5000 }), fc.integer({ min: 17, max: LIMITS.serverMessage })),
  {
    minLength: 1,
    maxLength: 200,
  },
);

test('no more is under way than allowed, whatever the client claims and whenever the server sleeps; who answers gets all', () => {
  fc.assert(
    fc.property(sizes, fc.infiniteStream(fc.nat(9)), (events, dice) => {
      let proof = new ReadingProof();
      let saved = proof.save();
      /** Marks on their way to the client, each with what was sent before it. */
      const marks: { value: number; at: number }[] = [];
      let [sent, read, next, sleeps] = [0, 0, 1, 0];
      const markIfDue = (): void => {
        if (!proof.isMarkDue) return;
        proof.marked(next);
        marks.push({ value: next++, at: sent });
        saved = proof.save();
      };
      const answer = (): void => {
        const mark = marks.shift();
        if (mark === undefined) return;
        read = mark.at;
        proof.prove(mark.value);
        saved = proof.save();
        markIfDue();
      };
      for (const size of events) {
        while (!proof.mayStream) {
          // Without news a server that waits has asked, and the answer lets it go on.
          expect(marks.length).toBe(1);
          answer();
        }
        expect(sent - read).toBeLessThan(LIMITS.unread + sleeps * LIMITS.mark);
        proof.recordSent(size);
        sent += size;
        if (proof.isSaveDue) saved = proof.save();
        markIfDue();
        const roll = dice.next().value ?? 0;
        if (roll < 3) answer();
        if (roll === 3) proof.prove(next + 1);
        if (roll === 4) {
          proof = ReadingProof.restore(saved);
          sleeps += 1;
          markIfDue();
        }
      }
    }),
  );
});

test.each(['mark', 'unread', 'unreadControl'] as const)('%s', (name) => {
  const proof = new ReadingProof();
  const holds = { mark: () => !proof.isMarkDue, unread: () => proof.mayStream, unreadControl: () => !proof.isLost };
  proof.recordSent(LIMITS[name] - 1);
  expect(holds[name]()).toBe(true);
  proof.recordSent(name === 'unreadControl' ? 1 : 0);
  expect(holds[name]()).toBe(true);
  proof.recordSent(1);
  expect(holds[name]()).toBe(false);
});
