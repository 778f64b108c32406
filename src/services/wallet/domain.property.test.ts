import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import type { WalletTables } from './domain.ts';
import { tables } from './store.ts';
import {
  adjusted,
  captured,
  debitOf,
  granted,
  refunded,
  refundSucceeded,
  registered,
  resolved,
  sumsOf,
} from './testing/given.ts';

/** Each attempt has its buyer and amount, as in life: a repeat is the same request again. */
const attempts = ['ann', 'ann', 'ann', 'bob', 'bob', 'cat'].map((userId, index) => ({
  attemptId: `att_${index}`,
  userId,
  amount: 10 + index * 7,
}));
const attempt = fc.constantFrom(...attempts);
const user = fc.constantFrom('ann', 'bob', 'cat');

const command: fc.Arbitrary<Ask<WalletTables>> = fc.oneof(
  { weight: 5, arbitrary: attempt.map(({ attemptId, userId, amount }) => debitOf(attemptId, userId, amount)) },
  { weight: 2, arbitrary: attempt.map(({ attemptId }) => resolved(attemptId)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(attempt, fc.constantFrom('rfd_1', 'rfd_2', 'rfd_3'), fc.integer({ min: 1, max: 30 }))
      .map(([{ attemptId, userId }, refundId, amount]) => refunded(refundId, attemptId, userId, amount)),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(user, fc.integer({ min: -40, max: 60 })).map(([userId, by]) => adjusted(userId, by)),
  },
  { weight: 1, arbitrary: fc.tuple(user, fc.constantFrom('a', 'b')).map(([userId, ref]) => granted(userId, 25, ref)) },
  { weight: 2, arbitrary: user.map(registered) },
  { weight: 1, arbitrary: attempt.map(({ attemptId, amount }) => captured(attemptId, 'balance', amount)) },
  { weight: 1, arbitrary: fc.constantFrom('att_8', 'att_9').map((attemptId) => captured(attemptId, 'wechat', 5)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('rfd_8', 'rfd_9').map((id) => refundSucceeded(id, [['att_8', 'wechat', 5]])),
  },
);

function check(rehearsal: Rehearsal<WalletTables>): void {
  const journals = rehearsal.rows('journals');
  const sums = sumsOf(rehearsal);
  for (const { amounts } of journals) expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
  for (const { userId, amount, entries } of rehearsal.rows('balances')) {
    const own = journals.filter((journal) => journal.userId === userId);
    expect(amount).toBeGreaterThanOrEqual(0n);
    expect(amount).toBe(sums[`buyer:${userId}`] ?? 0n);
    expect(own.map(({ entry }) => entry).sort()).toEqual(own.map((_, index) => index + 1).sort());
    expect(own.find(({ entry }) => entry === entries)?.balanceAfter ?? 0n).toBe(amount);
  }
  for (const { attemptId } of attempts) {
    const debit = journals.find(({ causeKey }) => causeKey === `attempt/${attemptId}`);
    const credited = journals
      .filter(({ causeKey }) => causeKey.startsWith('refund/') && causeKey.endsWith(`/${attemptId}`))
      .reduce((sum, { amounts }) => sum + (amounts[0] ?? 0n), 0n);
    expect(credited).toBeLessThanOrEqual(debit?.kind === 'payment' ? -(debit.amounts[0] ?? 0n) : 0n);
  }
}

test('whatever comes, however often: journals balance, balances are the sum of their lines and never negative', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(command, { minLength: 1, maxLength: 6 }), { maxLength: 12 }),
      async (batches) => {
        const rehearsal = new Rehearsal<WalletTables>(tables);
        for (const [index, asks] of batches.entries()) {
          await rehearsal.batch(asks, { now: index, cause: `request/${index}` });
          check(rehearsal);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('what was said of an attempt is said for ever', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (asks) => {
      const rehearsal = new Rehearsal<WalletTables>(tables);
      const said = new Map<string, unknown>();
      for (const one of asks) {
        const [decision] = await rehearsal.batch([one]);
        if (one.decider.name !== 'debit' && one.decider.name !== 'resolve-debit') continue;
        const { attemptId } = one.command as { attemptId: string };
        const word = decision?.answer === 'DEBITED' ? 'DEBITED' : 'VOID';
        expect(said.get(attemptId) ?? word).toBe(word);
        said.set(attemptId, word);
      }
    }),
    { numRuns: 300 },
  );
});
