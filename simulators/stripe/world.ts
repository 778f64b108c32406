import type { Clock } from '#kernel/clock.ts';
import type { Random } from '#runtime/seams/random.ts';
import type { Cause, Charge, Intent, Refund, StripeEvent, Transaction } from './objects.ts';

/** The merchant's account. */
export interface Account {
  readonly id: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly livemode: boolean;
  /** In lower case: what Stripe pays out in. Other currencies are converted by `exchangeRates`. */
  readonly currency: string;
  /** The fee is this share of a payment, in hundredths of a percent, and a fixed part in units of the currency. */
  readonly feeBasisPoints: number;
  readonly feeFixed: number;
  /** How much of the account's currency one unit of another is. */
  readonly exchangeRates: Readonly<Record<string, number>>;
  readonly apiVersion: string;
}

/** All that Stripe knows of the account, in memory. */
export interface World {
  readonly account: Account;
  readonly clock: Clock;
  readonly random: Random;
  readonly intents: Map<string, Intent>;
  readonly charges: Map<string, Charge>;
  readonly refunds: Map<string, Refund>;
  /** In the order in which they came to be; lists show the newest first. */
  readonly transactions: Transaction[];
  readonly events: StripeEvent[];
  /** What cards' refunds are when they are asked for: done at once, or on their way until they are settled. */
  refundsSettle: 'at once' | 'later';
  seconds(): number;
  id(prefix: string, length?: number): string;
  /** Something has happened to an object: it is told as it is now. */
  emit(type: string, object: object, cause: Cause): void;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function makeWorld(account: Account, clock: Clock, random: Random, tell: (event: StripeEvent) => void): World {
  const seconds = (): number => Math.floor(clock.now() / 1_000);
  const id = (prefix: string, length = 24): string => {
    const letters = Array.from({ length }, () => alphabet[Math.floor(random.fraction() * alphabet.length)]);
    return `${prefix}_${letters.join('')}`;
  };
  const events: StripeEvent[] = [];
  return {
    ...{ account, clock, random, events, seconds, id, transactions: [], refundsSettle: 'at once' },
    ...{ intents: new Map(), charges: new Map(), refunds: new Map() },
    emit(type, object, request) {
      const event: StripeEvent = {
        ...{ id: id('evt'), object: 'event', api_version: account.apiVersion, created: seconds() },
        ...{
          data: { object: structuredClone(object) },
          livemode: account.livemode,
          pending_webhooks: 1,
          request,
          type,
        },
      };
      events.push(event);
      tell(event);
    },
  };
}
