import Type from 'typebox';
import { operation } from '../operation.ts';
import { AttemptId, closed, OrderId, PositiveMoney, RefundId, UserId } from '../schema.ts';

const DebitStatus = Type.Union([Type.Literal('DEBITED'), Type.Literal('VOID')]);

/**
 * Takes a payment attempt's amount from the buyer's balance, once per attempt: a repeat says again what was said.
 * `VOID`: the attempt was resolved before, nothing will ever be taken for it.
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
  urgent: true,
});
