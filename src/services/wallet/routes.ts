import {
  adjustWallet as adjustWalletOperation,
  creditRefund as creditRefundOperation,
  debitWallet as debitWalletOperation,
  findJournals as findJournalsOperation,
  getUserWallet as getUserWalletOperation,
  getWallet as getWalletOperation,
  grantOpeningBalance as grantOpeningBalanceOperation,
  listWalletEntries as listWalletEntriesOperation,
  resolveDebit as resolveDebitOperation,
} from '#contracts/http/wallet.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { fromWire } from '#kernel/money.ts';
import { ProblemError, problem, refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context, type Request } from '#runtime/service.ts';
import type { Balance, Journal } from './domain/ledger.ts';
import { adjust, credit, debit, grantOpening, resolve } from './domain.ts';
import type { walletSettings } from './settings.ts';
import { findBalance, listEntries, movedBy } from './store.ts';

type WalletContext = Context<typeof walletSettings>;

const entriesPerPage = 20;

export const getWallet = answer(getWalletOperation, async ({ caller }, context: WalletContext) => {
  const balance = await findBalance(context.database, caller.id);
  return { status: 200, body: { balance: amountOf(balance, context) } };
});

export const listWalletEntries = answer(listWalletEntriesOperation, async ({ caller, query }, { database }) => {
  const limit = query.limit ?? entriesPerPage;
  const journals = await listEntries(database, caller.id, entryBefore(query.cursor), limit + 1);
  const data = journals.slice(0, limit).map(entryOf);
  const last = journals.length > limit ? journals[limit - 1]?.entry : undefined;
  return { status: 200, body: { data, nextCursor: typeof last === 'number' ? encodeCursor([last]) : null } };
});

const entriesMost = 2 ** 31 - 1;

function entryBefore(cursor: string | undefined): number {
  const [text] = decodeCursor(cursor, 1) ?? [];
  if (text === undefined) return entriesMost;
  const entry = Number(text);
  return Number.isInteger(entry) && entry > 0 && entry <= entriesMost ? entry : refuseCursor();
}

function entryOf({ id, kind, amounts, balanceAfter, currency, orderId, reason, createdAt }: Journal) {
  if (kind === 'void' || kind === 'fee' || balanceAfter === null || currency === null)
    throw new Error(`journal ${id} moves no buyer`);
  return {
    id,
    kind,
    amount: { amount: Number(amounts[0]), currency },
    balanceAfter: { amount: Number(balanceAfter), currency },
    orderId,
    reason,
    createdAt: toTimestamp(createdAt),
  };
}

export const getUserWallet = answer(getUserWalletOperation, async (request, context: WalletContext) => {
  const { userId } = request.params;
  const balance = await accountOf(userId, request, context);
  return { status: 200, body: { userId, balance: amountOf(balance, context) } };
});

export const adjustWallet = answer(adjustWalletOperation, async (request, context: WalletContext) => {
  const { userId } = request.params;
  const { amount, reason } = request.body;
  if (amount.amount === 0)
    refuse('validation_failed', undefined, [{ pointer: '/amount/amount', detail: 'must not be 0' }]);
  await accountOf(userId, request, context);
  const written = await context.write(
    adjust,
    {
      journalId: context.ids.next('journal'),
      userId,
      amount: fromWire(amount),
      reason,
      shopCurrency: context.settings.currency,
    },
    request,
  );
  const { id, balance, createdAtMs } = answered(written.answer);
  return {
    status: 201,
    body: {
      id,
      userId,
      amount,
      reason,
      balance: { amount: balance, currency: amount.currency },
      createdAt: toTimestamp(createdAtMs),
    },
    ...(written.replayed ? { headers: { 'idempotency-replayed': 'true' } } : {}),
  };
});

export const grantOpeningBalance = answer(grantOpeningBalanceOperation, async (request, context: WalletContext) => {
  const { userId, amount, reference } = request.body;
  const command = {
    journalId: context.ids.next('journal'),
    userId,
    amount: fromWire(amount),
    reason: 'opening_balance',
    shopCurrency: context.settings.currency,
    reference,
  };
  const written = await context.write(grantOpening, command, request);
  return { status: 200, body: { balance: { amount: answered(written.answer), currency: amount.currency } } };
});

export const debitWallet = answer(debitWalletOperation, async (request, context) => {
  const command = { ...request.body, amount: fromWire(request.body.amount), journalId: context.ids.next('journal') };
  const written = await context.write(debit, command, request, { urgent: true });
  const status = answered(written.answer);
  if (status === 'INSUFFICIENT') throw new ProblemError(problem('insufficient_balance'));
  return { status: 200, body: { status } };
});

export const resolveDebit = answer(resolveDebitOperation, async (request, context) => {
  const command = { attemptId: request.params.attemptId, journalId: context.ids.next('journal') };
  const written = await context.write(resolve, command, request, { urgent: true });
  return { status: 200, body: { status: answered(written.answer) } };
});

export const creditRefund = answer(creditRefundOperation, async (request, context) => {
  const command = { ...request.body, amount: fromWire(request.body.amount), journalId: context.ids.next('journal') };
  const written = await context.write(credit, command, request, { urgent: true });
  return { status: 200, body: { status: answered(written.answer) } };
});

export const findJournals = answer(findJournalsOperation, async ({ body }, { database }) => {
  const moved = await movedBy(database, body.causeKeys);
  const journals = moved.map(({ causeKey, amount, currency }) => ({
    causeKey,
    amount: { amount: Number(amount), currency },
  }));
  return { status: 200, body: { journals } };
});

function amountOf(balance: Balance | undefined, { settings }: WalletContext): { amount: number; currency: string } {
  return { amount: Number(balance?.amount ?? 0n), currency: balance?.currency ?? settings.currency };
}

const newcomer = { waitMs: 2_000, lookMs: 20 };

/**
 * The account of a user. Wallets hear of users by message: an account that is not open yet is waited for, since whoever
 * registered a moment ago is no stranger.
 */
async function accountOf(userId: string, { deadline }: Request, context: WalletContext): Promise<Balance> {
  const { clock, database, scheduler } = context;
  const until = Math.min(deadline, clock.now() + newcomer.waitMs);
  for (;;) {
    const balance = await findBalance(database, userId);
    if (balance) return balance;
    if (clock.now() >= until) refuse('not_found', 'No such user.');
    await scheduler.wait(newcomer.lookMs);
  }
}

function answered<Answer>(value: Answer | undefined): Answer {
  if (value === undefined) throw new Error('a command was written without an answer');
  return value;
}
