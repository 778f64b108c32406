import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { register } from '../../src/contracts/http/identity.ts';
import { getMail, listMail, listNotifications } from '../../src/contracts/http/notification.ts';
import { cancelOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import type { Operation } from '../../src/contracts/operation.ts';
import type { CallInput } from '../../src/runtime/service.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { uniqueName } from '../support/postgres.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { demand, expectStatus, type Goods, newGoods, order, orderOf, pay, untilOrder } from '../support/trade.ts';

/** 000, step 5 and "消息系统"; 001 §1.6 and §2; 003 §5; 004 §4.4: the buyer is told what became of the order. */

const price = 12_900;
const newId = (kind: string) => `${kind}_01890000-0000-7000-8000-000000000000`;

let shop: TestShop;
let tea: Goods;

beforeAll(async () => {
  shop = await commonTestShop();
  tea = await newGoods(shop, { stock: 1_000, price });
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

async function noticesOf(person: Person) {
  return (await demand(person, listNotifications, { query: { limit: 100 } }, 200)).data;
}

/** Waits until the person has been told all of this, newest first. */
async function told(person: Person, ...notices: readonly string[]) {
  await expect
    .poll(async () => (await noticesOf(person)).map(({ type, channel, status }) => `${type} ${channel} ${status}`))
    .toEqual(notices);
  return noticesOf(person);
}

async function bought(person: Person) {
  const placed = await order(person, [tea, 1]);
  await pay(person, placed.id);
  return untilOrder(shop, placed.id, ({ status }) => status === 'CONFIRMED');
}

describe('who buys', () => {
  test('is told that the payment arrived, and that the order is confirmed, also by mail', async () => {
    const buyer = await shop.shopper(price);
    const { id, number } = await bought(buyer);
    const notices = await told(
      buyer,
      'order_confirmed email KEPT',
      'order_confirmed in_app SENT',
      'payment_succeeded in_app SENT',
    );
    for (const notice of notices) {
      expect(notice).toMatchObject({ id: expect.stringMatching(/^ntf_/), orderId: id });
      expect(`${notice.title} ${notice.body}`).toContain('¥129.00');
    }
    expect(notices[0]?.title).toBe(`Order ${number} is confirmed`);
  });

  test('and cancels is told so, and that the money is back', async () => {
    const buyer = await shop.shopper(price);
    const { id, number } = await bought(buyer);
    await demand(buyer, cancelOrder, { params: { id }, body: { reason: 'changed my mind' } }, 200);
    const notices = await told(
      buyer,
      'refund_succeeded email KEPT',
      'refund_succeeded in_app SENT',
      'order_cancelled email KEPT',
      'order_cancelled in_app SENT',
      'order_confirmed email KEPT',
      'order_confirmed in_app SENT',
      'payment_succeeded in_app SENT',
    );
    expect(notices[1]).toMatchObject({
      title: `¥129.00 refunded for order ${number}`,
      body: '¥129.00 is back in your balance and can be used at once.',
    });
    expect(notices[3]?.body).toMatch(/you asked us to\. .*Reason given: changed my mind/);
  });

  test('and does not pay in time is told that the order is cancelled, and why', async () => {
    const buyer = await shop.shopper();
    const { id } = await order(buyer, [tea, 1]);
    await shop.move(10 * 60_000);
    await shop.move(25 * 60_000);
    await untilOrder(shop, id, ({ status }) => status === 'CANCELLED');
    const notices = await told(buyer, 'order_cancelled email KEPT', 'order_cancelled in_app SENT');
    expect(notices[1]?.body).toContain('it was not paid in time');
  });

  test('more than there is, is told what is missing', async () => {
    const buyer = await shop.shopper();
    const scarce = await newGoods(shop, { stock: 2, price });
    expect(await buyer.ask(placeOrder, { body: orderOf([[scarce, 5]]) })).toMatchObject({ status: 409 });
    const [notice] = await told(buyer, 'order_failed in_app SENT');
    expect(notice?.body).toContain(`${scarce.sku} (5 wanted, 2 left)`);
  });

  test.each([
    ['zh-CN,zh;q=0.9', /^订单 .* 已取消$/],
    ['zh-TW', /^訂單 .* 已取消$/],
    ['de, en;q=0.5', /^Order .* was cancelled$/],
  ])('and registered with Accept-Language %s is told in that language', async (language, words) => {
    const email = `${uniqueName('buyer')}@example.com`;
    const body = { email, password: 'correct horse battery', name: '小荷' };
    const reply = await shop.client.request(register, { body }, { headers: { 'accept-language': language } });
    const token = expectStatus(reply, 201).accessToken;
    const ask = <O extends Operation>(operation: O, input: CallInput<O>) =>
      shop.client.request(operation, input, { token });
    const placed = await ask(placeOrder, { body: orderOf([[tea, 1]]), idempotencyKey: email });
    await ask(cancelOrder, { params: { id: expectStatus(placed, 201).id }, body: {} });
    const titles = async () => expectStatus(await ask(listNotifications, {}), 200).data.map(({ title }) => title);
    await expect.poll(titles).toEqual([expect.stringMatching(words), expect.stringMatching(words)]);
  });
});

describe('the list of notices', () => {
  test('goes page by page, and is one’s own', async () => {
    const [buyer, stranger] = await Promise.all([shop.shopper(price), shop.shopper()]);
    await bought(buyer);
    const all = (
      await told(buyer, 'order_confirmed email KEPT', 'order_confirmed in_app SENT', 'payment_succeeded in_app SENT')
    ).map(({ id }) => id);
    const first = await demand(buyer, listNotifications, { query: { limit: 2 } }, 200);
    const second = await demand(buyer, listNotifications, { query: { limit: 2, cursor: first.nextCursor ?? '' } }, 200);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(all);
    expect(second.nextCursor).toBeNull();
    expect(await noticesOf(stranger)).toEqual([]);
    expect(await buyer.ask(listNotifications, { query: { cursor: 'x' } })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ pointer: '/query/cursor' }] },
    });
    expect(await shop.client.request(listNotifications)).toMatchObject({ status: 401 });
  });
});

describe('kept mail', () => {
  test('is read by operators, and by nobody else', async () => {
    const buyer = await shop.shopper(price);
    const { number } = await bought(buyer);
    const [notice] = await told(
      buyer,
      'order_confirmed email KEPT',
      'order_confirmed in_app SENT',
      'payment_succeeded in_app SENT',
    );
    const operator = await shop.operator();
    const { data } = await demand(operator, listMail, { query: { limit: 5 } }, 200);
    const mail = data.find(({ to }) => to === buyer.email);
    expect(mail).toEqual({
      id: notice?.id,
      to: buyer.email,
      subject: `Order ${number} is confirmed`,
      text: expect.stringMatching(/^Hello Shopper,\n\nYour goods for ¥129\.00 /),
      createdAt: notice?.createdAt,
      status: 'KEPT',
      attempts: 0,
      error: null,
    });
    const params = { id: notice?.id ?? '' };
    expect(await demand(operator, getMail, { params }, 200)).toEqual(mail);
    expect(await buyer.ask(getMail, { params })).toMatchObject({ status: 403 });
    expect(await buyer.ask(listMail)).toMatchObject({ status: 403 });
    expect(await operator.ask(getMail, { params: { id: newId('ntf') } })).toMatchObject({ status: 404 });
    expect(await operator.ask(getMail, { params: { id: 'x' } })).toMatchObject({ status: 400 });
  });

  test('goes page by page, newest first', async () => {
    const operator = await shop.operator();
    const ids: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null && ids.length < 200) {
      const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) };
      const page = await demand(operator, listMail, { query }, 200);
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(ids.length).toBeGreaterThan(3);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
  });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
