import { expect, test } from 'vitest';
import { given, toppedUp, topUpReturned } from '../testing/given.ts';

test('a top-up is credited against the provider’s clearing account, once', async () => {
  const then = await (await given({ ann: 100 })).when(toppedUp(60), toppedUp(60));
  then.leaves({ ann: 160n });
  then.sums({ 'buyer:ann': 160n, 'house:clearing:wechat': -60n, 'house:adjustments': -100n });
  const [, journal] = then.rehearsal.rows('journals');
  expect(journal).toMatchObject({ kind: 'top_up', userId: 'ann', balanceAfter: 160n });
});

test('of a buyer that the wallet has not heard of opens the account', async () => {
  const then = await (await given({})).when(toppedUp(60));
  then.leaves({ ann: 60n });
});

test('what came too late is nobody’s until it is back, and leaves nothing', async () => {
  const then = await (await given({ ann: 100 })).when(toppedUp(60, false), topUpReturned(60), topUpReturned(60));
  then.leaves({ ann: 100n });
  then.sums({
    'buyer:ann': 100n,
    'house:adjustments': -100n,
    'house:clearing:wechat': 0n,
    'house:differences': 0n,
  });
});

test('in another currency than the wallet’s waits for a person', async () => {
  const then = await (await given({ ann: 100 })).when(toppedUp(60, true, 'USD'));
  then.answered('parked');
  then.leaves({ ann: 100n });
});
