import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RefundName, RefundOrder } from '../provider.ts';
import { type Act, act } from '../testing/act.ts';
import { type CardScene, cardScene } from './testing/scene.ts';

const hourMs = 3_600_000;
let scene: CardScene;
let tried: Act;

beforeEach(async () => {
  scene = await cardScene();
  tried = act(scene);
});
afterEach(() => scene.stop());

const refund = (order: RefundOrder) => scene.provider.refund(order, tried.asking);
const queried = (name: RefundName) => scene.provider.queryRefund(name, tried.asking);
const made = () => [...scene.stripe.world.refunds.values()];

describe('a refund', () => {
  test('asked for again after Stripe has forgotten the key goes back once', async () => {
    const order = tried.aRefund(await tried.paid(), 5_00n);
    await refund(order);
    scene.move(25 * hourMs);
    expect(await refund(order)).toMatchObject({ kind: 'refunded' });
    expect(made()).toHaveLength(1);
  });

  test('that was never made is made, even a day later', async () => {
    const order = tried.aRefund(await tried.paid(), 5_00n);
    scene.move(25 * hourMs);
    expect(await refund(order)).toMatchObject({ kind: 'refunded' });
    expect(made()).toHaveLength(1);
  });

  test('asked for again says what has become of it, not what was said the first time', async () => {
    scene.stripe.control.refundsSettle('later');
    const order = tried.aRefund(await tried.paid(), 5_00n);
    expect(await refund(order)).toMatchObject({ kind: 'processing' });
    scene.stripe.control.settleRefunds('succeeded');
    expect(await refund(order)).toMatchObject({ kind: 'refunded' });
    scene.stripe.control.failRefund(order.number);
    expect(await refund(order)).toMatchObject({ kind: 'failed', code: 'expired_or_canceled_card' });
  });

  test('that had succeeded may fail weeks later, and the callback says so', async () => {
    const order = tried.aRefund(await tried.paid(), 5_00n);
    expect(await refund(order)).toMatchObject({ kind: 'refunded' });
    scene.move(20 * 24 * hourMs);
    scene.stripe.control.failRefund(order.number);
    const last = (await scene.simulator.callbacks()).map((raw) => scene.provider.readCallback(raw)).at(-1);
    expect(last).toMatchObject({ kind: 'refund', number: order.number, state: { kind: 'failed' } });
    expect(scene.stripe.books.refunds(order.charge.number)).toEqual([]);
  });

  test('whose server error Stripe repeats is found in the list', async () => {
    const order = tried.aRefund(await tried.paid(), 5_00n);
    scene.stripe.control.failNext('server error, applied');
    expect(await refund(order)).toMatchObject({ kind: 'unknown' });
    expect(await refund(order)).toMatchObject({ kind: 'refunded' });
    expect(made()).toHaveLength(1);
  });

  test('is found among more than a page of others', async () => {
    const charge = await tried.paid(500_00n);
    const first = tried.aRefund(charge, 1n, 'r0f1_first');
    await refund(first);
    const others = scene.stripe.world;
    for (let index = 0; index < 120; index += 1) {
      const [copy] = made();
      if (copy)
        others.refunds.set(`re_${index}`, { ...copy, id: `re_${index}`, metadata: { suanpan_refund: `r${index}` } });
    }
    expect(await queried(first)).toMatchObject({ kind: 'refunded', reference: made()[0]?.id });
    expect(await queried({ ...first, number: 'r0f1_none' })).toEqual({ kind: 'absent' });
  });

  test('that is refused because all of it went back by our own doing is not a failure', async () => {
    const order = tried.aRefund(await tried.paid(), 12_34n);
    await refund(order);
    // As after a restore: our clock says that it was asked for a moment ago, Stripe has forgotten the key.
    scene.move(25 * hourMs);
    expect(await refund({ ...order, askedAt: scene.now() })).toMatchObject({ kind: 'refunded' });
    expect(await refund(tried.aRefund(order.charge, 1n, 'r0f1_more'))).toMatchObject({
      ...{ kind: 'failed', code: 'charge_already_refunded' },
    });
  });

  test('of a charge whose reference we never learned finds it', async () => {
    const charge = { ...(await tried.paid()), reference: null };
    const order = tried.aRefund(charge, 5_00n);
    expect(await queried(order)).toEqual({ kind: 'absent' });
    expect(await refund(order)).toMatchObject({ kind: 'refunded' });
    expect(await queried(order)).toMatchObject({ kind: 'refunded' });
  });

  test('that is asked about by another refund’s reference is unknown', async () => {
    const order = tried.aRefund(await tried.paid(), 5_00n);
    await refund(order);
    const reference = made()[0]?.id ?? null;
    expect(await queried({ ...order, number: 'r0f1_other', reference })).toMatchObject({ kind: 'unknown' });
  });

  test('under the number of one with another amount is unknown', async () => {
    const order = tried.aRefund(await tried.paid(), 5_00n);
    await refund(order);
    expect(await refund({ ...order, amount: tried.money(6_00n) })).toMatchObject({ kind: 'unknown' });
    expect(made()).toHaveLength(1);
  });
});
