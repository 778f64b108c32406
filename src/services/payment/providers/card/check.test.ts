import { afterEach, describe, expect, test } from 'vitest';
import { systemScheduler } from '#runtime/seams/scheduler.ts';
import type { StripeSimulatorOptions } from '../../../../../simulators/stripe/simulator.ts';
import { cardProvider } from './card.ts';
import type { CardSettings } from './settings.ts';
import { type CardScene, cardScene, notifyUrl, webhookSecret } from './testing/scene.ts';

let scene: CardScene;
afterEach(() => scene.stop());

async function wrongWith(changes: Partial<CardSettings>, options: StripeSimulatorOptions = {}, offMs = 0) {
  scene = await cardScene(options);
  const clock = { now: () => scene.now() + offMs };
  const provider = cardProvider({ ...scene.settings, ...changes }, { clock, scheduler: systemScheduler() });
  const found = await provider.check({ deadline: clock.now() + 10_000 });
  return found.flatMap(({ what, ok, advice }) => (ok ? [] : [`${what}: ${advice}`]));
}
const webhook = (url: string, events: readonly string[]) => ({ webhooks: [{ url, events, secrets: [webhookSecret] }] });

describe('checking the settings of cards finds', () => {
  test('nothing when all is well', async () => {
    expect(await wrongWith({})).toEqual([]);
  });

  test('a key that Stripe does not know', async () => {
    const found = await wrongWith({ secretKey: 'sk_test_notTheRightOne99' });
    expect(found).toEqual([expect.stringContaining('does not know STRIPE_SECRET_KEY')]);
    expect(found.join()).not.toContain('One99');
  });

  test('a publishable key in the place of the secret one', async () => {
    const found = await wrongWith({ secretKey: 'pk_test_simulatedPublishableKey' });
    expect(found).toEqual([expect.stringContaining('right to write PaymentIntents')]);
  });

  test('that nobody answers', async () => {
    expect(await wrongWith({ apiUrl: 'http://127.0.0.1:1' })).toEqual([
      expect.stringContaining('does not answer as Stripe does'),
    ]);
  });

  test.each([-120_000, 120_000])('a clock that is off by %d ms', async (offMs) => {
    expect(await wrongWith({}, {}, offMs)).toEqual([expect.stringMatching(/the clock: it is 1[12]\d s off/)]);
  });

  test('a webhook that is not registered, and one that is not told everything', async () => {
    expect(await wrongWith({}, webhook('https://elsewhere.example/', ['*']))).toEqual([
      `the webhook: register ${notifyUrl} at Stripe, Developers → Webhooks`,
    ]);
    await scene.stop();
    const found = await wrongWith({}, webhook(notifyUrl, ['payment_intent.succeeded']));
    expect(found).toEqual([expect.stringContaining('add its events payment_intent.canceled')]);
    await scene.stop();
    expect(await wrongWith({ notifyUrl: undefined })).toEqual([expect.stringContaining('set STRIPE_NOTIFY_URL')]);
  });
});
