import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getMe, logIn, refreshSession } from '../../src/contracts/http/identity.ts';
import { adjustStock, listStock } from '../../src/contracts/http/inventory.ts';
import { getHealth, getOverview, listSettings, listTrail, streamOverview } from '../../src/contracts/http/operator.ts';
import { cancelAnyOrder, listAllOrders, reviewOrder } from '../../src/contracts/http/ordering.ts';
import {
  disableUser,
  enableUser,
  endUserSessions,
  getUser,
  listUsers,
  setUserRoles,
} from '../../src/contracts/http/users.ts';
import type { QueryOf } from '../../src/contracts/operation.ts';
import { toTimestamp } from '../../src/kernel/clock.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { EventReader } from '../support/event-source.ts';
import { eventually } from '../support/eventually.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { demand, expectStatus, type Goods, newGoods, order, pay, refused, untilOrder } from '../support/trade.ts';

let shop: TestShop;
let operator: Person;
let tea: Goods;

beforeAll(async () => {
  shop = await commonTestShop();
  operator = await shop.operator();
  tea = await newGoods(shop, { stock: 100 });
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const processesOfOrdering = (): number => (inject('arrangement') === 'two processes of each over RabbitMQ' ? 2 : 1);

const unknown = 'usr_00000000-0000-7000-8000-000000000000';

describe('users', () => {
  it('are found by address, id, name and role, page by page', async () => {
    const buyer = await shop.shopper();
    const [found] = (await demand(operator, listUsers, { query: { q: buyer.email.slice(0, 20) } }, 200)).data;
    expect(found).toMatchObject({ id: buyer.id, email: buyer.email, roles: [] });
    expect((await demand(operator, listUsers, { query: { q: buyer.id } }, 200)).data).toEqual([found]);
    const admins = await demand(operator, listUsers, { query: { role: 'admin' } }, 200);
    expect(admins.data.map(({ id }) => id)).toEqual([operator.id]);
    const first = await demand(operator, listUsers, { query: { limit: 1 } }, 200);
    const second = await demand(operator, listUsers, { query: { limit: 1, cursor: first.nextCursor ?? '' } }, 200);
    expect((first.data[0]?.id ?? '') > (second.data[0]?.id ?? '')).toBe(true);
  });

  it('get roles from an administrator, and their next token has them; the last administrator stays one', async () => {
    const clerk = await shop.shopper();
    const asked = { params: { id: clerk.id }, body: { roles: ['operator' as const], reason: 'works here now' } };
    expect(await clerk.ask(setUserRoles, asked)).toEqual(refused(403, 'forbidden'));
    expect(await demand(operator, setUserRoles, asked, 200)).toMatchObject({ id: clerk.id, roles: ['operator'] });
    expect(await demand(operator, getUser, { params: { id: clerk.id } }, 200)).toMatchObject({ roles: ['operator'] });
    const [entry] = (await demand(operator, listTrail, { query: { object: clerk.id } }, 200)).data;
    expect(entry).toMatchObject({
      service: 'identity',
      action: 'roles.set',
      actor: operator.id,
      actorEmail: operator.email,
      reason: 'works here now (none → operator)',
    });
    const unmade = { params: { id: operator.id }, body: { roles: [], reason: 'leaves' } };
    expect(await operator.ask(setUserRoles, unmade)).toEqual(refused(409, 'conflict'));
    const nobody = { params: { id: unknown }, body: { roles: [], reason: 'x' } };
    expect(await operator.ask(setUserRoles, nobody)).toEqual(refused(404, 'not_found'));
  });

  it('are signed out everywhere', async () => {
    const buyer = await shop.shopper();
    const { sessions } = await demand(operator, getUser, { params: { id: buyer.id } }, 200);
    expect(sessions).toHaveLength(1);
    const asked = { params: { id: buyer.id }, body: { reason: 'a lost phone' } };
    expect(await demand(operator, endUserSessions, asked, 200)).toEqual({ ended: 1 });
    expect(await buyer.ask(getMe)).toEqual(refused(401, 'unauthenticated'));
    expect(await demand(operator, endUserSessions, asked, 200)).toEqual({ ended: 0 });
    expect(await shop.client.request(refreshSession, { body: { refreshToken: 'unheard-of' } })).toMatchObject({
      status: 401,
    });
  });
});

describe('an account', () => {
  const enter = (email: string, password = 'correct horse battery') =>
    shop.client.request(logIn, { body: { email, password } });
  const because = (id: string, reason: string) => ({ params: { id }, body: { reason } });

  it('is disabled: its sessions end, and who knows its password is told; enabled it is as before', async () => {
    const buyer = await shop.shopper();
    const { refreshToken } = expectStatus(await enter(buyer.email), 200);
    const disabled = await demand(operator, disableUser, because(buyer.id, 'card fraud'), 200);
    expect(disabled).toMatchObject({ id: buyer.id, disabledAt: expect.any(String) });
    expect(await buyer.ask(getMe)).toEqual(refused(401, 'unauthenticated'));
    expect(await shop.client.request(refreshSession, { body: { refreshToken } })).toMatchObject({ status: 401 });
    expect(await enter(buyer.email)).toEqual(refused(403, 'account_disabled'));
    expect(await enter(buyer.email, 'wrong')).toEqual(refused(401, 'invalid_credentials'));
    expect(await demand(operator, disableUser, because(buyer.id, 'again'), 200)).toEqual(disabled);
    expect(await demand(operator, getUser, { params: { id: buyer.id } }, 200)).toMatchObject({
      disabledAt: disabled.disabledAt,
      sessions: [],
    });
    const enabled = await demand(operator, enableUser, because(buyer.id, 'a mistake'), 200);
    expect(enabled.disabledAt).toBeNull();
    expect(await enter(buyer.email)).toMatchObject({ status: 200 });
    const acts = (await demand(operator, listTrail, { query: { object: buyer.id } }, 200)).data;
    expect(acts.map(({ action, reason }) => `${action}: ${reason}`)).toEqual([
      'user.enabled: a mistake',
      'sessions.ended: card fraud',
      'user.disabled: card fraud',
    ]);
  });

  it('of those who work here is disabled by administrators, and by none of themselves', async () => {
    const clerk = await shop.shopper();
    const other = await shop.shopper();
    const body = { roles: ['operator' as const], reason: 'works here' };
    for (const { id } of [clerk, other]) await demand(operator, setUserRoles, { params: { id }, body }, 200);
    const { accessToken: token } = expectStatus(await enter(clerk.email), 200);
    const asClerk = (id: string) => shop.client.request(disableUser, because(id, 'x'), { token });
    expect(await asClerk(other.id)).toEqual(refused(403, 'forbidden'));
    expect(await asClerk(clerk.id)).toEqual(refused(409, 'conflict'));
    expect(await asClerk((await shop.shopper()).id)).toMatchObject({ status: 200 });
    expect(await operator.ask(disableUser, because(operator.id, 'x'))).toEqual(refused(409, 'conflict'));
    expect(await operator.ask(disableUser, because(unknown, 'x'))).toEqual(refused(404, 'not_found'));
    expect(await operator.ask(disableUser, because(other.id, 'left'))).toMatchObject({ status: 200 });
  });
});

describe('the trail', () => {
  it('has the acts in all services as one list, newest first, page by page', async () => {
    const since = toTimestamp(shop.now());
    const reason = `counted ${since}`;
    const buyer = await shop.shopper(10_000);
    const { id } = await order(buyer, [tea, 1]);
    await demand(operator, adjustStock, { params: { sku: tea.sku }, body: { delta: 1, reason } }, 201);
    await demand(operator, cancelAnyOrder, { params: { id }, body: { reason } }, 200);
    const all = await demand(operator, listTrail, { query: { from: since } }, 200);
    expect(all.data.map(({ service }) => service)).toEqual(['ordering', 'inventory', 'wallet']);
    const paged: unknown[] = [];
    for (let cursor: string | undefined; ; ) {
      const query: QueryOf<typeof listTrail> = { from: since, limit: 1, ...(cursor !== undefined && { cursor }) };
      const page = await demand(operator, listTrail, { query }, 200);
      paged.push(...page.data);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(all.data);
    const chosen = async (query: QueryOf<typeof listTrail>) =>
      (await demand(operator, listTrail, { query: { from: since, ...query } }, 200)).data.map(({ action }) => action);
    expect(await chosen({ object: id })).toEqual(['order.cancelled']);
    expect(await chosen({ action: 'stock.' })).toEqual(['stock.adjusted']);
    expect(await chosen({ service: 'wallet' })).toEqual(['wallet.adjust']);
    expect(await chosen({ actor: operator.email, service: 'ordering' })).toEqual(['order.cancelled']);
    expect(await chosen({ actor: buyer.email })).toEqual([]);
  });

  it('is for operators alone, and refuses what it cannot read', async () => {
    expect(await (await shop.shopper()).ask(listTrail)).toEqual(refused(403, 'forbidden'));
    expect(await operator.ask(listTrail, { query: { cursor: 'WyJ4Il0' } })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/query/cursor' }]),
    );
    expect(await operator.ask(listTrail, { query: { service: 'nobody' } })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/query/service' }]),
    );
  });
});

describe('orders', () => {
  it('are decided about where they are held for a person, and only there', async () => {
    const { id } = await order(await shop.shopper(), [tea, 1]);
    const reject = { params: { id }, body: { decision: 'reject' as const, reason: 'odd address' } };
    expect(await operator.ask(reviewOrder, reject)).toEqual(refused(409, 'conflict'));
    const nothing = { params: { id: unknown.replace('usr', 'ord') }, body: reject.body };
    expect(await operator.ask(reviewOrder, nothing)).toEqual(refused(404, 'not_found'));
    expect(await (await shop.shopper()).ask(reviewOrder, reject)).toEqual(refused(403, 'forbidden'));
    expect((await demand(operator, listTrail, { query: { object: id } }, 200)).data).toEqual([]);
  });

  it('are found by address, number, time and total', async () => {
    const buyer = await shop.shopper(100_000);
    const small = await order(buyer, [tea, 1]);
    const between = toTimestamp(shop.now() + 1);
    await eventually(async () => expect(shop.now()).toBeGreaterThan(Date.parse(between)));
    const large = await order(buyer, [tea, 5]);
    const found = async (query: QueryOf<typeof listAllOrders>) =>
      (await demand(operator, listAllOrders, { query: { user: buyer.id, ...query } }, 200)).data.map(({ id }) => id);
    expect(await found({})).toEqual([large.id, small.id]);
    expect(await found({ q: buyer.email.slice(0, 30) })).toEqual([]);
    expect(await found({ q: buyer.email })).toEqual([large.id, small.id]);
    expect(await found({ q: small.number ?? '' })).toEqual([small.id]);
    expect(await found({ q: large.id })).toEqual([large.id]);
    expect(await found({ from: between })).toEqual([large.id]);
    expect(await found({ to: between })).toEqual([small.id]);
    expect(await found({ totalFrom: 1_001 })).toEqual([large.id]);
    expect(await found({ totalFrom: 1_000, totalTo: 1_000 })).toEqual([small.id]);
    expect(await found({ status: 'PENDING', q: buyer.email, totalTo: 4_999 })).toEqual([small.id]);
    expect(await found({ status: 'PAID' })).toEqual([]);
  });
});

describe('stock', () => {
  it('is listed by SKU, by part of it, and where little is left', async () => {
    const scarce = await newGoods(shop, { stock: 3 });
    const one = { sku: scarce.sku, onHand: 3, available: 3, reserved: 0, sold: 0 };
    const part = scarce.sku.slice(4).toLowerCase();
    expect((await demand(operator, listStock, { query: { q: part } }, 200)).data).toEqual([one]);
    expect((await demand(operator, listStock, { query: { q: part, low: 2 } }, 200)).data).toEqual([]);
    expect((await demand(operator, listStock, { query: { q: part, low: 3 } }, 200)).data).toEqual([one]);
    const first = await demand(operator, listStock, { query: { limit: 2 } }, 200);
    const second = await demand(operator, listStock, { query: { limit: 2, cursor: first.nextCursor ?? '' } }, 200);
    const skus = [...first.data, ...second.data].map(({ sku }) => sku);
    expect(skus).toEqual([...new Set(skus)].sort());
    expect(await (await shop.shopper()).ask(listStock)).toEqual(refused(403, 'forbidden'));
  });
});

describe('the platform', () => {
  it('tells its settings, of secrets only whether they are set', async () => {
    const { data, missing } = await demand(operator, listSettings, {}, 200);
    expect(missing).toEqual([]);
    const all = data.flatMap(({ settings }) => settings);
    expect(all.find(({ name }) => name === 'DATABASE_URL')).toMatchObject({ secret: true, set: true, value: null });
    expect(all.find(({ name }) => name === 'ORDER_EXPIRY')).toMatchObject({ value: '30m', default: '30m', set: false });
    expect(all.filter(({ secret, value }) => secret && value !== null)).toEqual([]);
    expect(data[0]?.service).toBe('platform');
  });

  it('tells how each service is', async () => {
    const { data, processes } = await demand(operator, getHealth, {}, 200);
    expect(data.map(({ service }) => service)).toContain('gateway');
    for (const { ready, why, health } of data) {
      expect({ ready, why }).toEqual({ ready: true, why: null });
      expect(health).toMatchObject({ database: { ok: true }, bus: { ok: true } });
    }
    for (const { service, health } of data) {
      expect(processes.find(({ id }) => id === health?.process)?.services).toContain(service);
    }
    // Those too that hear messages and are asked by nobody.
    expect(processes.filter(({ services }) => services.includes('ordering'))).toHaveLength(processesOfOrdering());
    expect(await (await shop.shopper()).ask(getHealth)).toEqual(refused(403, 'forbidden'));
  });

  it('tells how it does, and what is stuck', async () => {
    const buyer = await shop.shopper(10_000);
    const { id } = await order(buyer, [tea, 1]);
    await pay(buyer, id);
    await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
    await eventually(async () => {
      const overview = await demand(operator, getOverview, {}, 200);
      expect(overview.missing).toEqual([]);
      expect(overview.funnel?.confirmed).toBeGreaterThan(0);
      expect(overview.series.length).toBeGreaterThan(0);
      expect(overview.series.some(({ confirmedPerSecond }) => confirmedPerSecond > 0)).toBe(true);
      expect(overview.operations.map(({ operation }) => operation)).toContain('placeOrder');
      expect(overview.subscriptions).toContainEqual(
        expect.objectContaining({ consumer: 'inventory', source: 'ordering', messages: expect.any(Number) }),
      );
      expect(overview.waiting).toEqual({ refundsToDecide: 0, refundsFailed: 0, differences: 0 });
    });
    await shop.sql(
      'ordering',
      `update orders set status = 'PAID', updated_at = updated_at - interval '2 minutes' where id = $1`,
      [id],
    );
    await eventually(async () => {
      const { stuck } = await demand(operator, getOverview, {}, 200);
      expect(stuck).toContainEqual(expect.objectContaining({ id, status: 'PAID', why: 'not_confirmed' }));
    });
    await shop.sql('ordering', `update orders set status = 'CONFIRMED' where id = $1`, [id]);
    expect(await buyer.ask(getOverview)).toEqual(refused(403, 'forbidden'));
  });

  it('tells how it does as it goes on, to operators alone', async () => {
    const url = `${shop.url}${streamOverview.path}`;
    const stream = await EventReader.open(url, { authorization: `Bearer ${operator.token}` });
    const [first, second] = [await stream.next(), await stream.next()];
    stream.close();
    expect([first?.type, second?.type]).toEqual(['overview', 'overview']);
    expect(first?.data).toMatchObject({ at: expect.any(String), missing: [], now: expect.any(Object) });
    expect(String(second?.data.at) > String(first?.data.at)).toBe(true);
    for (const [token, status] of [
      [(await shop.shopper()).token, 403],
      ['none', 401],
    ] as const) {
      const refusal = await EventReader.open(url, { authorization: `Bearer ${token}` });
      expect(refusal.status).toBe(status);
      refusal.close();
    }
  });
});
