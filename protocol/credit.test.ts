/** Credit: what a sender may send, whatever happens to the grants on their way. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CreditReceiver, CreditSender } from './credit.ts';
import { LIMITS } from './limits.ts';

const eventSizes = fc.array(fc.oneof(fc.integer({ min: 17, max: 5000 }), fc.integer({ min: 17, max: 1_000_000 })), {
  maxLength: 60,
});
const windows = fc.integer({ min: 1, max: 2 * LIMITS.credit });

test('grants that are repeated, late or out of order do no harm; a server that slept goes on; nothing waits for ever', () => {
  fc.assert(
    fc.property(eventSizes, windows, fc.infiniteStream(fc.nat(9)), (sizes, window, dice) => {
      let sender = new CreditSender();
      const receiver = new CreditReceiver(window);
      const roll = () => dice.next().value ?? 0;
      /** Events and grants under way. The last saved `sent`; `through` is saved with each grant. */
      const events: number[] = [];
      const grants: number[] = [];
      let granted: number = LIMITS.initialCredit;
      let saved = sender.save();
      let sent = 0;
      let isFresh = true;

      const deliverGrant = () => {
        const at = roll() % grants.length;
        const grant = grants[at] ?? 0;
        // Sometimes it stays under way and comes again.
        if (roll() < 7) grants.splice(at, 1);
        sender.grant(grant);
        saved = { sent: saved.sent, through: sender.save().through };
      };
      const deliverEvent = () => {
        const grant = receiver.consume(events.shift() ?? 0);
        if (grant === null) return;
        expect(grant).toBeGreaterThan(granted);
        granted = grant;
        grants.push(grant);
      };
      for (const size of sizes) {
        while (!sender.canSend) {
          // Everything that is under way arrives in the end: then there must be credit.
          expect(events.length + grants.length).toBeGreaterThan(0);
          if (events.length > 0) deliverEvent();
          else {
            sender.grant(grants.pop() ?? 0);
            saved = { sent: saved.sent, through: sender.save().through };
          }
        }
        if (isFresh) expect(sent).toBeLessThan(granted);
        sender.recordSent(size);
        sent += size;
        events.push(size);
        if (isFresh) expect(sent - size).toBeLessThan(granted);
        switch (roll()) {
          case 0:
            saved = sender.save();
            break;
          case 1:
            isFresh = false;
            sender = CreditSender.restore(saved);
            break;
          case 2:
          case 3:
            if (grants.length > 0) deliverGrant();
            break;
          case 4:
          case 5:
            if (events.length > 0) deliverEvent();
            break;
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('a sender without news stops within one event of its credit', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 17, max: 100_000 }), { minLength: 100, maxLength: 300 }), (sizes) => {
      const sender = new CreditSender();
      let sent = 0;
      let largest = 0;
      for (const size of sizes) {
        if (!sender.canSend) break;
        sender.recordSent(size);
        sent += size;
        largest = Math.max(largest, size);
      }
      expect(sent).toBeLessThan(LIMITS.initialCredit + largest);
    }),
  );
});

test('an old grant takes nothing back', () => {
  const sender = new CreditSender();
  sender.grant(600_000);
  sender.grant(300_000);
  expect(sender.save()).toEqual({ sent: 0, through: 600_000 });
  sender.recordSent(599_999);
  expect(sender.canSend).toBe(true);
});

test('a receiver grants once per half window', () => {
  const receiver = new CreditReceiver(400_000);
  const grants: number[] = [];
  for (let index = 0; index < 100; index++) grants.push(...[receiver.consume(10_000)].flatMap((grant) => grant ?? []));
  expect(grants).toEqual([470_000, 670_000, 870_000, 1_070_000, 1_270_000]);
});
