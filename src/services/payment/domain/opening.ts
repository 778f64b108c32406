import { type Problem, problem } from '#kernel/problem.ts';
import type { Decider, Decision, Moment } from '#runtime/batch/decider.ts';
import type { State } from '#runtime/batch/workset.ts';
import { attemptsOf, closing, released } from './legs.ts';
import type { PaymentMethod, ProviderMethod } from './methods.ts';
import { type Attempt, type Charge, type Payment, type PaymentTables, paymentIdOf } from './model.ts';
import { type OrderFacts, withFacts } from './record.ts';

/** How long whoever opened an attempt has to conclude it before the sweeper asks. */
const patienceMs = 5_000;

/** How a buyer wants to pay at a provider. */
export interface ChosenCharge extends Pick<Charge, 'flow' | 'returnUrl' | 'openid' | 'description'> {
  /** The part that the balance pays, by an attempt of its own. */
  readonly balance: { readonly attemptId: string; readonly amount: bigint; readonly currency: string } | null;
}

interface OpenBase {
  readonly attemptId: string;
  readonly orderId: string;
  readonly userId: string;
  /** What ordering said, where payment was asked before it heard of the order. */
  readonly order?: OrderFacts;
  /** Why ordering's word allows no attempt, where payment was asked before it heard of the order. */
  readonly refusal?: Problem;
  /** The voided attempt of the same request that this one takes over from. */
  readonly retryOf?: string;
  /** What was in the way has been asked to go. */
  readonly isCleared?: true;
}

export type OpenAttempt = OpenBase &
  ({ readonly method: 'balance' } | { readonly method: ProviderMethod; readonly charge: ChosenCharge });

/** The attempt to go on with, and what it is to take. */
export interface Opened {
  readonly attemptId: string;
  readonly amount: { readonly amount: number; readonly currency: string };
}

/** Payment has not heard enough of the order: ask ordering, and come again with what it says. Not kept for the key. */
export const notHeardOf: Problem = {
  ...problem('unavailable', 'The order is on its way here.'),
  retryAfterSeconds: 1,
};

/** Another choice is open at a provider: have it give way, and come again. Not kept for the key. */
export const inTheWay: Problem = {
  ...problem('unavailable', 'Another attempt to pay the order gives way.'),
  retryAfterSeconds: 1,
};

/** Attempt first: its row is committed before anyone is called. */
export const openAttempt: Decider<PaymentTables, OpenAttempt, Opened> = {
  name: 'open-attempt',
  needs: ({ orderId, retryOf }) => ({
    payments: [paymentIdOf(orderId)],
    ...(retryOf === undefined ? {} : { attempts: [retryOf] }),
  }),
  needsThen: ({ orderId, method }, state) => {
    const open = state.payments.get(paymentIdOf(orderId))?.openAttempt ?? null;
    if (open === null) return {};
    return method === 'balance' ? { attempts: [open] } : { attempts: [open], charges: [open] };
  },
  decide(state, ask, moment) {
    if (ask.refusal) return { refuse: ask.refusal };
    const known = state.payments.get(paymentIdOf(ask.orderId));
    const payment = ask.order ? withFacts(known, ask.order, moment) : known;
    const before = ask.retryOf === undefined ? undefined : state.attempts.get(ask.retryOf);
    if (before?.retriedAs) return { answer: { attemptId: before.retriedAs, amount: wireAmount(before) } };
    if (!payment || payment.due === null || payment.currency === null) return { refuse: notHeardOf };
    const refuse = refusalOf(payment, ask, moment);
    if (refuse) return { refuse };
    const open = payment.openAttempt === null ? undefined : state.attempts.get(payment.openAttempt);
    if (open) return besideOpen(state, open, before, ask);
    return opened(payment, before, ask, moment);
  },
};

/** The same choice goes on with the attempt there is, under whichever key. Another waits until that one has given way. */
function besideOpen(
  state: State<PaymentTables>,
  open: Attempt,
  before: Attempt | undefined,
  ask: OpenAttempt,
): Decision<PaymentTables, Opened> {
  const isElsewhere = ask.method === 'balance' || open.method === 'balance';
  const charge = isElsewhere ? undefined : state.charges.get(open.id);
  if (charge && isSameChoice(charge, open, ask)) {
    const attempts = before ? [{ ...before, retriedAs: open.id }] : [];
    return { put: { attempts }, bind: open.id, answer: { attemptId: open.id, amount: wireAmount(open) } };
  }
  const mayGiveWay = open.method !== 'balance' && (open.status === 'REQUIRES_ACTION' || open.status === 'UNKNOWN');
  if (mayGiveWay && !ask.isCleared) return { refuse: inTheWay };
  return { refuse: problem('payment_in_progress', 'Another attempt to pay the order is under way.') };
}

function isSameChoice(charge: Charge, open: Attempt, ask: OpenAttempt): boolean {
  if (ask.method === 'balance' || ask.method !== open.method) return false;
  const { flow, openid, returnUrl, balance } = ask.charge;
  const isSplit = charge.balanceAttempt !== null;
  return (
    charge.flow === flow && charge.openid === openid && charge.returnUrl === returnUrl && isSplit === (balance !== null)
  );
}

function opened(
  payment: Payment,
  before: Attempt | undefined,
  ask: OpenAttempt,
  moment: Moment,
): Decision<PaymentTables, Opened> {
  const { due, currency } = payment;
  if (due === null || currency === null) throw new Error(`payment ${payment.id} has nothing due`);
  const balance = ask.method === 'balance' ? null : ask.charge.balance;
  if (balance && (balance.currency !== currency || balance.amount >= due)) {
    const detail = `must be less than what is due, in ${currency}`;
    return { refuse: problem('validation_failed', undefined, [{ pointer: '/balanceAmount', detail }]) };
  }
  const drafts: [string, PaymentMethod, bigint][] = [[ask.attemptId, ask.method, due - (balance?.amount ?? 0n)]];
  if (balance) drafts.unshift([balance.attemptId, 'balance', balance.amount]);
  const attempts = drafts.map(([id, method, amount], index): Attempt => {
    const number = payment.attempts + 1 + index;
    return started({ id, method, amount, number, currency, paymentId: payment.id }, moment);
  });
  const main = attempts.at(-1);
  if (!main) throw new Error('no attempt was drafted');
  const put = {
    payments: [
      {
        ...{ ...payment, attempts: main.number, method: ask.method },
        ...{ openAttempt: main.id, openBalance: balance?.attemptId ?? null },
      },
    ],
    attempts: before ? [{ ...before, retriedAs: main.id }, ...attempts] : attempts,
    ...(ask.method === 'balance' ? {} : { charges: [chargeOf(ask.charge, main, payment, moment)] }),
  };
  return { put, bind: main.id, answer: { attemptId: main.id, amount: wireAmount(main) } };
}

type Draft = Pick<Attempt, 'id' | 'paymentId' | 'number' | 'method' | 'amount' | 'currency'>;

function started(draft: Draft, { now, cause }: Moment): Attempt {
  const fresh = { status: 'STARTED', problem: null, refunding: 0n, checks: 0, retriedAs: null } as const;
  return { ...draft, ...fresh, nextCheckAt: now + patienceMs, createdAt: now, cause };
}

function chargeOf(chosen: ChosenCharge, { id }: Attempt, { payableUntil }: Payment, { now }: Moment): Charge {
  const { flow, returnUrl, openid, description, balance } = chosen;
  return {
    ...{ id, flow, returnUrl, openid, description, expiresAt: payableUntil ?? now },
    ...{ balanceAttempt: balance?.attemptId ?? null, reference: null, action: null, transaction: null, paidAt: null },
    detail: null,
  };
}

/** `reason` tells a page what to offer next: the order is paid, it expired, it was cancelled. */
export function notPayable(detail: string, reason: string): Problem {
  return problem('order_not_payable', detail, [{ reason }]);
}

function refusalOf(payment: Payment, { userId }: OpenAttempt, { now }: Moment): Problem | undefined {
  if (payment.userId !== userId) return problem('not_found', 'No such order.');
  if (payment.status === 'SUCCEEDED') return notPayable('The order is paid.', 'paid');
  if (payment.status !== 'DUE') {
    const reason = payment.statusReason ?? 'closed';
    return notPayable(`The payment is closed: ${reason}.`, reason);
  }
  if (payment.payableUntil === null) return notHeardOf;
  if (payment.closing !== null || now > payment.payableUntil) {
    return notPayable('The time to pay the order is over.', payment.closing ?? 'expired');
  }
  return undefined;
}

function wireAmount(attempt: Attempt): Opened['amount'] {
  return { amount: Number(attempt.amount), currency: attempt.currency };
}

export interface GiveWay {
  readonly paymentId: string;
  readonly attemptId: string;
}

/** The buyer has chosen another way to pay: what waits for them at a provider is closed there, and watched until it is. */
export const giveWay: Decider<PaymentTables, GiveWay> = {
  name: 'give-way',
  needs: ({ paymentId, attemptId }) => ({ payments: [paymentId], attempts: [attemptId] }),
  needsThen: ({ paymentId }, state) => attemptsOf(state.payments.get(paymentId)),
  decide(state, { paymentId, attemptId }, moment) {
    const payment = state.payments.get(paymentId);
    const attempt = state.attempts.get(attemptId);
    if (!payment || attempt?.status !== 'REQUIRES_ACTION' || payment.openAttempt !== attemptId) return {};
    const { attempts, ...changed } = released(state, payment, moment);
    const gone = attempts.map((one) => (one.id === attemptId ? closing(attempt, moment, 'another_chosen') : one));
    return { put: { ...changed, attempts: gone } };
  },
};
