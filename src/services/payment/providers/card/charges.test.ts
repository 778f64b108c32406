import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Charge, ChargeName } from '../provider.ts';
import { type Act, act } from '../testing/act.ts';
import { type CardScene, cardScene } from './testing/scene.ts';

const hourMs = 3_600_000;
const number = 'a0t1_Charge_1';
let scene: CardScene;
let tried: Act;

beforeEach(async () => {
  scene = await cardScene();
  tried = act(scene);
});
afterEach(() => scene.stop());

const intents = () => [...scene.stripe.world.intents.values()];
const open = (charge: Charge = tried.aCharge()) => scene.provider.open(charge, tried.asking);
const query = (charge: ChargeName) => scene.provider.query(charge, tried.asking);
const close = (charge: ChargeName) => scene.provider.close(charge, tried.asking);

describe('a charge whose opening was never heard of', () => {
  test.each(['connection cut, applied', 'no answer, applied'] as const)(
    'is found again by its key (%s)',
    async (mishap) => {
      const charge = tried.aCharge();
      scene.stripe.control.failNext(mishap);
      expect(await scene.provider.open(charge, { deadline: scene.now() + 1_500 })).toMatchObject({ kind: 'unknown' });
      expect(await query(charge)).toEqual({ kind: 'open' });
      const again = await open(charge);
      expect(again).toMatchObject({ kind: 'opened', reference: intents()[0]?.id });
      expect(intents()).toHaveLength(1);
    },
  );

  test('is ended without its reference, and for those who come late too', async () => {
    const charge = tried.aCharge();
    scene.stripe.control.failNext('connection cut, applied');
    await open(charge);
    expect(await close(charge)).toEqual({ kind: 'closed', code: 'abandoned' });
    expect(intents().map(({ status }) => status)).toEqual(['canceled']);
    expect(await open(charge)).toEqual({ kind: 'state', state: { kind: 'closed', code: 'abandoned' } });
  });

  test('and that was paid is seen to be paid now, whatever the first answer said', async () => {
    const charge = tried.aCharge();
    await open(charge);
    scene.stripe.control.pay(number);
    // The same key repeats the words of the first time: requires_payment_method.
    expect(await query(charge)).toMatchObject({ kind: 'paid', amount: charge.amount });
    expect(await open(charge)).toMatchObject({ kind: 'state', state: { kind: 'paid' } });
    expect(await close(charge)).toMatchObject({ kind: 'paid' });
  });

  test('comes under the next key where Stripe repeats a server error, and that for everyone', async () => {
    const charge = tried.aCharge();
    scene.stripe.control.failNext('server error, applied');
    expect(await open(charge)).toMatchObject({ kind: 'unknown' });
    const first = await open(charge);
    expect(first.kind).toBe('opened');
    expect(await open(charge)).toEqual(first);
    // The one that was made without an answer has a secret that nobody knows.
    expect(intents()).toHaveLength(2);
    expect(await close(charge)).toMatchObject({ kind: 'closed' });
    expect(scene.stripe.control.pay(number)).toBe(false);
  });

  test('stays unknown while Stripe has only errors for it', async () => {
    const charge = tried.aCharge();
    scene.stripe.control.failNext('server error, applied', { times: 3 });
    for (let time = 0; time < 3; time += 1) {
      expect(await open(charge)).toMatchObject({ kind: 'unknown' });
    }
    expect(await open(charge)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('each of our keys') });
  });
});

describe('a charge older than Stripe remembers its key', () => {
  test('is looked for, and not made a second time', async () => {
    const charge = tried.aCharge();
    await open(charge);
    scene.stripe.control.pay(number);
    scene.move(25 * hourMs);
    expect(await query(charge)).toMatchObject({ kind: 'paid' });
    expect(intents()).toHaveLength(1);
  });

  test('is over where there is none of its number', async () => {
    const charge = { ...tried.aCharge(), expiresAt: scene.now() + 48 * hourMs };
    scene.move(25 * hourMs);
    expect(await query(charge)).toEqual({ kind: 'closed', code: 'never_opened' });
    expect(await open(charge)).toMatchObject({ kind: 'refused', code: 'too_old' });
    expect(intents()).toHaveLength(0);
  });
});

describe('a card', () => {
  test('that is declined leaves the charge open for another', async () => {
    const charge = await tried.opened();
    scene.stripe.control.decline(number);
    expect(await query(charge)).toEqual({ kind: 'open' });
    expect(scene.stripe.control.pay(number)).toBe(true);
    expect(await query(charge)).toMatchObject({ kind: 'paid' });
    expect(scene.stripe.books.captures(number)).toHaveLength(1);
  });

  test('whose bank asks first is open until the buyer has answered', async () => {
    const charge = await tried.opened();
    expect(scene.stripe.control.pay(number, '4000000000003220')).toBe(true);
    expect(await query(charge)).toMatchObject({ kind: 'paid', amount: charge.amount });
  });
});

describe('ending a charge', () => {
  test('that is paid says so: Stripe refuses to cancel what has succeeded', async () => {
    const charge = await tried.paid();
    expect(await close(charge)).toMatchObject({ kind: 'paid', amount: charge.amount });
    expect(intents()[0]?.status).toBe('succeeded');
  });

  test('that Stripe would not end a moment ago is tried anew, not answered out of its memory', async () => {
    const charge = await tried.opened();
    const intent = intents()[0];
    if (intent) intent.status = 'processing';
    expect(await close(charge)).toEqual({ kind: 'processing' });
    if (intent) intent.status = 'requires_payment_method';
    scene.move(1);
    expect(await close(charge)).toMatchObject({ kind: 'closed' });
  });

  test('that is late is ours: nobody is given the means to pay it any more', async () => {
    const charge = tried.aCharge();
    const { reference } = await tried.opened(charge);
    scene.move(31 * 60_000);
    expect(scene.stripe.control.pay('somebody else’s')).toBe(false);
    expect(await open({ ...charge, reference })).toEqual({
      kind: 'state',
      state: { kind: 'closed', code: 'abandoned' },
    });
    expect(scene.stripe.control.pay(number)).toBe(false);
  });
});

describe('what does not fit together', () => {
  test('is unknown: another amount under the same number', async () => {
    await open();
    expect(await open(tried.aCharge(99_99n))).toMatchObject({ kind: 'unknown' });
    expect(intents()).toHaveLength(1);
  });

  test('is unknown: a reference that is another charge’s', async () => {
    const { reference } = await tried.paid();
    expect(await query({ ...tried.aCharge(1n, 'a0t1_Charge_2'), reference })).toEqual({
      ...{ kind: 'unknown', reason: 'a PaymentIntent of another number' },
    });
  });

  test('is unknown: an answer of the other mode', async () => {
    const live = await cardScene({ account: { livemode: true } });
    expect(await live.provider.open(tried.aCharge(), tried.asking)).toMatchObject({ kind: 'unknown' });
    await live.stop();
  });

  test('is unknown: a reference that Stripe does not know', async () => {
    expect(await query({ ...tried.aCharge(), reference: 'pi_ofAnotherAccount' })).toMatchObject({ kind: 'unknown' });
  });
});

describe('a charge that Stripe will not open', () => {
  test.each([
    ['a currency that it does not take', { amount: 100n, currency: 'XTS' }, 'invalid_request_error: currency'],
    ['less than it takes', { amount: 49n, currency: 'USD' }, 'amount_too_small'],
    ['more than it takes', { amount: 100_000_000n, currency: 'USD' }, 'amount_too_large'],
    ['a thousandth that cannot be paid', { amount: 1_234n, currency: 'KWD' }, 'amount'],
  ])('(%s) is refused, with its code', async (_what, amount, code) => {
    expect(await open({ ...tried.aCharge(), amount })).toMatchObject({ kind: 'refused', code });
  });

  test('because cards are not activated is refused, in words', async () => {
    scene.stripe.control.failNext('refused');
    const answer = await open();
    expect(answer).toMatchObject({ kind: 'refused', code: 'payment_method_unactivated' });
    expect(answer.kind === 'refused' && answer.detail).toContain('dashboard');
  });

  test.each([
    'rate limit',
    'bad gateway, not applied',
    'json of a proxy, applied',
    'text of a proxy, applied',
  ] as const)('is unknown and not refused with %s', async (mishap) => {
    scene.stripe.control.failNext(mishap);
    expect(await open()).toMatchObject({ kind: 'unknown' });
  });
});

test('two who open at once open one charge, and neither is refused', async () => {
  scene.stripe.control.failNext('slow');
  const both = await Promise.all([open(), open()]);
  expect(both.map(({ kind }) => kind).sort()).toEqual(['opened', 'unknown']);
  expect(intents()).toHaveLength(1);
});
