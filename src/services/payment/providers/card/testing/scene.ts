import { movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import type { Mishap as StripeMishap } from '../../../../../../simulators/stripe/mishaps.ts';
import {
  type StripeSimulator,
  type StripeSimulatorOptions,
  startStripeSimulator,
} from '../../../../../../simulators/stripe/simulator.ts';
import type { RawCallback } from '../../provider.ts';
import type { Forgery, Mishap, Scene } from '../../testing/scene.ts';
import { cardProvider } from '../card.ts';
import type { CardSettings } from '../settings.ts';
import { fromStripe } from '../units.ts';

export const notifyUrl = 'https://shop.example/v1/payments/callbacks/card';
export const webhookSecret = 'whsec_simulatedWebhookSecret';

export interface CardScene extends Scene {
  readonly stripe: StripeSimulator;
  readonly settings: CardSettings;
  readonly clock: { now(): number };
}

/** The adapter for cards against a simulated Stripe, both by a time that tests move. */
export async function cardScene(options: StripeSimulatorOptions = {}): Promise<CardScene> {
  const time = movableTime(() => systemClock.now());
  const received: RawCallback[] = [];
  const stripe = await startStripeSimulator({
    ...{ clock: time, scheduler: time, webhooks: [{ url: notifyUrl, secrets: [webhookSecret], events: ['*'] }] },
    async send(url, headers, body) {
      received.push(rawOf(url, headers, body, time.now()));
      return 200;
    },
    ...options,
  });
  const settings: CardSettings = {
    ...{ secretKey: stripe.account.secretKey, publishableKey: stripe.account.publishableKey },
    ...{ webhookSecrets: [webhookSecret], apiUrl: stripe.url, notifyUrl, timeoutMs: 20_000 },
  };
  return {
    ...{ stripe, settings, clock: time, provider: cardProvider(settings, { clock: time, scheduler: time }) },
    simulator: simulated(stripe, received, time),
    charge: { flow: 'card', returnUrl: null, openid: null, currency: 'CNY' },
    declined: 'open',
    now: () => time.now(),
    move: (byMs) => time.move(byMs),
    stop: () => stripe.stop(),
  };
}

function rawOf(url: string, headers: Readonly<Record<string, string>>, body: string, receivedAt: number): RawCallback {
  return { method: 'POST', path: new URL(url).pathname, headers, body: Buffer.from(body), receivedAt };
}

const mishapsOfStripe: Readonly<Partial<Record<Mishap, StripeMishap>>> = {
  'no answer in time, not applied': 'no answer, not applied',
  'no answer in time, applied': 'no answer, applied',
  'connection cut, not applied': 'connection cut, not applied',
  'connection cut, applied': 'connection cut, applied',
  'server error, not applied': 'server error, not applied',
  'server error, applied': 'server error, applied',
};

/** Stripe signs no answers. */
export const cardMishaps = Object.keys(mishapsOfStripe) as readonly Mishap[];

function simulated(
  { control, books, webhooks }: StripeSimulator,
  received: readonly RawCallback[],
  time: { now(): number; move(byMs: number): void },
): Scene['simulator'] {
  const moneyOf = ({ amount, currency }: { amount: number; currency: string }) => {
    const value = fromStripe(amount, currency);
    if (!value) throw new Error(`not an amount: ${amount} ${currency}`);
    return value;
  };
  return {
    pay: async (number) => control.pay(number),
    decline: async (number) => control.decline(number),
    settleRefunds: async () => control.settleRefunds(),
    failNext(mishap) {
      const own = mishapsOfStripe[mishap];
      if (own) control.failNext(own);
    },
    async callbacks() {
      await webhooks.quiet();
      return received;
    },
    async forge(number, forgery) {
      const forged = forgeries[forgery];
      if (!forged) return null;
      const { url, headers, body } = control.forge(number, forged);
      return rawOf(url, headers, body, time.now());
    },
    captures: (number) => books.captures(number).map(moneyOf),
    refunds: (number) => books.refunds(number).map(moneyOf),
    today: () => new Date(time.now()).toISOString().slice(0, 10),
    async issueBill(day) {
      time.move(Math.max(0, Date.parse(`${day}T00:00:00Z`) + 86_400_000 + 60_000 - time.now()));
    },
    billFile: (day) => Buffer.from(control.report(day)),
  };
}

/** An event of Stripe's names no app. */
const forgeries: Readonly<Record<Forgery, Parameters<StripeSimulator['control']['forge']>[1] | null>> = {
  signature: { signedWith: 'whsec_ofSomebodyElse' },
  stale: { signedAt: -3_600 },
  early: { signedAt: 3_600 },
  merchant: { account: 'acct_ofSomebodyElse' },
  app: null,
  amount: { amount: 12_35 },
  currency: { currency: 'usd' },
};
