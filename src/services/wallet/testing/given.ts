import { expect } from 'vitest';
import { UserRegistered } from '#contracts/messages/identity/user-registered.v1.ts';
import { PaymentCaptured } from '#contracts/messages/payment/payment-captured.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { TopUpCaptured } from '#contracts/messages/payment/top-up-captured.v1.ts';
import { TopUpReturned } from '#contracts/messages/payment/top-up-returned.v1.ts';
import { money } from '#kernel/money.ts';
import type { Decision } from '#runtime/batch/decider.ts';
import { type Ask, ask, deliver, messageOf, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { adjust, credit, debit, grantOpening, resolve, type WalletTables } from '../domain.ts';
import { wallet } from '../service.ts';
import { tables } from '../store.ts';

type Tables = WalletTables;

/** Journal ids are numbered, so that tests can read them. */
let journals = 0;
const journalId = (): string => {
  journals += 1;
  return `jnl_${journals}`;
};

const yuan = (amount: number | bigint) => money(BigInt(amount), 'CNY');

export const debitOf = (attemptId: string, userId: string, amount: number | bigint, currency = 'CNY'): Ask<Tables> =>
  ask(debit, { journalId: journalId(), attemptId, orderId: 'ord_1', userId, amount: money(BigInt(amount), currency) });
export const resolved = (attemptId: string): Ask<Tables> => ask(resolve, { journalId: journalId(), attemptId });
export const refunded = (refundId: string, attemptId: string, userId: string, amount: number | bigint): Ask<Tables> =>
  ask(credit, { journalId: journalId(), refundId, attemptId, orderId: 'ord_1', userId, amount: yuan(amount) });
export const adjusted = (userId: string, amount: number | bigint, currency = 'CNY'): Ask<Tables> =>
  ask(adjust, {
    journalId: journalId(),
    userId,
    amount: money(BigInt(amount), currency),
    reason: 'counted',
    shopCurrency: 'CNY',
  });
export const granted = (userId: string, amount: number, reference: string): Ask<Tables> =>
  ask(grantOpening, {
    journalId: journalId(),
    userId,
    amount: yuan(amount),
    reason: 'opening_balance',
    shopCurrency: 'CNY',
    reference,
  });
export const registered = (userId: string): Ask<Tables> =>
  deliver(
    wallet.hears,
    messageOf(UserRegistered, { userId, email: 'a@example.com', name: 'A', language: 'en' as const }),
  );
const topUp = { paymentId: 'pay_1', topUpId: 'top_1', userId: 'ann', attemptId: 'att_1', method: 'wechat' } as const;
export const toppedUp = (amount: number, isCredited = true, currency = 'CNY'): Ask<Tables> =>
  deliver(wallet.hears, messageOf(TopUpCaptured, { ...topUp, amount: { amount, currency }, isCredited }));
export const topUpReturned = (amount: number): Ask<Tables> =>
  deliver(wallet.hears, messageOf(TopUpReturned, { ...topUp, refundId: 'rfd_1', amount: { amount, currency: 'CNY' } }));
export const captured = (attemptId: string, method: string, amount: number): Ask<Tables> =>
  deliver(
    wallet.hears,
    messageOf(PaymentCaptured, {
      paymentId: 'pay_1',
      orderId: 'ord_1',
      userId: 'ann',
      attemptId,
      method,
      amount: { amount, currency: 'CNY' },
    }),
  );
export const refundSucceeded = (refundId: string, parts: readonly [string, string, number][]): Ask<Tables> =>
  deliver(
    wallet.hears,
    messageOf(RefundSucceeded, {
      refundId,
      paymentId: 'pay_1',
      orderId: 'ord_1',
      userId: 'ann',
      amount: { amount: parts.reduce((sum, [, , amount]) => sum + amount, 0), currency: 'CNY' },
      parts: parts.map(([attemptId, method, amount]) => ({ attemptId, method, amount: { amount, currency: 'CNY' } })),
    }),
  );

/** Buyers with open accounts; a positive amount was granted to them. Each ask is a batch of its own. */
export async function given(balances: Readonly<Record<string, number>>) {
  const rehearsal = new Rehearsal<Tables>(tables);
  const opening = Object.entries(balances).flatMap(([userId, amount]) => [
    registered(userId),
    ...(amount > 0 ? [granted(userId, amount, `opening/${userId}`)] : []),
  ]);
  await rehearsal.batch(opening, { now: 0, cause: 'request/opening' });
  const decisions: Decision<Tables, unknown>[] = [];
  return {
    rehearsal,
    async when(...asks: Ask<Tables>[]) {
      decisions.push(...(await rehearsal.inTurn(asks)));
      return outcome(rehearsal, decisions);
    },
  };
}

function outcome(rehearsal: Rehearsal<Tables>, decisions: readonly Decision<Tables, unknown>[]) {
  const balances = () => Object.fromEntries(rehearsal.rows('balances').map(({ userId, amount }) => [userId, amount]));
  return {
    rehearsal,
    decisions,
    /** Answers, or the codes of refusals, or how a message was set aside. */
    answered: (...answers: unknown[]) =>
      expect(
        decisions.map(({ answer, refuse, setAside }) => {
          const told = refuse?.code ?? setAside?.as ?? answer;
          return typeof told === 'object' && told !== null && 'balance' in told ? told.balance : told;
        }),
      ).toEqual(answers),
    leaves: (expected: Readonly<Record<string, bigint>>) => expect(balances()).toEqual(expected),
    sums: (expected: Readonly<Record<string, bigint>>) => expect(sumsOf(rehearsal)).toEqual(expected),
  };
}

/** What each account comes to over all journals. */
export function sumsOf(rehearsal: Rehearsal<Tables>): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const { accounts, amounts } of rehearsal.rows('journals')) {
    for (const [line, account] of accounts.entries()) sums[account] = (sums[account] ?? 0n) + (amounts[line] ?? 0n);
  }
  return sums;
}
