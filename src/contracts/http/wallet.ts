import Type from 'typebox';
import { idPattern } from '#kernel/ids.ts';
import { operation } from '../operation.ts';
import {
  AttemptId,
  closed,
  list,
  Money,
  OrderId,
  Page,
  PositiveMoney,
  RefundId,
  SignedMoney,
  Timestamp,
  text,
  UserId,
} from '../schema.ts';

const JournalId = Type.String({ pattern: idPattern('journal') });

/** A user who never had money has 0 in the shop's currency. */
export const getWallet = operation({
  service: 'wallet',
  name: 'getWallet',
  summary: 'The balance of one’s own wallet',
  method: 'GET',
  path: '/v1/wallet',
  access: 'user',
  answers: { 200: closed({ balance: Money }) },
});

const EntryKind = Type.Union([
  Type.Literal('payment'),
  Type.Literal('refund'),
  Type.Literal('adjustment'),
  Type.Literal('top_up'),
]);

/** One line of the buyer's account: `amount` is what it moved by, `balanceAfter` what it then was. */
export const listWalletEntries = operation({
  service: 'wallet',
  name: 'listWalletEntries',
  summary: 'What moved one’s own balance, newest first',
  method: 'GET',
  path: '/v1/wallet/entries',
  access: 'user',
  query: closed(Page),
  answers: {
    200: list(
      closed({
        id: JournalId,
        kind: EntryKind,
        amount: SignedMoney,
        balanceAfter: Money,
        orderId: Type.Union([OrderId, Type.Null()]),
        reason: Type.Union([Type.String(), Type.Null()]),
        createdAt: Timestamp,
      }),
    ),
  },
});

export const getUserWallet = operation({
  service: 'wallet',
  name: 'getUserWallet',
  summary: 'The balance of a user’s wallet',
  method: 'GET',
  path: '/v1/admin/wallet/{userId}',
  access: 'operator',
  params: closed({ userId: UserId }),
  answers: { 200: closed({ userId: UserId, balance: Money }) },
  problems: ['not_found'],
});

/** Moves a balance by hand: up, or down as far as zero. On the audit trail with its reason. */
export const adjustWallet = operation({
  service: 'wallet',
  name: 'adjustWallet',
  summary: 'Adjust a user’s balance',
  method: 'POST',
  path: '/v1/admin/wallet/{userId}/adjustments',
  access: 'operator',
  params: closed({ userId: UserId }),
  body: closed({ amount: SignedMoney, reason: text(1, 500) }),
  answers: {
    201: closed({
      id: JournalId,
      userId: UserId,
      amount: SignedMoney,
      reason: Type.String(),
      balance: Money,
      createdAt: Timestamp,
    }),
  },
  problems: ['not_found', 'balance_below_zero', 'currency_mismatch'],
  idempotencyKey: 'required',
});

/** Money that a user starts with, once per reference; opens the account where it is not open yet. For seeds and imports. */
export const grantOpeningBalance = operation({
  service: 'wallet',
  name: 'grantOpeningBalance',
  summary: 'Grant a user an opening balance',
  method: 'POST',
  path: '/internal/wallet/opening-balances',
  access: 'service',
  body: closed({ userId: UserId, amount: PositiveMoney, reference: text(1, 100) }),
  answers: { 200: closed({ balance: Money }) },
  problems: ['currency_mismatch'],
});

const DebitStatus = Type.Union([Type.Literal('DEBITED'), Type.Literal('VOID')]);

/**
 * Takes a payment attempt's amount from the buyer's balance, once per attempt: a repeat says again what was said.
 * `VOID`: the attempt was resolved before, nothing will ever be taken for it. A refusal is final for the attempt too.
 */
export const debitWallet = operation({
  service: 'wallet',
  name: 'debitWallet',
  summary: 'Debit a buyer for a payment attempt',
  method: 'POST',
  path: '/internal/wallet/debits',
  access: 'service',
  body: closed({ attemptId: AttemptId, orderId: OrderId, userId: UserId, amount: PositiveMoney }),
  answers: { 200: closed({ status: DebitStatus }) },
  problems: ['insufficient_balance'],
  urgent: true,
});

/** The last word on an attempt whose outcome is unknown: it was debited, or it is void from now on. */
export const resolveDebit = operation({
  service: 'wallet',
  name: 'resolveDebit',
  summary: 'Resolve a debit: done, or never to be done',
  method: 'POST',
  path: '/internal/wallet/debits/{attemptId}/resolve',
  access: 'service',
  params: closed({ attemptId: AttemptId }),
  answers: { 200: closed({ status: DebitStatus }) },
  urgent: true,
});

/** Gives part or all of a debited attempt back to the buyer, once per refund and attempt. */
export const creditRefund = operation({
  service: 'wallet',
  name: 'creditRefund',
  summary: 'Credit a buyer for a refund',
  method: 'POST',
  path: '/internal/wallet/refunds',
  access: 'service',
  body: closed({ refundId: RefundId, attemptId: AttemptId, orderId: OrderId, userId: UserId, amount: PositiveMoney }),
  answers: { 200: closed({ status: Type.Literal('CREDITED') }) },
  problems: ['conflict', 'refund_exceeds_payment'],
  urgent: true,
});

/**
 * What is journalled under these causes (`attempt/<attempt>`, `refund/<refund>/<attempt>`); those that moved nothing are left
 * out.
 */
export const findJournals = operation({
  service: 'wallet',
  name: 'findJournals',
  summary: 'Journals by what caused them',
  method: 'POST',
  path: '/internal/wallet/journals',
  access: 'service',
  body: closed({ causeKeys: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 1_000 }) }),
  answers: { 200: closed({ journals: Type.Array(closed({ causeKey: Type.String(), amount: Money })) }) },
});
