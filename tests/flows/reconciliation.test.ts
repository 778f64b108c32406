import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelOrder } from '../../src/contracts/http/ordering.ts';
import {
  type Difference,
  getReconciliation,
  listDifferences,
  listReconciliations,
  type Reconciliation,
  reconcile,
  resolveDifference,
} from '../../src/contracts/http/reconciliation.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { scriptIn, violationsAtRest } from '../proof/audits.ts';
import { opened, type ProvidedShop, startProvidedShop, untilBooked } from '../support/charging.ts';
import { eventually } from '../support/eventually.ts';
import { heard } from '../support/hearing.ts';
import type { Teller } from '../support/tellers.ts';
import { demand, paymentOf, refused, until, yuan } from '../support/trade.ts';

/** Issue of the house: providers' bills against attempts, refunds and the ledger, each played with errors in its bill. */

const price = 10_000;
const hourMs = 3_600_000;
/** What the providers played here keep of a payment. */
const feeBy = { wechat: 60, alipay: 60, card: 575 } as const;
const rates = { WECHAT_FEE: '0.6%', ALIPAY_FEE: '0.6%', STRIPE_FEE: '3.4%+235' };
const methods: readonly Teller['method'][] = ['wechat', 'alipay', 'card'];
let provided: ProvidedShop;

type Bought = Awaited<ReturnType<ProvidedShop['anOrder']>> & { readonly number: string };
type Name = 'plain' | 'refunded' | 'missed' | 'late' | 'missing' | 'twice' | 'amount' | 'fee' | 'refund missing';

interface Day {
  readonly id: string;
  readonly day: string;
  readonly bought: Readonly<Record<Name, Bought>>;
  readonly refundNumbers: Readonly<Record<'refunded' | 'refund missing', string>>;
}
const days = new Map<Teller['method'], Day>();

const dayOf = (method: Teller['method']): Day => {
  const day = days.get(method);
  if (!day) throw new Error(`no day of ${method}`);
  return day;
};
const operator = () => provided.shop.operator();
const reconciliationOf = async (id: string) => demand(await operator(), getReconciliation, { params: { id } }, 200);
/** By the job; whoever moves time while it asks has it give up and begin again much later. */
const untilChecked = (id: string) =>
  eventually(async () => {
    const { status, body } = await (await operator()).ask(getReconciliation, { params: { id } });
    if (status !== 200 || body.status !== 'DIFFERENT') throw new Error(`still ${JSON.stringify(body)}`);
  });
const differencesOf = async (reconciliationId: string): Promise<readonly Difference[]> =>
  (await demand(await operator(), listDifferences, { query: { reconciliationId, limit: 100 } }, 200)).data;
const again = async (method: Teller['method']): Promise<Reconciliation> =>
  demand(await operator(), reconcile, { body: { provider: method, day: dayOf(method).day } }, 200);

async function bought(method: Teller['method'], isHeard = true): Promise<Bought> {
  const teller = provided.tellers[method];
  const anOrder = await provided.anOrder();
  await opened(anOrder, teller.choice);
  const number = await provided.numberOf(anOrder.orderId, method);
  if (!isHeard) {
    teller.silence(true);
    teller.blind(true);
  }
  expect(teller.pay(number)).toBe(true);
  if (isHeard) await heard(provided.shop, OrderConfirmed, anOrder.orderId);
  return { ...anOrder, number };
}

/** All of it goes back; answers with the number under which the provider knows that. */
async function givenBack(method: Teller['method'], { buyer, orderId, number }: Bought): Promise<string> {
  await demand(buyer, cancelOrder, { params: { id: orderId }, body: {} }, 200);
  await untilBooked(() => provided.tellers[method].refunds(number), [price]);
  const [refund] = await provided.shop.sql<{ id: string }>(
    'payment',
    'select r.id from refunds as r join payments as p on p.id = r.payment_id where p.order_id = $1',
    [orderId],
  );
  return `${refund?.id.slice(4).replaceAll('-', '')}${number}`;
}

/** Paid at the provider; here the order is cancelled, and the attempt taken for closed. */
async function givenUp(late: Bought): Promise<Bought> {
  const { buyer, orderId } = late;
  await demand(buyer, cancelOrder, { params: { id: orderId }, body: {} }, 200);
  await until(
    () => paymentOf(buyer, orderId),
    ({ status }) => status === 'CLOSED',
  );
  await scriptIn(
    provided.shop,
    'payment',
    `update attempts set status = 'CLOSED', next_check_at = null where payment_id = '${orderId.replace('ord', 'pay')}'`,
  );
  return late;
}

async function aDay(method: Teller['method']): Promise<Day> {
  const teller = provided.tellers[method];
  const day = teller.today();
  const names: readonly Name[] = ['plain', 'refunded', 'missing', 'twice', 'amount', 'fee', 'refund missing'];
  const all = await Promise.all(names.map(async (name) => [name, await bought(method)] as const));
  const orders = Object.fromEntries(all) as Record<Name, Bought>;
  const refundNumbers = {
    refunded: await givenBack(method, orders.refunded),
    'refund missing': await givenBack(method, orders['refund missing']),
  };
  for (const error of ['missing', 'twice', 'amount', 'fee'] as const) teller.plant(error, orders[error].number);
  teller.plant('missing', refundNumbers['refund missing']);
  teller.plant('stranger', strangers.payment);
  teller.plant('strange refund', strangers.refund);
  orders.missed = await bought(method, false);
  orders.late = await givenUp(await bought(method, false));
  return { id: `rec_${method}_${day.replaceAll('-', '')}`, day, bought: orders, refundNumbers };
}

const strangers = { payment: 'notofthisshop0001', refund: 'notofthisshop0002' };

beforeAll(async () => {
  provided = await startProvidedShop({ ...rates, RECONCILIATION: 'on', ORDER_EXPIRY: '3d' });
  for (const method of methods) days.set(method, await aDay(method));
  await provided.move(60_000);
  for (const { bought: orders } of days.values()) {
    for (const { buyer, orderId } of [orders.refunded, orders['refund missing']]) {
      await until(
        () => paymentOf(buyer, orderId),
        ({ refunded }) => refunded.amount === price,
      );
    }
  }
  await provided.move(40 * hourMs);
  for (const { id } of days.values()) await untilChecked(id);
}, 180_000);

afterAll(() => provided?.[Symbol.asyncDispose]());

describe.each(methods)('the day of %s', (method) => {
  test('is reconciled by itself once its bill is due, and each planted error is found, once, with the evidence', async () => {
    const { id, bought: orders, refundNumbers } = dayOf(method);
    const day = await reconciliationOf(id);
    expect(day).toMatchObject({
      provider: method,
      status: 'DIFFERENT',
      source: 'FETCHED',
      failure: null,
      openDifferences: 9,
    });
    const found = await differencesOf(id);
    expect(found.map(({ kind, number }) => `${kind} ${number}`).sort()).toEqual(
      [
        `callback_missing ${orders.missed.number}`,
        `callback_missing ${orders.late.number}`,
        `payment_missing ${orders.missing.number}`,
        `duplicate ${orders.twice.number}`,
        `amount ${orders.amount.number}`,
        `fee ${orders.fee.number}`,
        `refund_missing ${refundNumbers['refund missing']}`,
        `unknown ${strangers.payment}`,
        `refund_unknown ${strangers.refund}`,
      ].sort(),
    );
    expect(found.map(({ status, resolution }) => [status, resolution])).toEqual(found.map(() => ['OPEN', null]));
    const one = (kind: string) => found.find((difference) => difference.kind === kind);
    expect(one('amount')).toMatchObject({
      orderId: orders.amount.orderId,
      line: expect.stringContaining(orders.amount.number),
      evidence: {
        ours: { status: 'SUCCEEDED', amount: yuan(price) },
        billed: { amount: yuan(price + 1) },
        ledger: [{ causeKey: expect.stringMatching(/^attempt\//), amount: price }],
      },
    });
    const { [method]: fee } = feeBy;
    expect(one('fee')?.evidence).toMatchObject({ expectedFee: fee, billed: { fee: fee + 1 } });
    expect(one('payment_missing')).toMatchObject({
      line: null,
      evidence: { billed: null, ours: { status: 'SUCCEEDED' } },
    });
    expect(one('unknown')).toMatchObject({ orderId: null, line: expect.any(String), evidence: { ours: null } });
  });

  test('has a callback that never came found by its bill, and the order is paid', async () => {
    const { id, bought: orders } = dayOf(method);
    const { buyer, orderId, number } = orders.missed;
    expect(await paymentOf(buyer, orderId)).toMatchObject({ captured: yuan(0) });
    provided.tellers[method].blind(false);
    expect(await again(method)).toMatchObject({ openDifferences: 7 });
    const missed = (await differencesOf(id)).filter(({ kind }) => kind === 'callback_missing');
    expect(missed.map((one) => one.number).sort()).toEqual([number, orders.late.number].sort());
    for (const one of missed) expect(one).toMatchObject({ status: 'RESOLVED', resolution: { how: 'query', by: null } });
    await heard(provided.shop, OrderConfirmed, orderId);
    expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
  });

  test('has money that came for a cancelled order, unheard, found by its bill and sent back', async () => {
    const { buyer, orderId, number } = dayOf(method).bought.late;
    await untilBooked(() => provided.tellers[method].refunds(number), [price]);
    await provided.move(60_000);
    const payment = await until(
      () => paymentOf(buyer, orderId),
      ({ refunded }) => refunded.amount === price,
    );
    expect(payment).toMatchObject({ status: 'CLOSED', captured: yuan(price) });
  });

  test('has the fees of what is ours in the ledger, each once, however often it is reconciled', async () => {
    const { id } = dayOf(method);
    const before = await differencesOf(id);
    const days = [await again(method), await again(method)];
    expect(days[1]).toMatchObject({ ...days[0], checkedAt: expect.any(String) });
    expect(await differencesOf(id)).toEqual(before);
    const [counted] = await provided.shop.sql<{ lines: bigint }>(
      'payment',
      'select count(*) as lines from bill_lines where reconciliation_id = $1',
      [id],
    );
    expect(Number(counted?.lines)).toBe(days[1]?.lines);
    const journalled = await until(
      () => provided.shop.sql<{ sum: bigint }>('wallet', feesOf, [`fees/${id}/%`]),
      ([row]) => Number(row?.sum) === days[1]?.fees[0]?.amount,
    );
    expect(journalled).toHaveLength(1);
    // Eight payments with their fees, one of them with one more; what goes back of fees is the provider's own way.
    const back = method === 'card' ? 0 : feeBy[method];
    expect(days[1]?.fees).toEqual([yuan(8 * feeBy[method] + 1 - back)]);
  });

  test('is closed by a person, who says why; a stranger may not look', async () => {
    const { id } = dayOf(method);
    const open = (await differencesOf(id)).filter(({ status }) => status === 'OPEN');
    const shopper = await provided.shop.shopper();
    expect(await shopper.ask(listDifferences, { query: {} })).toEqual(refused(403, 'forbidden'));
    const admin = await operator();
    for (const difference of open) {
      const input = { params: { id: difference.id }, body: { reason: 'settled with the provider' } };
      expect(await shopper.ask(resolveDifference, input)).toEqual(refused(403, 'forbidden'));
      const resolved = await demand(admin, resolveDifference, input, 200);
      expect(resolved).toMatchObject({
        status: 'RESOLVED',
        resolution: { how: 'person', by: admin.id, reason: 'settled with the provider' },
      });
      expect(await admin.ask(resolveDifference, input)).toEqual(refused(409, 'conflict'));
    }
    expect(await reconciliationOf(id)).toMatchObject({ status: 'BALANCED', openDifferences: 0 });
    expect(await again(method)).toMatchObject({ status: 'BALANCED', openDifferences: 0 });
    const trail = await provided.shop.sql<{ object: string }>(
      'payment',
      "select object from admin_trail where action = 'reconciliation.resolve' and object = any($1)",
      [open.map((difference) => difference.id)],
    );
    expect(trail).toHaveLength(open.length);
  });
});

/** As curl would send it. */
async function upload(provider: string, day: string, file: Uint8Array) {
  const { token } = await operator();
  const address = `${provided.shop.url}/v1/admin/reconciliations/upload?provider=${provider}&day=${day}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
  const response = await fetch(address, { method: 'POST', headers, body: new Uint8Array(file) });
  return { status: response.status, body: (await response.json()) as unknown };
}

test.each(methods)('a file of %s that a person has downloaded reads the same as what was fetched', async (method) => {
  const { id, day } = dayOf(method);
  const [before, figures] = [await differencesOf(id), await reconciliationOf(id)];
  const { status, body } = await upload(method, day, provided.tellers[method].billFile(day));
  expect([status, body]).toEqual([200, { ...figures, source: 'UPLOADED', checkedAt: expect.any(String) }]);
  expect(await differencesOf(id)).toEqual(before);
});

test('a day that was read and not compared, since the process ended between, is compared when it is looked again', async () => {
  const { id } = dayOf('alipay');
  const [before, figures] = [await differencesOf(id), await reconciliationOf(id)];
  await scriptIn(provided.shop, 'payment', `update reconciliations set status = 'READ' where id = '${id}'`);
  expect(await reconciliationOf(id)).toMatchObject({ status: 'CHECKING' });
  await provided.move(11 * 60_000);
  const after = await until(
    () => reconciliationOf(id),
    ({ status }) => status !== 'CHECKING',
  );
  expect(after).toEqual({ ...figures, checkedAt: expect.any(String) });
  expect(await differencesOf(id)).toEqual(before);
});

test('what is no bill, or not of that day, is refused and changes nothing', async () => {
  const { id, day } = dayOf('wechat');
  const before = await reconciliationOf(id);
  const nonsense = Buffer.from('name,price\r\ntea,1\r\n');
  expect(await upload('wechat', day, nonsense)).toEqual(refused(400, 'validation_failed', [{ pointer: '' }]));
  const other = await upload('wechat', '2020-02-02', provided.tellers.wechat.billFile(day));
  expect(other).toEqual(refused(400, 'validation_failed', [{ pointer: '' }]));
  expect(await upload('wechat', '2020-02-31', nonsense)).toMatchObject({ status: 400 });
  const mebibytes = (count: number) => new Uint8Array(count * 1024 * 1024).fill(0x61);
  expect(await upload('wechat', day, mebibytes(10))).toEqual(refused(400, 'validation_failed', [{ pointer: '' }]));
  expect(await upload('wechat', day, mebibytes(11))).toEqual(refused(413, 'payload_too_large'));
  expect(await reconciliationOf(id)).toEqual(before);
});

test('a bill that is not there yet is said to be so, and stands in the list as waited for', async () => {
  const day = provided.tellers.card.today();
  const body = { provider: 'card', day } as const;
  expect(await (await operator()).ask(reconcile, { body })).toEqual(refused(409, 'bill_unavailable'));
  const query = { provider: 'card', status: 'WAITING' } as const;
  const { data } = await demand(await operator(), listReconciliations, { query }, 200);
  expect(data).toMatchObject([{ day, status: 'WAITING', failure: { why: 'not yet' }, lines: 0 }]);
});

test('days are listed newest first, page by page', async () => {
  const admin = await operator();
  const all = (await demand(admin, listReconciliations, { query: { limit: 100 } }, 200)).data;
  expect(all.length).toBeGreaterThan(6);
  expect(all.map(({ day }) => day)).toEqual(
    all
      .map(({ day }) => day)
      .sort()
      .reverse(),
  );
  const paged: Reconciliation[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { limit: 4, ...(cursor === undefined ? {} : { cursor }) };
    const page = await demand(admin, listReconciliations, { query }, 200);
    paged.push(...page.data);
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(all);
});

const feesOf = "select sum(amounts[2])::bigint as sum from journals where kind = 'fee' and cause_key like $1";

test('after all of this the audit finds nothing amiss', async () => {
  for (const teller of Object.values(provided.tellers)) teller.silence(false);
  expect(await violationsAtRest(provided.shop)).toEqual([]);
});
