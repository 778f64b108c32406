import { describe, expect, test } from 'vitest';
import {
  adjusted,
  captured,
  debitOf,
  given,
  granted,
  refunded,
  refundSucceeded,
  registered,
  resolved,
} from './testing/given.ts';

describe('a debit', () => {
  test('takes the amount once per attempt, and a repeat says so again', async () => {
    const then = await (await given({ ann: 100 })).when(debitOf('att_1', 'ann', 60), debitOf('att_1', 'ann', 60));
    then.answered('DEBITED', 'DEBITED');
    then.leaves({ ann: 40n });
    then.sums({ 'buyer:ann': 40n, 'house:sales': 60n, 'house:adjustments': -100n });
  });

  test('of all there is leaves nothing', async () => {
    const then = await (await given({ ann: 100 })).when(debitOf('att_1', 'ann', 100));
    then.answered('DEBITED');
    then.leaves({ ann: 0n });
  });

  test('of more than there is takes nothing, and never will for that attempt', async () => {
    const then = await (await given({ ann: 59 })).when(
      debitOf('att_1', 'ann', 60),
      adjusted('ann', 1000),
      debitOf('att_1', 'ann', 60),
      resolved('att_1'),
      debitOf('att_2', 'ann', 60),
    );
    then.answered('INSUFFICIENT', 1059, 'INSUFFICIENT', 'VOID', 'DEBITED');
    then.leaves({ ann: 999n });
  });

  test('of a buyer without an account, or in another currency, finds no balance', async () => {
    const then = await (await given({ ann: 100 })).when(debitOf('att_1', 'bob', 1), debitOf('att_2', 'ann', 1, 'USD'));
    then.answered('INSUFFICIENT', 'INSUFFICIENT');
    then.leaves({ ann: 100n });
  });

  test('that comes after its attempt was resolved takes nothing', async () => {
    const then = await (await given({ ann: 100 })).when(
      resolved('att_1'),
      debitOf('att_1', 'ann', 60),
      resolved('att_1'),
    );
    then.answered('VOID', 'VOID', 'VOID');
    then.leaves({ ann: 100n });
    expect(then.rehearsal.row('journals', 'attempt/att_1')).toMatchObject({ kind: 'void', accounts: [], amounts: [] });
  });

  test('that was done is what resolving finds', async () => {
    const then = await (await given({ ann: 100 })).when(debitOf('att_1', 'ann', 60), resolved('att_1'));
    then.answered('DEBITED', 'DEBITED');
    then.leaves({ ann: 40n });
  });
});

describe('a refund', () => {
  test('gives back once per refund and attempt', async () => {
    const then = await (await given({ ann: 100 })).when(
      debitOf('att_1', 'ann', 60),
      refunded('rfd_1', 'att_1', 'ann', 20),
      refunded('rfd_1', 'att_1', 'ann', 20),
    );
    then.answered('DEBITED', 'CREDITED', 'CREDITED');
    then.leaves({ ann: 60n });
    then.sums({ 'buyer:ann': 60n, 'house:sales': 60n, 'house:refunds': -20n, 'house:adjustments': -100n });
  });

  test('never gives back more than was debited, however many refunds there are', async () => {
    const then = await (await given({ ann: 100 })).when(
      debitOf('att_1', 'ann', 100),
      refunded('rfd_1', 'att_1', 'ann', 60),
      refunded('rfd_2', 'att_1', 'ann', 60),
      refunded('rfd_3', 'att_1', 'ann', 40),
      refunded('rfd_4', 'att_1', 'ann', 1),
    );
    then.answered('DEBITED', 'CREDITED', 'refund_exceeds_payment', 'CREDITED', 'refund_exceeds_payment');
    then.leaves({ ann: 100n });
  });

  test('that would take the balance past what a JSON number holds waits for a person', async () => {
    const then = await (await given({ ann: 100 })).when(
      debitOf('att_1', 'ann', 60),
      adjusted('ann', Number.MAX_SAFE_INTEGER - 41),
      refunded('rfd_1', 'att_1', 'ann', 60),
    );
    then.answered('DEBITED', Number.MAX_SAFE_INTEGER - 1, 'conflict');
  });

  test('needs a debit of this buyer', async () => {
    const then = await (await given({ ann: 100, bob: 0 })).when(
      debitOf('att_1', 'ann', 60),
      resolved('att_2'),
      refunded('rfd_1', 'att_1', 'bob', 10),
      refunded('rfd_2', 'att_2', 'ann', 10),
      refunded('rfd_3', 'att_3', 'ann', 10),
    );
    then.answered('DEBITED', 'VOID', 'conflict', 'conflict', 'conflict');
    then.leaves({ ann: 40n, bob: 0n });
  });
});

describe('an adjustment', () => {
  test('moves the balance either way and is on the trail', async () => {
    const then = await (await given({ ann: 100 })).when(adjusted('ann', 50), adjusted('ann', -150));
    then.answered(150, 0);
    then.leaves({ ann: 0n });
    expect(then.decisions[0]?.trail).toEqual({ action: 'wallet.adjust', object: 'ann', reason: 'counted' });
  });

  test('never takes a balance below zero', async () => {
    const then = await (await given({ ann: 100 })).when(adjusted('ann', -101));
    then.answered('balance_below_zero');
    then.leaves({ ann: 100n });
  });

  test('never takes a balance past what a JSON number holds', async () => {
    const most = BigInt(Number.MAX_SAFE_INTEGER);
    const then = await (await given({ ann: 1 })).when(adjusted('ann', most), adjusted('ann', most - 1n));
    then.answered('validation_failed', Number(most));
  });

  test('is refused in another currency, and for a user nobody knows', async () => {
    const then = await (await given({ ann: 100 })).when(adjusted('ann', 1, 'USD'), adjusted('bob', 1));
    then.answered('currency_mismatch', 'not_found');
    then.leaves({ ann: 100n });
  });
});

describe('an account', () => {
  test('is opened empty when a user registers, once', async () => {
    const then = await (await given({})).when(registered('ann'), granted('ann', 5, 'demo'), registered('ann'));
    then.answered(undefined, 5, undefined);
    expect(then.rehearsal.rows('balances')).toMatchObject([{ userId: 'ann', amount: 5n, currency: 'CNY', entries: 1 }]);
  });

  test('gets its opening balance once per reference, whoever comes first', async () => {
    const then = await (await given({})).when(
      granted('ann', 500, 'demo'),
      registered('ann'),
      debitOf('att_1', 'ann', 100),
      granted('ann', 500, 'demo'),
    );
    then.answered(500, undefined, 'DEBITED', 400);
    then.leaves({ ann: 400n });
  });

  test('numbers its entries without gaps and keeps the balance after each', async () => {
    const then = await (await given({ ann: 100 })).when(
      debitOf('att_1', 'ann', 60),
      debitOf('att_2', 'ann', 60),
      refunded('rfd_1', 'att_1', 'ann', 60),
      adjusted('ann', -10),
    );
    const entries = then.rehearsal.rows('journals').filter(({ userId }) => userId === 'ann');
    expect(entries.map(({ entry, kind, balanceAfter }) => [entry, kind, balanceAfter])).toEqual([
      [1, 'adjustment', 100n],
      [2, 'payment', 40n],
      [3, 'refund', 100n],
      [4, 'adjustment', 90n],
    ]);
  });
});

describe('what payment says (LIFECYCLE, Ledger)', () => {
  test('a capture from the balance has its journal already', async () => {
    const then = await (await given({ ann: 100 })).when(debitOf('att_1', 'ann', 60), captured('att_1', 'balance', 60));
    expect(then.decisions[1]).toEqual({});
    then.sums({ 'buyer:ann': 40n, 'house:sales': 60n, 'house:adjustments': -100n });
  });

  test('a capture from the balance without a debit waits for a person', async () => {
    const then = await (await given({ ann: 100 })).when(
      captured('att_1', 'balance', 60),
      resolved('att_2'),
      captured('att_2', 'balance', 60),
    );
    then.answered('parked', 'VOID', 'parked');
  });

  test('a capture through a provider moves its clearing account, once', async () => {
    const then = await (await given({})).when(captured('att_1', 'wechat', 60), captured('att_1', 'wechat', 60));
    then.sums({ 'house:clearing:wechat': -60n, 'house:sales': 60n });
  });

  test('a refund through providers goes back over their clearing accounts, once; its part in the balance is done', async () => {
    const parts: [string, string, number][] = [
      ['att_1', 'balance', 60],
      ['att_2', 'wechat', 30],
      ['att_3', 'alipay', 10],
    ];
    const then = await (await given({ ann: 60 })).when(
      debitOf('att_1', 'ann', 60),
      refunded('rfd_1', 'att_1', 'ann', 60),
      refundSucceeded('rfd_1', parts),
      refundSucceeded('rfd_1', parts),
    );
    then.sums({
      'buyer:ann': 60n,
      'house:adjustments': -60n,
      'house:sales': 60n,
      'house:refunds': -100n,
      'house:clearing:wechat': 30n,
      'house:clearing:alipay': 10n,
    });
  });

  test('a refund of nothing changes nothing; one to the balance that was never credited waits for a person', async () => {
    const then = await (await given({ ann: 60 })).when(
      refundSucceeded('rfd_1', []),
      refundSucceeded('rfd_2', [['att_1', 'balance', 60]]),
    );
    then.answered(undefined, 'parked');
    then.sums({ 'buyer:ann': 60n, 'house:adjustments': -60n });
  });
});
