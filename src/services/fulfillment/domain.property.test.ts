import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  asks,
  cancelled,
  concluded,
  confirmed,
  delivered,
  namesOf,
  orderId,
  orderShipped,
  rehearse,
} from './testing/given.ts';

/** Ordering's row: whichever of leaving and cancelling comes first is what it says ever after. */
class Arbiter {
  verdict: 'left' | 'cancelled' | undefined;

  leave(): 'allowed' | 'refused' {
    this.verdict ??= 'left';
    return this.verdict === 'left' ? 'allowed' : 'refused';
  }

  cancel(): void {
    this.verdict ??= 'cancelled';
  }
}

/** Several may ask ordering at once; what it answers arrives later, in any order, or never. */
const step = fc.oneof(
  fc.record({ does: fc.constantFrom('confirm' as const, 'cancel' as const, 'hear' as const, 'deliver' as const) }),
  fc.record({ does: fc.constant('ship' as const), trackingNumber: fc.constantFrom('1', '2') }),
  fc.record({ does: fc.constant('ask ordering' as const) }),
  fc.record({ does: fc.constant('answer' as const), isLost: fc.boolean(), index: fc.nat({ max: 4 }) }),
);

test('however it is asked, answered, lost and cancelled: goods leave exactly if ordering let them, and each word is said once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const [arbiter, rehearsal] = [new Arbiter(), rehearse()];
      const underWay: ('allowed' | 'refused')[] = [];
      let now = 0;
      const take = async (one: Parameters<typeof rehearsal.batch>[0][number]) => {
        now += 1;
        const [decision] = await rehearsal.batch([one], { now, cause: `request/${now}` });
        return decision;
      };
      const row = () => rehearsal.row('shipments', orderId);
      for (const next of steps) {
        if (next.does === 'confirm') await take(confirmed);
        if (next.does === 'cancel') arbiter.cancel();
        // Ordering's word arrives at any time after it, and perhaps twice.
        if (next.does === 'hear' && arbiter.verdict === 'cancelled') {
          expect((await take(cancelled))?.setAside).toBeUndefined();
        }
        if (next.does === 'hear' && arbiter.verdict === 'left') {
          expect((await take(orderShipped))?.setAside).toBeUndefined();
        }
        if (next.does === 'deliver') await take(delivered);
        if (next.does === 'ship') await take(asks({ trackingNumber: next.trackingNumber }));
        if (next.does === 'ask ordering' && row()?.status === 'DISPATCHING') {
          underWay.push(arbiter.leave());
        }
        if (next.does === 'answer') {
          const [verdict] = underWay.splice(next.index, 1);
          if (verdict) await take(concluded(next.isLost ? 'unanswered' : verdict));
        }
        const hasLeft = row()?.status === 'SHIPPED' || row()?.status === 'DELIVERED';
        if (hasLeft) expect(arbiter.verdict).toBe('left');
        expect((row()?.nextTryAt ?? null) !== null).toBe(row()?.status === 'DISPATCHING');
      }
      for (const verdict of underWay) await take(concluded(verdict));
      // The job asks until it has an answer, and what was said is heard.
      if (row()?.status === 'DISPATCHING') await take(concluded(arbiter.leave()));
      if (arbiter.verdict === 'cancelled') await take(cancelled);
      const end = row()?.status;
      if (arbiter.verdict === 'cancelled') expect(end).toBe('CANCELLED');
      if (arbiter.verdict === 'left') expect(['SHIPPED', 'DELIVERED']).toContain(end);
      const said = namesOf(rehearsal);
      expect(new Set(said).size).toBe(said.length);
      expect(said.includes('shipment-shipped')).toBe(end === 'SHIPPED' || end === 'DELIVERED');
      expect(said.includes('shipment-delivered')).toBe(end === 'DELIVERED');
    }),
    { numRuns: 500 },
  );
});
