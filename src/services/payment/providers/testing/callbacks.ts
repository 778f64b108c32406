import { describe, expect, test } from 'vitest';
import type { Money } from '#kernel/money.ts';
import type { Callback, Provider, RawCallback, RefusedCallback } from '../provider.ts';
import type { Act } from './act.ts';
import type { Forgery } from './scene.ts';

const forgeries: readonly [Forgery, RefusedCallback['why']][] = [
  ['signature', 'signature'],
  ['stale', 'stale'],
  ['early', 'stale'],
  ['merchant', 'merchant'],
  ['app', 'merchant'],
];

export function callingBack(tried: () => Act): void {
  describe('a callback', () => {
    test('tells of a payment', async () => {
      const { provider, simulator, paid, money } = tried();
      const charge = await paid();
      const told = (await simulator.callbacks()).map((raw) => provider.readCallback(raw));
      expect(told.filter((callback) => callback.kind === 'refused')).toEqual([]);
      const ofIt = told.filter((callback) => callback.kind === 'charge' && callback.state.kind === 'paid');
      expect(ofIt).toHaveLength(1);
      expect(ofIt[0]).toMatchObject({ number: charge.number, state: { kind: 'paid', amount: money(12_34n) } });
    });

    test('says of a payment what the query says', async () => {
      const { provider, simulator, paid, asking } = tried();
      const state = await provider.query(await paid(), asking);
      const raw = await lastOf(simulator.callbacks(), provider, 'charge');
      expect(provider.readCallback(raw)).toMatchObject({ kind: 'charge', state });
    });

    test('tells of a refund', async () => {
      const { provider, simulator, paid, aRefund, money, asking } = tried();
      const refund = aRefund(await paid(), 5_00n);
      await provider.refund(refund, asking);
      await simulator.settleRefunds();
      const raw = await lastOf(simulator.callbacks(), provider, 'refund');
      const told = provider.readCallback(raw);
      expect(told).toMatchObject({ number: refund.number, state: { kind: 'refunded', amount: money(5_00n) } });
    });

    test('that comes again is the same callback', async () => {
      const { provider, simulator, paid } = tried();
      await paid();
      const raw = await lastOf(simulator.callbacks(), provider, 'charge');
      expect(provider.readCallback(raw)).toEqual(provider.readCallback({ ...raw }));
    });
  });
}

export function refusingCallbacks(tried: () => Act): void {
  describe('a callback', () => {
    test.each(forgeries)('with a wrong %s is refused for its %s', async (forgery, why) => {
      const { provider, simulator, paid } = tried();
      const raw = await simulator.forge((await paid()).number, forgery);
      // Nothing in this provider's callbacks could be wrong so.
      if (raw === null) return expect(forgery).not.toBe('signature');
      expect(provider.readCallback(raw)).toMatchObject({ kind: 'refused', why });
    });

    test('with another amount or currency says that one: the caller compares', async () => {
      const { provider, simulator, paid, money } = tried();
      const { number } = await paid();
      const [dearer, elsewhere] = [await simulator.forge(number, 'amount'), await simulator.forge(number, 'currency')];
      if (dearer) expect(paidIn(provider.readCallback(dearer))).toEqual(money(12_35n));
      if (elsewhere) expect(paidIn(provider.readCallback(elsewhere))?.currency).not.toBe(money(0n).currency);
      expect(dearer).not.toBeNull();
    });

    test('of which one byte was changed is refused', async () => {
      const { provider, simulator, paid } = tried();
      await paid();
      const raw = await lastOf(simulator.callbacks(), provider, 'charge');
      for (const at of [0, Math.floor(raw.body.length / 2), raw.body.length - 1]) {
        const body = Uint8Array.from(raw.body, (byte, index) => (index === at ? byte ^ 1 : byte));
        expect(provider.readCallback({ ...raw, body })).toMatchObject({ kind: 'refused' });
      }
    });

    test.each([
      ['nothing', ''],
      ['no JSON', '{'],
      ['no object', 'null'],
      ['an empty object', '{}'],
      ['bytes that are no text', '\u0000\u0001'],
    ])('of %s is refused, not thrown', async (_what, text) => {
      const { provider, now } = tried();
      const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from(text), receivedAt: now() };
      expect(provider.readCallback(raw)).toMatchObject({ kind: 'refused' });
    });

    test('is answered by one thing for yes and another for no', () => {
      const { acknowledgement, refusal } = tried().provider;
      expect(acknowledgement.status).toBeGreaterThanOrEqual(200);
      expect(acknowledgement.status).toBeLessThan(300);
      expect(refusal).not.toEqual(acknowledgement);
    });
  });
}

/** The last of the callbacks that the provider reads as one of this kind with a final good state. */
async function lastOf(
  sent: Promise<readonly RawCallback[]>,
  provider: Provider,
  kind: 'charge' | 'refund',
): Promise<RawCallback> {
  const found = (await sent).findLast((raw) => {
    const told = provider.readCallback(raw);
    return told.kind === kind && ['paid', 'refunded'].includes(told.state.kind);
  });
  if (!found) throw new Error(`no callback about a ${kind} was sent`);
  return found;
}

function paidIn(callback: Callback | RefusedCallback): Money | undefined {
  return callback.kind === 'charge' && callback.state.kind === 'paid' ? callback.state.amount : undefined;
}
