import { describe, expect, test } from 'vitest';
import type { Act } from './act.ts';
import { isApplied, type Mishap } from './scene.ts';

/** For each of these that can befall an answer of this provider; where none can, nothing is registered. */
export function losingAnswers(tried: () => Act, mishaps: readonly Mishap[]): void {
  describe.each(mishaps)('when a request meets with: %s', (mishap) => {
    test('opening is unknown, and opening again is the one charge', async () => {
      const { provider, simulator, during, opened, aCharge, money, asking } = tried();
      const charge = aCharge();
      expect(await during(mishap, (short) => provider.open(charge, short))).toMatchObject({ kind: 'unknown' });
      const again = await opened(charge);
      expect(await provider.query(again, asking)).toEqual({ kind: 'open' });
      expect(await simulator.pay(charge.number)).toBe(true);
      expect(await provider.query(again, asking)).toMatchObject({ kind: 'paid' });
      expect(simulator.captures(charge.number)).toEqual([money(12_34n)]);
    });

    test('a query is unknown, and the next one tells', async () => {
      const { provider, during, paid, asking } = tried();
      const charge = await paid();
      expect(await during(mishap, (short) => provider.query(charge, short))).toMatchObject({ kind: 'unknown' });
      expect(await provider.query(charge, asking)).toMatchObject({ kind: 'paid' });
    });

    test('closing is unknown, and the query tells', async () => {
      const { provider, during, opened, asking } = tried();
      const charge = await opened();
      expect(await during(mishap, (short) => provider.close(charge, short))).toMatchObject({ kind: 'unknown' });
      const told = await provider.query(charge, asking);
      expect(told).toMatchObject({ kind: isApplied(mishap) ? 'closed' : 'open' });
      expect(await provider.close(charge, asking)).toMatchObject({ kind: 'closed' });
    });

    test('a refund is unknown, and asked for again goes back once', async () => {
      const { provider, simulator, during, paid, aRefund, money, asking } = tried();
      const charge = await paid();
      const refund = aRefund(charge, 5_00n);
      expect(await during(mishap, (short) => provider.refund(refund, short))).toMatchObject({ kind: 'unknown' });
      const told = await provider.queryRefund(refund, asking);
      expect(isApplied(mishap) ? ['processing', 'refunded'] : ['absent']).toContain(told.kind);
      await provider.refund(refund, asking);
      await simulator.settleRefunds();
      expect(await provider.queryRefund(refund, asking)).toMatchObject({ kind: 'refunded', amount: money(5_00n) });
      expect(simulator.refunds(charge.number)).toEqual([money(5_00n)]);
    });
  });
}
