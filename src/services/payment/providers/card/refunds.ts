import type { Clock } from '#kernel/clock.ts';
import type { Asking, RefundName, RefundOrder, RefundState } from '../provider.ts';
import { idOf, isThing, metadataOf, numberOfRefund, type Thing, textOf, unknown } from './answer.ts';
import { type Charges, keyLifeMs } from './charges.ts';
import type { Ask } from './client.ts';
import { isFinal } from './failure.ts';
import { refundStateOf } from './states.ts';
import { toStripe } from './units.ts';

export interface Refunds {
  refund(refund: RefundOrder, origin: Asking): Promise<RefundState>;
  queryRefund(refund: RefundName, origin: Asking): Promise<RefundState>;
}

/** What is refunded, in Stripe's words. */
type Target = { readonly payment_intent: string } | { readonly charge: string };

const pagesMost = 20;

/** Our number stands in the refund's metadata; lists of Stripe, other than its search, know at once what there is. */
export function refunds(ask: Ask, charges: Charges, clock: Clock): Refunds {
  async function listed(name: RefundName, target: Target, origin: Asking): Promise<RefundState> {
    let after: string | undefined;
    for (let page = 0; page < pagesMost; page += 1) {
      const query = { ...target, limit: 100, ...(after && { starting_after: after }) };
      const outcome = await ask(origin, (stripe, options) => stripe.refunds.list(query, options));
      if (outcome.kind === 'stuck') return unknown(outcome.reason);
      if (outcome.kind === 'unknown') return outcome;
      if (outcome.kind === 'refusal') return unknown(`HTTP ${outcome.status} ${outcome.code}`);
      const { data, has_more } = outcome.thing;
      if (!Array.isArray(data)) return unknown('a list of refunds without a list');
      const found = data.find((refund) => isThing(refund) && metadataOf(refund, numberOfRefund) === name.number);
      if (isThing(found)) return stateOf(name, found);
      after = idOf(data.at(-1));
      if (has_more !== true || after === undefined) return { kind: 'absent' };
    }
    return unknown('more refunds of one charge than can be looked through');
  }

  async function retrieved(name: RefundName, id: string, origin: Asking): Promise<RefundState> {
    const outcome = await ask(origin, (stripe, options) => stripe.refunds.retrieve(id, {}, options));
    if (outcome.kind === 'answered') return stateOf(name, outcome.thing);
    if (outcome.kind === 'refusal') return unknown(`HTTP ${outcome.status} ${outcome.code}`);
    return outcome.kind === 'stuck' ? unknown(outcome.reason) : outcome;
  }

  async function created(order: RefundOrder, target: Target, origin: Asking): Promise<RefundState> {
    const amount = toStripe(order.amount)?.amount;
    if (amount === undefined) return failed('amount', 'Stripe cannot give back exactly this amount');
    const wanted = { ...target, amount, reason: 'requested_by_customer' as const };
    const metadata = { [numberOfRefund]: order.number };
    const idempotencyKey = `refund-${order.number}`;
    const outcome = await ask(origin, (stripe, options) =>
      stripe.refunds.create({ ...wanted, metadata }, { ...options, idempotencyKey }),
    );
    if (outcome.kind === 'unknown') return outcome;
    const id = outcome.kind === 'answered' && outcome.replayed ? idOf(outcome.thing) : undefined;
    // A repeat has the words of the first time: what has become of the refund since is asked for.
    if (id !== undefined) return retrieved(order, id, origin);
    if (outcome.kind === 'answered') return stateOf(order, outcome.thing);
    if (outcome.kind === 'stuck') return unlessAbsent(await listed(order, target, origin), unknown(outcome.reason));
    const { code, detail } = outcome;
    const refusal = isFinal(outcome) ? failed(code, detail) : unknown(`HTTP ${outcome.status} ${code}`);
    // It may be refused because it has been done: then it is in the list.
    return unlessAbsent(await listed(order, target, origin), refusal);
  }

  return {
    async refund(order, origin) {
      const target = await targetOf(charges, order, origin);
      if ('kind' in target) return target;
      // Stripe may have forgotten the key, and would give the money back a second time.
      const isLate = clock.now() - order.askedAt >= keyLifeMs;
      const known = isLate ? await listed(order, target, origin) : { kind: 'absent' as const };
      return known.kind === 'absent' ? created(order, target, origin) : known;
    },
    async queryRefund(name, origin) {
      if (name.reference !== null) return retrieved(name, name.reference, origin);
      const target = await targetOf(charges, name, origin);
      if (!('kind' in target)) return listed(name, target, origin);
      return target.kind === 'failed' ? { kind: 'absent' } : target;
    },
  };
}

async function targetOf(
  charges: Charges,
  { charge, transaction }: RefundName,
  origin: Asking,
): Promise<Target | RefundState> {
  if (charge.reference !== null) return { payment_intent: charge.reference };
  if (transaction !== null) return { charge: transaction };
  const found = await charges.find(charge, origin);
  if (found.kind === 'unknown') return found;
  const id = found.kind === 'found' ? textOf(found.intent.id) : undefined;
  return id ? { payment_intent: id } : failed('never_opened', 'there is no charge of this number at Stripe');
}

function stateOf(name: RefundName, refund: Thing): RefundState {
  if (refund.object !== 'refund' || !idOf(refund)) return unknown('an answer that is no refund');
  if (metadataOf(refund, numberOfRefund) !== name.number) return unknown('a refund of another number');
  return refundStateOf(refund);
}

const failed = (code: string, detail: string): RefundState => ({ kind: 'failed', code, detail });

function unlessAbsent(state: RefundState, otherwise: RefundState): RefundState {
  return state.kind === 'absent' ? otherwise : state;
}
