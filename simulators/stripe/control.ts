import { type Card, cardByName, cardByNumber } from './cards.ts';
import { Fault } from './faults.ts';
import type { Failures, Mishap } from './mishaps.ts';
import { type Intent, nobody, type Refund, type StripeEvent } from './objects.ts';
import { authenticate, confirm } from './payments.ts';
import { settleRefund } from './refunds.ts';
import { numberOf, type Planted, plant, reportOf } from './statement.ts';
import { payOut } from './transactions.ts';
import { type Endpoint, type Mischief, signatureOf, type Webhooks } from './webhooks.ts';
import type { World } from './world.ts';

/** A webhook that Stripe has not sent. */
export interface Forged {
  readonly signedWith?: string;
  /** Seconds from now, negative for the past. */
  readonly signedAt?: number;
  readonly livemode?: boolean;
  readonly account?: string;
  readonly amount?: number;
  readonly currency?: string;
}

export interface Webhook {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What tests and demonstrations do with the simulator, in process; the same is to be had under `/_simulator/`. */
export interface Control {
  failNext(mishap: Mishap, options?: { readonly times?: number; readonly of?: string }): void;
  clearFailures(): void;
  /** The buyer gives a card for what was opened last under this number; whether the money was taken. */
  pay(number: string, card?: string): boolean;
  /** The buyer gives a card that is declined. */
  decline(number: string): void;
  /** What refunds are from now on, and what becomes of those under way. */
  refundsSettle(when: World['refundsSettle']): void;
  settleRefunds(outcome?: 'succeeded' | 'failed'): void;
  /** A refund that had gone through comes back: the buyer's bank does not take it. */
  failRefund(number: string): void;
  callbacks(changes: Partial<Mischief>): void;
  /** Sends the events about this number again. */
  resend(number: string): Promise<void>;
  /** The last event about the payment of this number, made false. */
  forge(number: string, forged: Forged): Webhook;
  plant(error: Planted): void;
  payOut(amount: number): void;
  report(day: string): string;
}

interface Means {
  readonly world: World;
  readonly webhooks: Webhooks;
  readonly failures: Failures;
  readonly planted: Planted[];
  readonly endpoints: readonly Endpoint[];
}

export function controlOf({ world, webhooks, failures, planted, endpoints }: Means): Control {
  const intentOf = (number: string): Intent | undefined =>
    [...world.intents.values()].findLast(({ metadata }) => numberOf(metadata) === number);
  const eventsOf = (number: string): StripeEvent[] =>
    world.events.filter(
      ({ data: { object } }) => 'metadata' in object && numberOf(object.metadata as Record<string, string>) === number,
    );
  return {
    failNext: failures.next,
    clearFailures: failures.clear,
    pay(number, name = 'pm_card_visa') {
      const intent = intentOf(number);
      const card: Card = cardByName(name) ?? cardByNumber(name);
      return intent !== undefined && charged(world, intent, card);
    },
    decline(number) {
      const intent = intentOf(number);
      if (intent) charged(world, intent, cardByNumber('4000000000000002'));
    },
    refundsSettle(when) {
      world.refundsSettle = when;
    },
    settleRefunds(outcome = 'succeeded') {
      for (const refund of world.refunds.values())
        if (refund.status === 'pending') settleRefund(world, refund, outcome);
    },
    failRefund(number) {
      const refund: Refund | undefined = [...world.refunds.values()].find(
        ({ metadata }) => numberOf(metadata) === number,
      );
      if (refund) settleRefund(world, refund, 'failed');
    },
    callbacks: (changes) => void Object.assign(webhooks.mischief, changes),
    async resend(number) {
      for (const event of eventsOf(number)) await webhooks.resend(event);
    },
    forge(number, forged) {
      const event = eventsOf(number).findLast(({ type }) => type === 'payment_intent.succeeded');
      if (!event) throw new Error(`there is no event about a payment of ${number}`);
      return forgedFrom(event, forged, endpoints[0] ?? { url: '/', secrets: [], events: [] }, world.seconds());
    },
    plant: (error) => plant(world, error, planted),
    payOut: (amount) => void payOut(world, amount),
    report: (day) => reportOf(world, planted, day),
  };
}

/** As the form on the phone does it, with a bank's challenge passed. */
function charged(world: World, intent: Intent, card: Card): boolean {
  try {
    const after = confirm(world, intent, card, nobody);
    return (after.status === 'requires_action' ? authenticate(world, after, card, true) : after).status === 'succeeded';
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

function forgedFrom(event: StripeEvent, forged: Forged, endpoint: Endpoint, now: number): Webhook {
  const intent = event.data.object as Intent;
  const { amount = intent.amount_received, currency = intent.currency } = forged;
  const body = JSON.stringify({
    ...event,
    ...(forged.account === undefined ? {} : { account: forged.account }),
    livemode: forged.livemode ?? event.livemode,
    data: { object: { ...intent, amount, amount_received: amount, currency } },
  });
  const secrets = forged.signedWith === undefined ? endpoint.secrets : [forged.signedWith];
  const signature = signatureOf({ secrets }, now + (forged.signedAt ?? 0), body);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature };
  return { url: endpoint.url, headers, body };
}
