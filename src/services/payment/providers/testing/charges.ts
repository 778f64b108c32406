import { describe, expect, test } from 'vitest';
import type { Act } from './act.ts';

export function opening(tried: () => Act): void {
  describe('opening a charge', () => {
    test('says what the buyer has to do', async () => {
      const { provider, aCharge, asking } = tried();
      const answer = await provider.open(aCharge(), asking);
      expect(answer).toMatchObject({ kind: 'opened', action: { type: expect.any(String) } });
    });

    test('twice is one charge', async () => {
      const { provider, simulator, opened, aCharge, asking } = tried();
      const charge = aCharge();
      const first = await opened(charge);
      expect(await opened(charge)).toEqual(first);
      await simulator.pay(charge.number);
      expect(await provider.query(first, asking)).toMatchObject({ kind: 'paid' });
      expect(simulator.captures(charge.number)).toEqual([charge.amount]);
    });

    test('that is paid says so and takes nothing again', async () => {
      const { provider, simulator, paid, aCharge, asking } = tried();
      await paid();
      const again = await provider.open(aCharge(), asking);
      // Some say at once that it is paid, others open the same charge again: then the query says it.
      if (again.kind === 'state') expect(again.state).toMatchObject({ kind: 'paid' });
      else expect(again.kind).not.toBe('refused');
      expect(await simulator.pay(aCharge().number)).toBe(false);
      expect(simulator.captures(aCharge().number)).toHaveLength(1);
    });
  });
}

export function paying(tried: () => Act): void {
  describe('a charge', () => {
    test('is open until somebody pays', async () => {
      const { provider, opened, asking } = tried();
      expect(await provider.query(await opened(), asking)).toEqual({ kind: 'open' });
    });

    test.each([1n, 29n, 100n, 115n, 12_34n, 99_999_99n])('of %d cents is paid to the cent', async (amount) => {
      const { provider, simulator, paid, money, asking, now } = tried();
      const before = now();
      const charge = await paid(amount);
      const state = await provider.query(charge, asking);
      expect(state).toEqual({
        kind: 'paid',
        amount: money(amount),
        transaction: expect.stringMatching(/\w{4}/),
        paidAt: expect.any(Number),
      });
      // Providers tell whole seconds.
      if (state.kind === 'paid') expect(Math.abs(state.paidAt - before)).toBeLessThan(2_000 + now() - before);
      expect(simulator.captures(charge.number)).toEqual([money(amount)]);
    });

    test('is paid once, however often the buyer tries', async () => {
      const { simulator, paid } = tried();
      const charge = await paid();
      expect(await simulator.pay(charge.number)).toBe(false);
      expect(simulator.captures(charge.number)).toHaveLength(1);
    });

    test('that is declined took no money', async () => {
      const { provider, simulator, opened, asking, declined } = tried();
      const charge = await opened();
      await simulator.decline(charge.number);
      expect(await provider.query(charge, asking)).toMatchObject({ kind: declined });
      expect(simulator.captures(charge.number)).toEqual([]);
    });

    test('that was never opened is nothing that could be believed paid, or over before its time', async () => {
      const { provider, aCharge, asking } = tried();
      const state = await provider.query(aCharge(), asking);
      expect(['open', 'unknown']).toContain(state.kind);
    });
  });
}

export function closing(tried: () => Act): void {
  describe('closing a charge', () => {
    test('makes paying impossible', async () => {
      const { provider, simulator, opened, asking } = tried();
      const charge = await opened();
      expect(await provider.close(charge, asking)).toMatchObject({ kind: 'closed' });
      expect(await simulator.pay(charge.number)).toBe(false);
      expect(await provider.query(charge, asking)).toMatchObject({ kind: 'closed' });
      expect(simulator.captures(charge.number)).toEqual([]);
    });

    test('twice is closing it', async () => {
      const { provider, opened, asking } = tried();
      const charge = await opened();
      await provider.close(charge, asking);
      expect(await provider.close(charge, asking)).toMatchObject({ kind: 'closed' });
    });

    test('that is paid says that it is paid, and gives nothing back', async () => {
      const { provider, simulator, paid, money, asking } = tried();
      const charge = await paid();
      expect(await provider.close(charge, asking)).toMatchObject({ kind: 'paid', amount: money(12_34n) });
      expect(simulator.refunds(charge.number)).toEqual([]);
    });

    test('that was never opened never says that it is paid', async () => {
      const { provider, aCharge, asking } = tried();
      const state = await provider.close(aCharge(), asking);
      expect(['open', 'closed', 'unknown']).toContain(state.kind);
    });
  });
}
