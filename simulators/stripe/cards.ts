import type { CardError } from './objects.ts';

/** What happens when a card is charged. */
export type Outcome =
  | { readonly kind: 'succeeds' }
  | { readonly kind: 'challenge' }
  | { readonly kind: 'declines'; readonly error: Omit<CardError, 'charge'> };

export interface Card {
  readonly number: string;
  /** Stripe's name for it in tests, in place of a buyer's own. */
  readonly paymentMethod: string;
  readonly outcome: Outcome;
}

function declines(code: string, decline: string | undefined, message: string): Outcome {
  const error = { type: 'card_error', code, message } as const;
  return { kind: 'declines', error: decline === undefined ? error : { ...error, decline_code: decline } };
}

/** Stripe's own cards for trying (docs.stripe.com/testing). */
export const cards: readonly Card[] = [
  { number: '4242424242424242', paymentMethod: 'pm_card_visa', outcome: { kind: 'succeeds' } },
  { number: '4000000000003220', paymentMethod: 'pm_card_threeDSecure2Required', outcome: { kind: 'challenge' } },
  {
    number: '4000000000000002',
    paymentMethod: 'pm_card_visa_chargeDeclined',
    outcome: declines('card_declined', 'generic_decline', 'Your card was declined.'),
  },
  {
    number: '4000000000009995',
    paymentMethod: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    outcome: declines('card_declined', 'insufficient_funds', 'Your card has insufficient funds.'),
  },
  {
    number: '4000000000000069',
    paymentMethod: 'pm_card_chargeDeclinedExpiredCard',
    outcome: declines('expired_card', undefined, 'Your card has expired.'),
  },
];

const unknownNumber = declines('incorrect_number', undefined, 'Your card number is incorrect.');

export function cardByNumber(given: string): Card {
  const number = given.replace(/[\s-]/g, '');
  return (
    cards.find((card) => card.number === number) ?? { number, paymentMethod: 'pm_card_unknown', outcome: unknownNumber }
  );
}

export function cardByName(paymentMethod: string): Card | undefined {
  return cards.find((card) => card.paymentMethod === paymentMethod);
}
