import { describe, expect, test } from 'vitest';
import type { Act } from './act.ts';

export function refunding(tried: () => Act): void {
  describe('a refund', () => {
    test('of all goes back once the provider says that it has', async () => {
      const { provider, simulator, paid, aRefund, money, asking } = tried();
      const charge = await paid();
      const refund = aRefund(charge, 12_34n);
      const asked = await provider.refund(refund, asking);
      expect(['processing', 'refunded']).toContain(asked.kind);
      await simulator.settleRefunds();
      const name = { ...refund, reference: 'reference' in asked ? asked.reference : null };
      expect(await provider.queryRefund(name, asking)).toMatchObject({ kind: 'refunded', amount: money(12_34n) });
      expect(simulator.refunds(charge.number)).toEqual([money(12_34n)]);
    });

    test('in parts goes back part by part, and never more than was paid', async () => {
      const { provider, simulator, paid, aRefund, money, asking } = tried();
      const charge = await paid();
      for (const [number, amount] of [['r0f1_Part_1', 29n] as const, ['r0f1_Part_2', 12_05n] as const]) {
        const asked = await provider.refund(aRefund(charge, amount, number), asking);
        expect(['processing', 'refunded']).toContain(asked.kind);
        await simulator.settleRefunds();
        const told = await provider.queryRefund(aRefund(charge, amount, number), asking);
        expect(told).toMatchObject({ kind: 'refunded', amount: money(amount) });
      }
      const over = await provider.refund(aRefund(charge, 1n, 'r0f1_Part_3'), asking);
      expect(over).toMatchObject({ kind: 'failed' });
      expect(simulator.refunds(charge.number)).toEqual([money(29n), money(12_05n)]);
    });

    test('of more than was paid fails and moves nothing', async () => {
      const { provider, simulator, paid, aRefund, asking } = tried();
      const charge = await paid();
      expect(await provider.refund(aRefund(charge, 12_35n), asking)).toMatchObject({ kind: 'failed' });
      expect(simulator.refunds(charge.number)).toEqual([]);
    });

    test('asked for twice under one number goes back once', async () => {
      const { provider, simulator, paid, aRefund, money, asking } = tried();
      const charge = await paid();
      const refund = aRefund(charge, 5_00n);
      await provider.refund(refund, asking);
      const again = await provider.refund(refund, asking);
      expect(['processing', 'refunded']).toContain(again.kind);
      await simulator.settleRefunds();
      const settled = await provider.refund(refund, asking);
      expect(['processing', 'refunded']).toContain(settled.kind);
      expect(simulator.refunds(charge.number)).toEqual([money(5_00n)]);
    });

    test('that nobody has asked for is absent', async () => {
      const { provider, paid, aRefund, asking } = tried();
      const charge = await paid();
      expect(await provider.queryRefund(aRefund(charge, 1n), asking)).toEqual({ kind: 'absent' });
    });

    test('of a charge that nobody has paid fails', async () => {
      const { provider, simulator, opened, aRefund, asking } = tried();
      const charge = await opened();
      expect(await provider.refund(aRefund(charge, 1n), asking)).toMatchObject({ kind: 'failed' });
      expect(simulator.refunds(charge.number)).toEqual([]);
    });
  });
}
