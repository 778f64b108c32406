import type { DataOf } from '#contracts/message.ts';
import type { PaymentCaptured } from '#contracts/messages/payment/payment-captured.v1.ts';
import type { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import type { Money } from '#kernel/money.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import { type Decider, type MessageDecider, type Moment, nothing } from '#runtime/batch/decider.ts';
import type { Table } from '#runtime/batch/workset.ts';
import {
  adjustmentCause,
  attemptCause,
  type Balance,
  type DebitRefund,
  type Journal,
  journalIdOf,
  move,
  openingCause,
  partCause,
  refundJournalIdOf,
} from './domain/ledger.ts';

export type WalletTables = {
  /** First: whoever holds a buyer's balance row is alone with everything of that buyer. */
  readonly balances: Table<Balance>;
  readonly journals: Table<Journal>;
  readonly debitRefunds: Table<DebitRefund>;
};

export interface DebitAsk {
  readonly journalId: string;
  readonly attemptId: string;
  readonly orderId: string;
  readonly userId: string;
  readonly amount: Money;
}
export type DebitAnswer = 'DEBITED' | 'VOID' | 'INSUFFICIENT';

/**
 * A balance that is too low voids the attempt: a request that was late on its way can no longer take money for what the
 * buyer was told is declined.
 */
export const debit: Decider<WalletTables, DebitAsk, DebitAnswer> = {
  name: 'debit',
  needs: ({ attemptId, userId }) => ({ balances: [userId], journals: [attemptCause(attemptId)] }),
  decide(state, ask, moment) {
    const causeKey = attemptCause(ask.attemptId);
    const earlier = state.journals.get(causeKey);
    if (earlier) return { answer: answerOf(earlier) };
    const balance = state.balances.get(ask.userId);
    const covers = balance?.currency === ask.amount.currency && balance.amount >= ask.amount.amount;
    if (!covers) {
      const journal = voidJournal(ask.journalId, ask.attemptId, tooLow, ask.orderId, moment);
      return { put: { journals: [journal] }, answer: 'INSUFFICIENT' };
    }
    const put = move(
      balance,
      { ...ask, causeKey, kind: 'payment', by: -ask.amount.amount, against: 'house:sales' },
      moment,
    );
    return { put, answer: 'DEBITED' };
  },
};

export interface ResolveAsk {
  readonly journalId: string;
  readonly attemptId: string;
}

/** Debited, or void from now on: the tombstone refuses a debit still in flight. */
export const resolve: Decider<WalletTables, ResolveAsk, 'DEBITED' | 'VOID'> = {
  name: 'resolve-debit',
  needs: ({ attemptId }) => ({ journals: [attemptCause(attemptId)] }),
  decide(state, { attemptId, journalId }, moment) {
    const earlier = state.journals.get(attemptCause(attemptId));
    if (earlier) return { answer: earlier.kind === 'payment' ? 'DEBITED' : 'VOID' };
    return { put: { journals: [voidJournal(journalId, attemptId, 'resolved', null, moment)] }, answer: 'VOID' };
  },
};

export interface CreditAsk extends DebitAsk {
  readonly refundId: string;
}

/** Once per refund and attempt; all refunds of an attempt together never exceed what was debited for it. */
export const credit: Decider<WalletTables, CreditAsk, 'CREDITED'> = {
  name: 'credit-refund',
  needs: ({ refundId, attemptId, userId }) => ({
    balances: [userId],
    journals: [attemptCause(attemptId), partCause(refundId, attemptId)],
    debitRefunds: [attemptId],
  }),
  decide(state, ask, moment) {
    const causeKey = partCause(ask.refundId, ask.attemptId);
    if (state.journals.get(causeKey)) return { answer: 'CREDITED' };
    const taken = state.journals.get(attemptCause(ask.attemptId));
    const balance = state.balances.get(ask.userId);
    if (
      taken?.kind !== 'payment' ||
      taken.userId !== ask.userId ||
      taken.currency !== ask.amount.currency ||
      !balance
    ) {
      return { refuse: problem('conflict', 'Nothing was debited from this buyer for this attempt.') };
    }
    const before = state.debitRefunds.get(ask.attemptId);
    const debited = -(taken.amounts[0] ?? 0n);
    const refunded = (before?.refunded ?? 0n) + ask.amount.amount;
    if (refunded > debited) return { refuse: problem('refund_exceeds_payment') };
    // For a person to decide: asked again it would be refused again.
    if (balance.amount + ask.amount.amount > balanceMost) return { refuse: problem('conflict', pastMost) };
    const put = move(
      balance,
      { ...ask, causeKey, kind: 'refund', by: ask.amount.amount, against: 'house:refunds' },
      moment,
    );
    const row = { attemptId: ask.attemptId, debited, refunded, cause: moment.cause };
    return { put: { ...put, debitRefunds: [row] }, answer: 'CREDITED' };
  },
};

export interface AdjustAsk {
  readonly journalId: string;
  readonly userId: string;
  readonly amount: Money;
  readonly reason: string;
  readonly shopCurrency: string;
}
export interface Adjusted {
  readonly id: string;
  readonly balance: number;
  readonly createdAtMs: number;
}

export const adjust: Decider<WalletTables, AdjustAsk, Adjusted> = {
  name: 'adjust-balance',
  needs: ({ userId }) => ({ balances: [userId] }),
  decide(state, ask, moment) {
    const balance = state.balances.get(ask.userId);
    if (!balance) return { refuse: problem('not_found', 'No such user.') };
    const refuse = currencyRefusal(balance, ask) ?? rangeRefusal(balance.amount + ask.amount.amount);
    if (refuse) return { refuse };
    const causeKey = adjustmentCause(ask.journalId);
    const put = move(
      balance,
      { ...ask, causeKey, kind: 'adjustment', by: ask.amount.amount, against: 'house:adjustments' },
      moment,
    );
    const after = balance.amount + ask.amount.amount;
    return {
      put,
      answer: { id: ask.journalId, balance: Number(after), createdAtMs: moment.now },
      trail: { action: 'wallet.adjust', object: ask.userId, reason: ask.reason },
    };
  },
};

export interface GrantAsk extends AdjustAsk {
  readonly reference: string;
}

/** Once per reference; answers with the balance as it is now. */
export const grantOpening: Decider<WalletTables, GrantAsk, number> = {
  name: 'grant-opening-balance',
  needs: ({ userId, reference }) => ({ balances: [userId], journals: [openingCause(reference)] }),
  decide(state, ask, moment) {
    const balance = state.balances.get(ask.userId) ?? openedBalance(ask.userId, moment);
    const causeKey = openingCause(ask.reference);
    if (state.journals.get(causeKey)) return { answer: Number(balance.amount) };
    const refuse = currencyRefusal(balance, ask) ?? rangeRefusal(balance.amount + ask.amount.amount);
    if (refuse) return { refuse };
    const put = move(
      balance,
      { ...ask, causeKey, kind: 'adjustment', by: ask.amount.amount, against: 'house:adjustments' },
      moment,
    );
    return { put, answer: Number(balance.amount + ask.amount.amount) };
  },
};

/** A user registered: the account is open, with nothing in it and no currency until the first money. */
export const openAccount: MessageDecider<WalletTables, { readonly userId: string }> = {
  needs: ({ data }) => ({ balances: [data.userId] }),
  decide(state, { data }, moment) {
    if (state.balances.get(data.userId)) return nothing;
    return { put: { balances: [openedBalance(data.userId, moment)] } };
  },
};

/** Money that came through a provider; what came from a balance was journalled when it was debited. */
export const journalCapture: MessageDecider<WalletTables, DataOf<typeof PaymentCaptured>> = {
  needs: ({ data }) => ({ journals: [attemptCause(data.attemptId)] }),
  decide(state, { data }, moment) {
    const causeKey = attemptCause(data.attemptId);
    const earlier = state.journals.get(causeKey);
    if (earlier?.kind === 'payment') return nothing;
    if (data.method === 'balance' || earlier) {
      return { setAside: { as: 'parked', reason: `captured from a balance, but nothing was debited: ${causeKey}` } };
    }
    const amount = BigInt(data.amount.amount);
    const journal: Journal = {
      ...houseJournal(journalIdOf(data.attemptId), data, causeKey, moment),
      kind: 'payment',
      accounts: [`house:clearing:${data.method}`, 'house:sales'],
      amounts: [-amount, amount],
    };
    return { put: { journals: [journal] } };
  },
};

/** What went back through providers, a journal for each part; parts that went back to a balance were journalled when credited. */
export const journalRefund: MessageDecider<WalletTables, DataOf<typeof RefundSucceeded>> = {
  needs: ({ data }) => ({ journals: data.parts.map(({ attemptId }) => partCause(data.refundId, attemptId)) }),
  decide(state, { data }, moment) {
    const unknown = data.parts.filter(({ attemptId }) => !state.journals.get(partCause(data.refundId, attemptId)));
    const missing = unknown.find(({ method }) => method === 'balance');
    if (missing) {
      return {
        setAside: { as: 'parked', reason: `refunded to a balance, but nothing was credited: ${missing.attemptId}` },
      };
    }
    if (unknown.length === 0) return nothing;
    const journals = unknown.map(({ attemptId, method, amount: { amount } }): Journal => {
      const causeKey = partCause(data.refundId, attemptId);
      return {
        ...houseJournal(refundJournalIdOf(data.refundId, attemptId), data, causeKey, moment),
        kind: 'refund',
        accounts: ['house:refunds', `house:clearing:${method}`],
        amounts: [-BigInt(amount), BigInt(amount)],
      };
    });
    return { put: { journals } };
  },
};

const tooLow = 'insufficient_balance';

function answerOf(earlier: Journal): DebitAnswer {
  if (earlier.kind === 'payment') return 'DEBITED';
  return earlier.reason === tooLow ? 'INSUFFICIENT' : 'VOID';
}

export function openedBalance(userId: string, { now, cause }: Moment): Balance {
  return { userId, currency: null, amount: 0n, entries: 0, openedAt: now, cause };
}

function houseJournal(
  id: string,
  data: { readonly orderId: string; readonly amount: { readonly currency: string } },
  causeKey: string,
  { now, cause }: Moment,
): Omit<Journal, 'kind' | 'accounts' | 'amounts'> {
  const { orderId, amount } = data;
  const unmoved = { userId: null, entry: null, balanceAfter: null, reason: null };
  return { id, causeKey, orderId, currency: amount.currency, ...unmoved, createdAt: now, cause };
}

/** An empty journal under the attempt's cause: nothing was moved for it, and nothing ever will be. */
function voidJournal(
  id: string,
  attemptId: string,
  reason: string,
  orderId: string | null,
  { now, cause }: Moment,
): Journal {
  const empty = { accounts: [], amounts: [], currency: null, userId: null, entry: null, balanceAfter: null };
  return { id, causeKey: attemptCause(attemptId), kind: 'void', orderId, ...empty, reason, createdAt: now, cause };
}

function currencyRefusal(balance: Balance, ask: AdjustAsk): Problem | undefined {
  const currency = balance.currency ?? ask.shopCurrency;
  if (ask.amount.currency === currency) return undefined;
  return problem('currency_mismatch', `The wallet is in ${currency}.`, [{ pointer: '/amount/currency' }]);
}

/** What a JSON number holds exactly. */
export const balanceMost = BigInt(Number.MAX_SAFE_INTEGER);
const pastMost = 'The balance would pass 2^53 − 1 minor units.';

function rangeRefusal(after: bigint): Problem | undefined {
  if (after < 0n) return problem('balance_below_zero');
  if (after <= balanceMost) return undefined;
  return problem('validation_failed', pastMost, [{ pointer: '/amount/amount', detail: pastMost }]);
}
