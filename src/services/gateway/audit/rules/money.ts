import type { LedgerFacts, PaymentFacts } from '#contracts/audit.ts';
import { ended, type Found, isLate, paidOrLater, type Rule, sumOf } from './rule.ts';

type Journals = LedgerFacts['journals'];

/** I2: a succeeded attempt has its journal, a payment journal its succeeded attempt or a reversal, and refunds are journalled. */
export const moneyHasItsJournal: Rule = ({ payment, wallet }, bounds) => {
  const journals = wallet?.journals ?? [];
  const attempts = payment?.attempts ?? [];
  const paid = new Map(journals.filter(({ kind }) => kind === 'payment').map((one) => [one.attemptId, one]));
  const reversed = sumsByAttempt(journals.filter(({ kind }) => kind === 'refund'));
  const found: Found[] = [];
  for (const { id, method, status, amount } of attempts) {
    const journalled = paid.get(id)?.amount;
    // What came through a provider is journalled when the wallet hears of it.
    const isDue = method === 'balance' || (payment && isLate(payment.changedAtMs, bounds));
    if (status === 'SUCCEEDED' && isDue && journalled !== amount) {
      const detail = `attempt ${id} captured ${amount}, its journal has ${journalled ?? 'nothing'}`;
      found.push({ invariant: 'I2', detail });
    }
  }
  const succeeded = new Set(attempts.filter(({ status }) => status === 'SUCCEEDED').map(({ id }) => id));
  for (const { id, attemptId, amount, atMs } of paid.values()) {
    const isReversed = (reversed.get(attemptId) ?? 0) === amount;
    if (!succeeded.has(attemptId) && !isReversed && isLate(atMs, bounds)) {
      const detail = `journal ${id} has no succeeded attempt ${attemptId}, nor a reversal`;
      found.push({ invariant: 'I2', detail });
    }
  }
  for (const [attemptId, amount] of reversed) {
    const taken = paid.get(attemptId)?.amount ?? 0;
    if (amount > taken) found.push({ invariant: 'I2', detail: `${amount} went back of ${taken} from ${attemptId}` });
  }
  return [...found, ...refundsAreJournalled(payment, journals, bounds)];
};

const refundsAreJournalled = (payment: PaymentFacts | undefined, journals: Journals, bounds: Parameters<Rule>[1]) => {
  const refunds = journals.filter(({ kind }) => kind === 'refund');
  const isMoving = refunds.some(({ atMs }) => !isLate(atMs, bounds));
  if (!payment || isMoving || !isLate(payment.changedAtMs, bounds) || sumOf(refunds) === payment.refunded) return [];
  const detail = `payment refunded ${payment.refunded}, the ledger ${sumOf(refunds)}`;
  return [{ invariant: 'I2' as const, detail }];
};

function sumsByAttempt(journals: Journals): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { attemptId, amount } of journals) sums.set(attemptId, (sums.get(attemptId) ?? 0) + amount);
  return sums;
}

/** I3: a paid order is confirmed, or cancelled and given back in full, within the bound. */
export const paidOrdersEnd: Rule = ({ ordering, payment }, bounds) => {
  if (ordering?.status === 'PAID' && isLate(ordering.changedAtMs, bounds)) {
    return [{ invariant: 'I3', detail: 'paid, and neither confirmed nor cancelled' }];
  }
  if (ordering && !isLate(ordering.changedAtMs, bounds)) return [];
  if (!payment) {
    const isPaid = ordering && ordering.total > 0 && paidOrLater.has(ordering.status);
    return isPaid ? [{ invariant: 'I3', detail: `${ordering.status} without a payment` }] : [];
  }
  if (!isLate(payment.changedAtMs, bounds)) return [];
  const status = ordering?.status ?? 'unknown';
  const kept = payment.captured - payment.refunded - (ordering?.settledByHand ?? 0);
  if (ended.has(status) && kept !== 0) {
    return [{ invariant: 'I3', detail: `${status}, and ${kept} of what was captured is not given back` }];
  }
  if (payment.status === 'SUCCEEDED' && !paidOrLater.has(status) && !ended.has(status)) {
    return [{ invariant: 'I3', detail: `the payment succeeded and the order is ${status}` }];
  }
  if (ordering && paidOrLater.has(status) && payment.captured < ordering.total) {
    return [{ invariant: 'I3', detail: `${status} with ${payment.captured} captured of ${ordering.total}` }];
  }
  return [];
};

/** I4: what is kept never exceeds what is due; what is captured beyond goes back within the bound. */
export const nothingBeyondDue: Rule = ({ payment, ordering }, bounds) => {
  if (!payment) return [];
  const { captured, refunded, due, attempts, refunds } = payment;
  const found: string[] = [];
  if (refunded > captured) found.push(`refunded ${refunded} of ${captured} captured`);
  const kept = captured - refunded - (ordering?.settledByHand ?? 0);
  if (kept > due && isLate(payment.changedAtMs, bounds)) {
    found.push(`${kept} is kept of ${due} due`);
  }
  const succeeded = sumOf(attempts.filter(({ status }) => status === 'SUCCEEDED'));
  if (succeeded !== captured) found.push(`captured ${captured}, its attempts sum to ${succeeded}`);
  const returned = refunds.reduce((sum, refund) => sum + refund.returned, 0);
  if (returned !== refunded) found.push(`refunded ${refunded}, its refunds gave back ${returned}`);
  for (const { id, amount, refunding } of attempts) {
    if (refunding > amount) found.push(`refunds take ${refunding} of the ${amount} of attempt ${id}`);
  }
  for (const refund of refunds) {
    const isWhole = refund.status !== 'SUCCEEDED' || refund.returned === refund.amount;
    if (!isWhole || refund.returned > refund.amount) {
      found.push(`refund ${refund.id} is ${refund.status} with ${refund.returned} of ${refund.amount} given back`);
    }
  }
  return found.map((detail) => ({ invariant: 'I4', detail }));
};

/** I4: ordering and payment agree on what was paid and what went back. Payment is asked later: it may only know more. */
export const figuresAgree: Rule = ({ ordering, payment }, bounds) => {
  if (!ordering || !payment) return [];
  const found: Found[] = [];
  if (ordering.paid > payment.captured) {
    found.push({ invariant: 'I4', detail: `the order has ${ordering.paid} paid, ${payment.captured} was captured` });
  }
  const isSettled = isLate(ordering.changedAtMs, bounds) && isLate(payment.changedAtMs, bounds);
  const refunded = sumOf(payment.refunds.filter(({ status }) => status === 'SUCCEEDED'));
  const byPayment = ordering.refunded - ordering.settledByHand;
  if (isSettled && byPayment !== refunded) {
    found.push({ invariant: 'I4', detail: `the order has ${byPayment} refunded, payment ${refunded}` });
  }
  if (isSettled && ordering.refundRequested > ordering.paid) {
    found.push({
      invariant: 'I4',
      detail: `${ordering.refundRequested} is asked back of ${ordering.paid} paid`,
    });
  }
  return found;
};
