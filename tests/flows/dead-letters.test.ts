import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  discardDeadLetter,
  discardDeadLetters,
  listDeadLetters,
  type RetryRun,
  retryDeadLetter,
  retryDeadLetters,
  showDeadLetter,
} from '../../src/contracts/http/gateway.ts';
import { listNotifications } from '../../src/contracts/http/notification.ts';
import { cancelOrder } from '../../src/contracts/http/ordering.ts';
import type { DeadLetter } from '../../src/contracts/http/runtime.ts';
import { connect } from '../../src/runtime/database/database.ts';
import { auditOf, violationsAtRest } from '../proof/audits.ts';
import { startTestShop } from '../support/arrangement.ts';
import { eventually } from '../support/eventually.ts';
import { ownerOf } from '../support/postgres.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { demand, type Goods, newGoods, order, pay, refused, until, untilOrder } from '../support/trade.ts';

/** 003 §6: messages that cannot be handled are for people to step in. 004 §4.3: retry and dead letters, a circle that closes. */

const price = 1_000;
let shop: TestShop;
let operator: Person;
let tea: Goods;

beforeAll(async () => {
  // A message that fails is parked after its second attempt, at once rather than after minutes.
  shop = await startTestShop({ MESSAGE_ATTEMPTS: '2', MESSAGE_RETRY_FIRST: '50ms' });
  operator = await shop.operator();
  tea = await newGoods(shop, { stock: 1_000, price });
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

/** Notices to this person cannot be written until what is returned is called. */
async function breakNoticesTo({ id }: Person): Promise<() => Promise<unknown>> {
  const name = `not_to_${id.replaceAll('-', '_')}`;
  await shop.sql(
    'notification',
    `alter table notifications add constraint ${name} check (user_id <> '${id}') not valid`,
  );
  return () => shop.sql('notification', `alter table notifications drop constraint ${name}`);
}

/** The letters of an order, oldest first, once there are so many of the status, or more. */
async function lettersOf(orderId: string, status: DeadLetter['status'], count: number): Promise<DeadLetter[]> {
  const page = await until(
    () => demand(operator, listDeadLetters, { query: { key: orderId } }, 200),
    ({ data }) => data.filter((letter) => letter.status === status).length >= count,
  );
  return page.data.toReversed();
}

async function confirmed(buyer: Person): Promise<string> {
  const { id } = await order(buyer, [tea, 1]);
  await pay(buyer, id);
  await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
  return id;
}

/** An order of which the notices that it was paid and confirmed are parked. */
async function stuckOrder(): Promise<{
  buyer: Person;
  id: string;
  letters: DeadLetter[];
  mend: () => Promise<unknown>;
}> {
  const buyer = await shop.shopper(10 * price);
  const mend = await breakNoticesTo(buyer);
  const id = await confirmed(buyer);
  return { buyer, id, mend, letters: await lettersOf(id, 'PARKED', 2) };
}

const showing = (id: string) => demand(operator, showDeadLetter, { params: { id } }, 200);
const noticesOf = async (buyer: Person): Promise<string[]> =>
  (await demand(buyer, listNotifications, {}, 200)).data.map(({ type }) => type).toReversed();

describe('an order of which a message cannot be handled', () => {
  test('shows what is held up and by what; retried when that is mended, all follows in its order', async () => {
    const { buyer, id, letters, mend } = await stuckOrder();
    const first = letters.find(({ message }) => message.type === 'ordering.order-confirmed');
    if (!first) throw new Error('the confirmation was not parked');
    expect(first).toMatchObject({ service: 'notification', attempts: 2, error: expect.stringContaining('not_to_usr') });
    await demand(buyer, cancelOrder, { params: { id }, body: {} }, 200);
    const [held] = (await lettersOf(id, 'HELD', 1)).filter(({ status }) => status === 'HELD');
    if (!held) throw new Error('nothing is held');

    expect(await showing(first.id)).toMatchObject({ heldBehind: null, holding: { count: 1, ids: [held.id] } });
    expect(await showing(held.id)).toMatchObject({
      status: 'HELD',
      heldBehind: first.id,
      holding: { count: 0, ids: [] },
    });
    expect(await operator.ask(retryDeadLetter, { params: { id: held.id }, body: {} })).toEqual(
      refused(409, 'dead_letter_held', [{ heldBehind: first.id }]),
    );
    const named = (await auditOf(shop)).violations.filter(({ orderId }) => orderId === id);
    expect(named).toContainEqual(
      expect.objectContaining({
        invariant: 'I8',
        detail: expect.stringContaining(`ordering.order-confirmed as ${first.id}`),
      }),
    );

    await mend();
    const body = { reason: 'mended' };
    for (const letter of letters)
      expect(await demand(operator, retryDeadLetter, { params: { id: letter.id }, body }, 202)).toMatchObject({
        status: 'RETRYING',
        attempts: 0,
        retriedBy: operator.id,
      });
    await eventually(async () => {
      const all = (await demand(operator, listDeadLetters, { query: { key: id } }, 200)).data;
      expect(all.map(({ status }) => status)).toEqual(all.map(() => 'RETRIED'));
    });
    const notices = await noticesOf(buyer);
    expect(notices.indexOf('order_cancelled')).toBeGreaterThan(notices.indexOf('order_confirmed'));
    expect(
      await shop.sql('notification', 'select actor, reason from admin_trail where object = $1', [first.id]),
    ).toEqual([{ actor: operator.id, reason: 'mended' }]);
  });

  test('goes on without it when it is discarded with a reason', async () => {
    const { buyer, id, letters, mend } = await stuckOrder();
    await demand(buyer, cancelOrder, { params: { id }, body: {} }, 200);
    await lettersOf(id, 'HELD', 1);
    await mend();
    expect(await operator.ask(discardDeadLetter, { params: { id: letters[0]?.id ?? '' }, body: {} as never })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/reason' }]),
    );
    for (const letter of letters) {
      const body = { reason: 'nobody needs to know' };
      expect(await demand(operator, discardDeadLetter, { params: { id: letter.id }, body }, 200)).toMatchObject({
        status: 'DISCARDED',
        settledBy: operator.id,
        settledReason: 'nobody needs to know',
      });
      expect(await operator.ask(discardDeadLetter, { params: { id: letter.id }, body })).toEqual(
        refused(409, 'dead_letter_closed'),
      );
      expect(await operator.ask(retryDeadLetter, { params: { id: letter.id }, body })).toEqual(
        refused(409, 'dead_letter_closed'),
      );
    }
    await until(
      () => noticesOf(buyer),
      (notices) => notices.includes('order_cancelled'),
    );
    expect(await noticesOf(buyer)).not.toContain('order_confirmed');
  });

  test('is parked again, and can be retried again, when nothing was mended', async () => {
    const { letters, mend } = await stuckOrder();
    const [{ id }] = letters as [DeadLetter];
    const before = await demand(operator, retryDeadLetter, { params: { id }, body: {} }, 202);
    const again = await until(
      () => showing(id),
      ({ status, attempts }) => status === 'PARKED' && attempts === 2,
    );
    expect(again).toMatchObject({ retriedAt: before.retriedAt, error: letters[0]?.error });
    await mend();
    for (const letter of letters) await demand(operator, retryDeadLetter, { params: { id: letter.id }, body: {} }, 202);
    await until(
      () => showing(id),
      ({ status }) => status === 'RETRIED',
    );
  });
});

/** Both requests have seen the letter as it is, and wait for its row; then it is let go. */
async function race(id: string, acts: readonly (() => Promise<{ status: number }>)[]): Promise<number[]> {
  const database = connect(ownerOf(shop.prefix, 'notification'));
  const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = database.transaction(async (transaction) => {
    await transaction.query('select 1 from dead_letters where id = $1 for update', [id]);
    held.resolve();
    await released.promise;
  });
  await held.promise;
  const done = Promise.all(acts.map((act) => act()));
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await eventually(async () => expect((await database.query(waiting)).count).toBe(acts.length));
  released.resolve();
  await holding;
  await database.close();
  return (await done).map(({ status }) => status);
}

test('of two operators who act on what both of them see, one has their way and the other is told', async () => {
  const { letters, mend } = await stuckOrder();
  const [one, other] = letters as [DeadLetter, DeadLetter];
  const body = { reason: 'a race' };
  const retrying = (id: string) => () => operator.ask(retryDeadLetter, { params: { id }, body });
  const discarding = (id: string) => () => operator.ask(discardDeadLetter, { params: { id }, body });
  expect((await race(one.id, [retrying(one.id), retrying(one.id)])).toSorted()).toEqual([202, 409]);
  const [retried, discarded] = await race(other.id, [retrying(other.id), discarding(other.id)]);
  expect([retried, discarded].toSorted()).toEqual(retried === 202 ? [202, 409] : [200, 409]);
  await mend();
  await eventually(async () => {
    for (const { id } of letters) {
      const { status } = await showing(id);
      if (status === 'PARKED') await retrying(id)();
      expect(['RETRIED', 'DISCARDED']).toContain(status);
    }
  });
  expect((await showing(other.id)).status).toBe(retried === 202 ? 'RETRIED' : 'DISCARDED');
});

describe('many at once', () => {
  test('are counted by a dry run, spread over time by a run, and settled; the run is on record once', async () => {
    const stuck = [await stuckOrder(), await stuckOrder(), await stuckOrder()];
    const filter = { service: 'notification', type: 'ordering.order-confirmed' };
    const dry = await demand(
      operator,
      retryDeadLetters,
      { body: { ...filter, dryRun: true, ratePerSecond: 0.01 } },
      200,
    );
    const ids = stuck.map(({ letters }) => letters.find(({ message }) => message.type === filter.type)?.id);
    expect(dry).toMatchObject({ dryRun: true, count: 3, groups: [{ ...filter, count: 3 }], ids });
    for (const { letters } of stuck) for (const { id } of letters) expect((await showing(id)).status).toBe('PARKED');

    for (const { mend } of stuck) await mend();
    const body = { ...filter, ratePerSecond: 0.01, reason: 'mended' };
    const run = await demand(operator, retryDeadLetters, { body }, 200);
    expect(run).toMatchObject({ dryRun: false, count: 3, ids });
    const spanMs = Date.parse(run.lastAt ?? '') - Date.parse((await showing(ids[0] ?? '')).retriedAt ?? '');
    expect(spanMs).toBeGreaterThan(190_000);
    expect(spanMs).toBeLessThan(210_000);
    await until(
      () => showing(ids[0] ?? ''),
      ({ status }) => status === 'RETRIED',
    );
    expect(await showing(ids[1] ?? '')).toMatchObject({ status: 'RETRYING', attempts: 0 });
    // Asked for once more: what is on its way is left as it is.
    const again: RetryRun = await demand(operator, retryDeadLetters, { body: { ...body, status: 'RETRYING' } }, 200);
    expect(again).toMatchObject({ count: 0, groups: [], ids: [], lastAt: null });
    await shop.move(200_000);
    for (const id of ids)
      await until(
        () => showing(id ?? ''),
        ({ status }) => status === 'RETRIED',
      );
    const trail = `select actor, reason, details from admin_trail where action = 'dead-letters.retry'`;
    expect(await shop.sql('notification', trail)).toMatchObject([
      { actor: operator.id, reason: 'mended', details: { letters: { groups: [{ type: filter.type, count: 3 }] } } },
    ]);
    expect(await demand(operator, retryDeadLetters, { body: { service: 'notification' } }, 200)).toMatchObject({
      count: 3,
    });
  });

  test('are discarded by filter, with a reason, after a look at which; what waits behind them goes on', async () => {
    const stuck = [await stuckOrder(), await stuckOrder()];
    const filter = { service: 'notification', type: 'ordering.order-confirmed' };
    const ids = stuck.map(({ letters }) => letters.find(({ message }) => message.type === filter.type)?.id ?? '');
    const body = { ...filter, reason: 'told by hand' };
    const dry = await demand(operator, discardDeadLetters, { body: { ...body, dryRun: true } }, 200);
    expect(dry).toEqual({ dryRun: true, count: 2, groups: [{ ...filter, count: 2 }], ids });
    for (const id of ids) expect((await showing(id)).status).toBe('PARKED');
    expect(await operator.ask(discardDeadLetters, { body: filter as never })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/reason' }]),
    );
    expect(await demand(operator, discardDeadLetters, { body }, 200)).toEqual({ ...dry, dryRun: false });
    for (const id of ids)
      expect(await showing(id)).toMatchObject({ status: 'DISCARDED', settledReason: 'told by hand' });
    for (const { mend } of stuck) await mend();
    expect(await demand(operator, discardDeadLetters, { body }, 200)).toMatchObject({ count: 0, ids: [] });
    for (const { id } of stuck) {
      const rest = { key: id, reason: 'told by hand' };
      expect(await demand(operator, discardDeadLetters, { body: rest }, 200)).toMatchObject({ count: 1 });
    }
  });

  test('are found by service, status, subject and age, page by page', async () => {
    const { id, letters, mend } = await stuckOrder();
    await mend();
    const query = { key: id, settled: false };
    const found = async (more: object) =>
      (await demand(operator, listDeadLetters, { query: { ...query, ...more } }, 200)).data;
    expect(await found({})).toHaveLength(2);
    expect(await found({ status: 'PARKED', service: 'notification', olderThanSeconds: 0 })).toHaveLength(2);
    expect(await found({ service: 'wallet' })).toEqual([]);
    expect(await found({ olderThanSeconds: 86_400 })).toEqual([]);
    expect(await found({ settled: true })).toEqual([]);
    const page = await demand(operator, listDeadLetters, { query: { ...query, limit: 1 } }, 200);
    const rest = await demand(
      operator,
      listDeadLetters,
      { query: { ...query, limit: 1, cursor: page.nextCursor ?? '' } },
      200,
    );
    expect([...rest.data, ...page.data].map((letter) => letter.id)).toEqual(letters.map((letter) => letter.id));
    expect(rest.nextCursor).toBeNull();
    for (const letter of letters)
      await demand(operator, discardDeadLetter, { params: { id: letter.id }, body: { reason: 'seen' } }, 200);
    expect(await found({ settled: true })).toHaveLength(2);
  });

  test('are asked for in words that exist, by operators', async () => {
    const bulk = (body: object) => operator.ask(retryDeadLetters, { body });
    const list = (query: object) => operator.ask(listDeadLetters, { query });
    expect(await bulk({ service: 'tea' })).toEqual(refused(400, 'validation_failed', [{ pointer: '/service' }]));
    expect(await bulk({ status: 'HELD' })).toEqual(refused(400, 'validation_failed', [{ pointer: '/status' }]));
    expect(await bulk({ ratePerSecond: 0 })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/ratePerSecond' }]),
    );
    expect(await list({ service: 'tea' })).toEqual(refused(400, 'validation_failed', [{ pointer: '/query/service' }]));
    expect(await list({ cursor: 'tea' })).toEqual(refused(400, 'validation_failed', [{ pointer: '/query/cursor' }]));
    expect(await list({ cursor: Buffer.from('["tea"]').toString('base64url') })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/query/cursor' }]),
    );
    const shopper = await shop.shopper();
    expect(await shopper.ask(retryDeadLetters, { body: {} })).toEqual(refused(403, 'forbidden'));
    expect(await shopper.ask(discardDeadLetters, { body: { reason: 'mine' } })).toEqual(refused(403, 'forbidden'));
    expect(await shopper.ask(listDeadLetters)).toEqual(refused(403, 'forbidden'));
  });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
