import { expect, test } from 'vitest';
import type { Difference, Reconciliation } from '#contracts/http/reconciliation.ts';
import { reconciledText } from './reconcile-text.ts';

const day: Reconciliation = {
  ...{ id: 'rec_wechat_20261119', provider: 'wechat', day: '2026-11-19', status: 'DIFFERENT', source: 'FETCHED' },
  ...{ lines: 7, openDifferences: 2, fees: [{ amount: 60, currency: 'CNY' }], failure: null },
  ...{ checkedAt: '2026-11-20T02:00:00.000Z', nextTryAt: null },
};
const difference = { id: 'dif_1', kind: 'amount', number: 'n1\u001b[2J', orderId: 'ord_1' } as Difference;

test('a day is told with what is open of it; what a provider wrote cannot move the cursor', () => {
  const [head, line, more] = reconciledText(day, [difference]).split('\n');
  expect(head).toBe('rec_wechat_20261119  DIFFERENT  7 lines, fees in minor units: 60 CNY');
  expect(line).toMatch(/^ {2}dif_1 {2}amount +n1.*ord_1$/);
  expect(line).not.toContain('\u001b');
  expect(more).toBe('  and 1 more');
});

test('a day in which all is well is one line', () => {
  const text = reconciledText({ ...day, status: 'BALANCED', openDifferences: 0, fees: [] }, []);
  expect(text).toBe('rec_wechat_20261119  BALANCED  7 lines, fees in minor units: none\n');
});
