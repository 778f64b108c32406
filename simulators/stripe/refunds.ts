import { checkAmount, inMajorUnits } from './currencies.ts';
import { Fault, invalid, missing } from './faults.ts';
import { type Cause, type Charge, type Metadata, nobody, type Refund } from './objects.ts';
import { record } from './transactions.ts';
import type { World } from './world.ts';

export interface RefundWanted {
  readonly payment_intent: string | undefined;
  readonly charge: string | undefined;
  readonly amount: number | undefined;
  readonly reason: string | undefined;
  readonly metadata: Metadata;
}

export function createRefund(world: World, wanted: RefundWanted, cause: Cause): Refund {
  const charge = chargeOf(world, wanted);
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  const amount = wanted.amount ?? left;
  if (amount > left) {
    const [asked, there] = [amount, left].map((units) => inMajorUnits(units, charge.currency));
    const what = charge.amount_refunded === 0 ? 'charge amount' : 'unrefunded amount on charge';
    throw invalid(`Refund amount (${asked}) is greater than ${what} (${there})`, { param: 'amount' });
  }
  if (['isk', 'ugx'].includes(charge.currency)) checkAmount(amount, charge.currency);
  const id = world.id('re');
  const settled = world.refundsSettle === 'at once';
  const refund: Refund = {
    ...{ id, object: 'refund', amount, charge: charge.id, created: world.seconds(), currency: charge.currency },
    balance_transaction: record(world, { kind: 'refund', amount, currency: charge.currency, source: id }).id,
    ...{ metadata: wanted.metadata, payment_intent: charge.payment_intent, reason: wanted.reason ?? null },
    ...{ receipt_number: null, status: settled ? 'succeeded' : 'pending' },
  };
  world.refunds.set(id, refund);
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  world.emit('charge.refunded', charge, cause);
  world.emit('refund.created', refund, cause);
  return refund;
}

function chargeOf(world: World, { payment_intent, charge: id }: RefundWanted): Charge {
  if ((payment_intent === undefined) === (id === undefined)) {
    throw invalid('One of the following params should be provided for this request: payment_intent or charge.', {
      code: payment_intent === undefined ? 'parameter_missing' : 'parameters_exclusive',
    });
  }
  if (id !== undefined) {
    const charge = world.charges.get(id);
    if (!charge) throw missing('charge', id, 'charge');
    if (!charge.paid)
      throw invalid(`Charge ${id} cannot be refunded: it has failed.`, { code: 'charge_not_refundable' });
    return charge;
  }
  const intent = world.intents.get(payment_intent ?? '');
  if (!intent) throw missing('payment_intent', payment_intent ?? '', 'payment_intent');
  const charge = world.charges.get(intent.latest_charge ?? '');
  if (!charge?.paid) {
    const message = `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`;
    throw new Fault(400, { type: 'invalid_request_error', message, param: 'payment_intent' });
  }
  return charge;
}

/** The card's bank has taken the money, or sends it back, be it weeks later. */
export function settleRefund(world: World, refund: Refund, outcome: 'succeeded' | 'failed'): void {
  if (refund.status === outcome || refund.status === 'failed') return;
  refund.status = outcome;
  if (outcome === 'failed') {
    const charge = world.charges.get(refund.charge);
    const { amount, currency, id } = refund;
    refund.failure_reason = 'expired_or_canceled_card';
    refund.failure_balance_transaction = record(world, { kind: 'refund_failure', amount, currency, source: id }).id;
    if (charge) charge.amount_refunded -= amount;
    if (charge) charge.refunded = false;
    world.emit('refund.failed', refund, nobody);
  }
  world.emit('refund.updated', refund, nobody);
}
