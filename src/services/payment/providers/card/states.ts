import type { ChargeState, RefundState } from '../provider.ts';
import { idOf, instantOf, isThing, type Thing, textOf, unknown } from './answer.ts';
import { fromStripe } from './units.ts';

/** The states of a PaymentIntent (docs.stripe.com/payments/paymentintents/lifecycle). There is none that means failed for good. */
const chargeStates: Readonly<Record<string, (intent: Thing, at: number | undefined) => ChargeState>> = {
  // Also after a declined card: the buyer may try another.
  requires_payment_method: () => ({ kind: 'open' }),
  requires_confirmation: () => ({ kind: 'open' }),
  requires_action: () => ({ kind: 'open' }),
  processing: () => ({ kind: 'processing' }),
  // Held on the card and not taken: we never ask for that, and it can still come to nothing.
  requires_capture: () => ({ kind: 'processing' }),
  succeeded: paidOf,
  canceled: ({ cancellation_reason }) => ({ kind: 'closed', code: textOf(cancellation_reason) ?? 'canceled' }),
};

/**
 * What is true of a charge by its PaymentIntent. The time of the payment is that of the charge where the object has it whole,
 * else `at`: a PaymentIntent itself only says when it was opened.
 */
export function chargeStateOf(intent: Thing, at?: number): ChargeState {
  const status = textOf(intent.status) ?? '';
  const state = Object.hasOwn(chargeStates, status) ? chargeStates[status] : undefined;
  return state ? state(intent, at) : unknown(`a PaymentIntent in state ${status.slice(0, 40) || '(none)'}`);
}

function paidOf(intent: Thing, at: number | undefined): ChargeState {
  // Versions of the API before 2022-11-15, in which a webhook may come, have a list of charges instead.
  const charge = intent.latest_charge ?? paidChargeOf(intent.charges);
  const transaction = idOf(charge);
  const amount = fromStripe(intent.amount_received, intent.currency);
  const paidAt = (isThing(charge) ? instantOf(charge.created) : undefined) ?? at;
  if (!amount || !transaction || paidAt === undefined) return unknown('a payment without amount, charge or time');
  return { kind: 'paid', amount, transaction, paidAt };
}

function paidChargeOf(charges: unknown): unknown {
  if (!isThing(charges) || !Array.isArray(charges.data)) return undefined;
  return charges.data.find((charge) => isThing(charge) && charge.paid === true);
}

/** The states of a refund (docs.stripe.com/api/refunds/object). */
const refundStates: Readonly<Record<string, (refund: Thing) => RefundState>> = {
  pending: (refund) => ({ kind: 'processing', reference: idOf(refund) ?? null }),
  requires_action: (refund) => ({ kind: 'processing', reference: idOf(refund) ?? null }),
  succeeded(refund) {
    const amount = fromStripe(refund.amount, refund.currency);
    if (!amount) return unknown('a refund without an amount');
    return { kind: 'refunded', amount, reference: idOf(refund) ?? null, refundedAt: instantOf(refund.created) ?? null };
  },
  // Also weeks after it had succeeded: the bank sends the money back.
  failed: ({ failure_reason }) => notRefunded(textOf(failure_reason) ?? 'failed'),
  canceled: () => notRefunded('canceled'),
};

function notRefunded(code: string): RefundState {
  return { kind: 'failed', code, detail: 'Stripe could not give the money back; it is on your balance there' };
}

export function refundStateOf(refund: Thing): RefundState {
  const status = textOf(refund.status) ?? '';
  const state = Object.hasOwn(refundStates, status) ? refundStates[status] : undefined;
  return state ? state(refund) : unknown(`a refund in state ${status.slice(0, 40) || '(none)'}`);
}
