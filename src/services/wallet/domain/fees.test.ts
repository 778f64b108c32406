import { expect, test } from 'vitest';
import { FeesSettled } from '#contracts/messages/payment/fees-settled.v1.ts';
import { deliver, messageOf, numbered, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import type { WalletTables } from '../domain.ts';
import { wallet } from '../service.ts';
import { tables } from '../store.ts';

const id = 'rec_wechat_20261119';
const settled = (sequence: number, amount: number) =>
  deliver<WalletTables>(
    wallet.hears,
    messageOf(FeesSettled, {
      ...{ reconciliationId: id, method: 'wechat', day: '2026-11-19', sequence },
      fee: { amount, currency: 'CNY' },
    }),
  );

test('what a provider keeps is a cost and off its clearing account, once per message; what it gives back the other way', async () => {
  const rehearsal = new Rehearsal<WalletTables>(tables);
  await rehearsal.inTurn([settled(1, 60), settled(2, -5), settled(1, 60)], numbered(0));
  const accounts = ['house:fees', 'house:clearing:wechat'];
  expect(rehearsal.row('journals', `fees/${id}/CNY/1`)).toMatchObject({ kind: 'fee', accounts, amounts: [-60n, 60n] });
  expect(rehearsal.row('journals', `fees/${id}/CNY/2`)).toMatchObject({ accounts, amounts: [5n, -5n] });
});
