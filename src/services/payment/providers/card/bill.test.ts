import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bill, BillLine } from '../provider.ts';
import { type Act, act } from '../testing/act.ts';
import { billFrom } from './report.ts';
import { type CardScene, cardScene } from './testing/scene.ts';

let scene: CardScene;
let tried: Act;
let day = '';

beforeEach(async () => {
  scene = await cardScene();
  tried = act(scene);
  day = scene.simulator.today();
});
afterEach(() => scene.stop());

async function linesOf(bill: Bill): Promise<BillLine[]> {
  const lines: BillLine[] = [];
  for await (const line of bill.lines) lines.push(line);
  return lines;
}
const fetched = async () => linesOf(await scene.provider.fetchBill(day, tried.asking));

/** Payments of 1.00, 1.01, … that went by in the simulator. */
function soldToday(count: number): void {
  for (let index = 0; index < count; index += 1) {
    const number = `a0t1_Sold_${index}`;
    scene.stripe.control.plant({ kind: 'unknown', number, amount: 100 + index, currency: 'cny' });
  }
}

describe('the bill of a day', () => {
  test('of more than a page has every line once', async () => {
    soldToday(250);
    await scene.simulator.issueBill(day);
    const lines = await fetched();
    expect(lines).toHaveLength(250);
    expect(new Set(lines.map(({ transaction }) => transaction)).size).toBe(250);
  });

  test('is read page by page: whoever stops early asks for no more', async () => {
    soldToday(250);
    await scene.simulator.issueBill(day);
    const bill = await scene.provider.fetchBill(day, tried.asking);
    scene.stripe.control.failNext('server error, not applied');
    for await (const line of bill.lines) {
      expect(line.kind).toBe('payment');
      break;
    }
  });

  test('that breaks off in the middle is no bill', async () => {
    soldToday(150);
    await scene.simulator.issueBill(day);
    const bill = await scene.provider.fetchBill(day, tried.asking);
    scene.stripe.control.failNext('server error, not applied');
    await expect(linesOf(bill)).rejects.toMatchObject({ name: 'BillUnavailable', why: 'unavailable' });
  });

  test('that is not over is no bill', async () => {
    const early = { why: 'not yet', message: expect.stringContaining('not over') };
    await expect(scene.provider.fetchBill(day, tried.asking)).rejects.toMatchObject(early);
  });

  test('ends at midnight in UTC, to the second', async () => {
    const end = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
    scene.move(end - 500 - scene.now());
    await tried.paid(1_00n, 'a0t1_before');
    scene.move(1_000);
    await tried.paid(2_00n, 'a0t1_after');
    const next = scene.simulator.today();
    await scene.simulator.issueBill(next);
    expect((await fetched()).map(({ number }) => number)).toEqual(['a0t1_before']);
    day = next;
    expect((await fetched()).map(({ number }) => number)).toEqual(['a0t1_after']);
  });

  test('has the buyer’s currency, and the fee in the one that Stripe pays out', async () => {
    const charge = await tried.opened({ ...tried.aCharge(), amount: { amount: 10_00n, currency: 'USD' } });
    scene.stripe.control.pay(charge.number);
    await scene.simulator.issueBill(day);
    const [line] = await fetched();
    expect(line).toMatchObject({ amount: { amount: 10_00n, currency: 'USD' }, fee: { currency: 'CNY' } });
    const [read] = await linesOf(scene.provider.readBill(day, scene.simulator.billFile(day)));
    expect(read).toMatchObject({ amount: { amount: 10_00n, currency: 'USD' }, fee: line?.fee });
  });

  test('leaves out what is no payment or refund: payouts, refunds that failed', async () => {
    const order = tried.aRefund(await tried.paid(), 5_00n);
    await scene.provider.refund(order, tried.asking);
    scene.stripe.control.failRefund(order.number);
    scene.stripe.control.payOut(100);
    await scene.simulator.issueBill(day);
    expect((await fetched()).map(({ kind }) => kind).sort()).toEqual(['payment', 'refund']);
  });

  test.each([
    ['missing', []],
    ['duplicate', ['a0t1_Charge_1', 'a0t1_Charge_1']],
  ] as const)('shows what is wrong with it: %s', async (kind, numbers) => {
    await tried.paid();
    scene.stripe.control.plant({ kind, number: 'a0t1_Charge_1' });
    await scene.simulator.issueBill(day);
    expect((await fetched()).map(({ number }) => number)).toEqual(numbers);
  });

  test.each(['amount', 'fee'] as const)('shows what is wrong with it: another %s', async (kind) => {
    await tried.paid();
    await scene.simulator.issueBill(day);
    const [right] = await fetched();
    scene.stripe.control.plant({ kind, number: 'a0t1_Charge_1', by: 7 });
    const [wrong] = await fetched();
    expect((wrong?.[kind].amount ?? 0n) - (right?.[kind].amount ?? 0n)).toBe(7n);
  });
});

describe('the bill from a file', () => {
  const read = async (text: string) => linesOf(billFrom('2026-11-19', Buffer.from(text)));
  const head = 'balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,description';
  const line = 'txn_1,2026-11-19 08:00:00,cny,1234.50,42.35,1192.15,charge,ch_1,';

  test('is Stripe’s report, whatever columns it has beside ours and in whatever order', async () => {
    const text = `\uFEFF"payment_metadata[suanpan_charge]",${head}\r\na0t1,${line}"tea, ""green"""\r\n`;
    expect(await read(text)).toEqual([
      {
        ...{ kind: 'payment', number: 'a0t1', transaction: 'ch_1', at: Date.parse('2026-11-19T08:00:00Z') },
        ...{ amount: { amount: 1234_50n, currency: 'CNY' }, fee: { amount: 42_35n, currency: 'CNY' } },
        raw: `a0t1,${line}"tea, ""green"""`,
      },
    ]);
  });

  test('is a list of the API', async () => {
    const source = {
      id: 'ch_1',
      object: 'charge',
      amount: 1234,
      currency: 'cny',
      metadata: { suanpan_charge: 'a0t1' },
    };
    const transaction = {
      id: 'txn_1',
      type: 'charge',
      amount: 1234,
      fee: 42,
      currency: 'cny',
      created: 1_795_075_200,
      source,
    };
    const text = JSON.stringify({ object: 'list', data: [transaction, { type: 'payout' }], has_more: false });
    const lines = await linesOf(billFrom('2026-11-19', Buffer.from(text)));
    expect(lines).toMatchObject([{ kind: 'payment', number: 'a0t1', amount: { amount: 1234n }, fee: { amount: 42n } }]);
  });

  test('leaves out other days', async () => {
    expect(await read(`${head}\n${line.replace('11-19', '11-20')}\n`)).toEqual([]);
  });

  test('has yen without decimals and dinars with three', async () => {
    const [yen, dinar] = await read(
      `${head}\n${line.replace('cny,1234.50,42.35', 'jpy,500,20')}\n${line.replace('cny,1234.50,42.35', 'kwd,5.120,0.100')}\n`,
    );
    expect(yen?.amount).toEqual({ amount: 500n, currency: 'JPY' });
    expect(dinar?.amount).toEqual({ amount: 5_120n, currency: 'KWD' });
  });

  test.each([
    ['of nothing', ''],
    ['of another report', 'id,Type,Amount\npo_1,payout,1.00\n'],
    ['that was cut in a line', `${head}\n${line.slice(0, 40)}`],
    ['with more digits than the currency has', `${head}\n${line.replace('1234.50', '1234.505')}\n`],
    ['with an amount that is none', `${head}\n${line.replace('1234.50', '1e3')}\n`],
    ['with a time that is none', `${head}\n${line.replace('08:00', '48:00')}\n`],
    ['that is broken off', '{"data":['],
    ['of one page of several', JSON.stringify({ data: [], has_more: true })],
  ])('%s is none', async (_what, text) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'BillUnavailable', why: 'malformed' });
  });

  test('that is no text is none', () => {
    const reading = () => billFrom('2026-11-19', Uint8Array.of(0x50, 0x4b, 0xff));
    expect(reading).toThrow(expect.objectContaining({ name: 'BillUnavailable', why: 'malformed' }));
  });

  test.each(['2026-02-30', '20261119', 'yesterday'])('of %s is asked for by mistake', (wrong) => {
    expect(() => billFrom(wrong, Buffer.from(head))).toThrow(RangeError);
  });
});
