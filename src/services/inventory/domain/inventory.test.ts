import { expect, test } from 'vitest';
import { say } from '#contracts/message.ts';
import { StockChanged } from '#contracts/messages/inventory/stock-changed.v1.ts';
import { StockReduceFailed } from '#contracts/messages/inventory/stock-reduce-failed.v1.ts';
import { StockReduced } from '#contracts/messages/inventory/stock-reduced.v1.ts';
import { StockReleased } from '#contracts/messages/inventory/stock-released.v1.ts';
import { StockReserveFailed } from '#contracts/messages/inventory/stock-reserve-failed.v1.ts';
import { StockReserved } from '#contracts/messages/inventory/stock-reserved.v1.ts';
import { ask } from '#runtime/batch/testing/rehearsal.ts';
import { adjust, given, reduce, release, reserve, returned } from '../testing/given.ts';
import { receiveStock } from './adjustments.ts';

const reserved = (orderId: string) => say(StockReserved, { orderId });
const changed = (sku: string, available: number) => say(StockChanged, { sku, available });
const refused = (orderId: string, shortages: { sku: string; requested: number; available: number }[] = []) =>
  say(StockReserveFailed, { orderId, shortages });

test('the last two teas go to whoever asked first; the next is told how many are left', async () => {
  const shelf = await given({ tea: 2 }).when(reserve('order-1', { tea: 2 }), reserve('order-2', { tea: 1 }));
  shelf.says(reserved('order-1'), changed('tea', 0), refused('order-2', [{ sku: 'tea', requested: 1, available: 0 }]));
  shelf.has({ tea: { onHand: 2, reserved: 2, sold: 0 } });
});

test('all lines are held or none, and only what is short is named', async () => {
  const shelf = await given({ tea: 5, cup: 1 }).when(reserve('order-1', { tea: 5, cup: 2 }));
  shelf.says(refused('order-1', [{ sku: 'cup', requested: 2, available: 1 }]));
  shelf.has({ tea: { onHand: 5, reserved: 0, sold: 0 }, cup: { onHand: 1, reserved: 0, sold: 0 } });
});

test('a SKU that inventory does not know has nothing available', async () => {
  const shelf = await given({}).when(reserve('order-1', { ghost: 1 }));
  shelf.says(refused('order-1', [{ sku: 'ghost', requested: 1, available: 0 }]));
});

test('the same SKU on two lines counts together', async () => {
  const lines = [
    { sku: 'tea', quantity: 2 },
    { sku: 'tea', quantity: 2 },
  ];
  const shelf = await given({ tea: 3 }).when(reserve('order-1', lines));
  shelf.says(refused('order-1', [{ sku: 'tea', requested: 4, available: 3 }]));
});

test('a repeated reserve is told again what was said, and holds nothing more', async () => {
  const shelf = await given({ tea: 3, cup: 0 }).when(
    reserve('order-1', { tea: 1 }),
    reserve('order-1', { tea: 1 }),
    reserve('order-2', { cup: 1 }),
    adjust('cup', 5),
    reserve('order-2', { cup: 1 }),
  );
  const short = refused('order-2', [{ sku: 'cup', requested: 1, available: 0 }]);
  shelf.says(reserved('order-1'), reserved('order-1'), short, changed('cup', 5), short);
  shelf.has({ tea: { onHand: 3, reserved: 1, sold: 0 }, cup: { onHand: 5, reserved: 0, sold: 0 } });
});

test('a reduce turns the hold into a sale, once', async () => {
  const shelf = await given({ tea: 3 }).when(reserve('order-1', { tea: 2 }), reduce('order-1'), reduce('order-1'));
  const reduced = say(StockReduced, { orderId: 'order-1' });
  shelf.says(reserved('order-1'), reduced, reduced);
  shelf.has({ tea: { onHand: 1, reserved: 0, sold: 2 } });
  shelf.isHeldAs({ 'order-1': 'REDUCED' });
});

test('a release puts what was held on sale again, and says when there is something to sell again', async () => {
  const shelf = await given({ tea: 1 }).when(reserve('order-1', { tea: 1 }), release('order-1'), release('order-1'));
  const released = say(StockReleased, { orderId: 'order-1' });
  shelf.says(reserved('order-1'), changed('tea', 0), released, changed('tea', 1), released);
  shelf.has({ tea: { onHand: 1, reserved: 0, sold: 0 } });
});

test('a release that comes first bars the reserve that comes late', async () => {
  const shelf = await given({ tea: 1 }).when(release('order-1'), reserve('order-1', { tea: 1 }), reduce('order-1'));
  shelf.says(refused('order-1'), say(StockReduceFailed, { orderId: 'order-1', reason: 'not_reserved' }));
  shelf.has({ tea: { onHand: 1, reserved: 0, sold: 0 } });
  shelf.isHeldAs({ 'order-1': 'BARRED' });
});

test('a reserve after its release is not promised what is not held any more', async () => {
  const shelf = await given({ tea: 9 }).when(
    reserve('order-1', { tea: 1 }),
    release('order-1'),
    reserve('order-1', { tea: 1 }),
  );
  shelf.says(reserved('order-1'), say(StockReleased, { orderId: 'order-1' }), refused('order-1'));
});

test('the release of a refused order changes nothing and says nothing', async () => {
  const shelf = await given({ tea: 1 }).when(reserve('order-1', { tea: 2 }), release('order-1'));
  shelf.says(refused('order-1', [{ sku: 'tea', requested: 2, available: 1 }]));
  shelf.isHeldAs({ 'order-1': 'REFUSED' });
});

test('a return reverses the sale, once; a release after a sale does not', async () => {
  const shelf = await given({ tea: 2 }).when(
    reserve('order-1', { tea: 2 }),
    reduce('order-1'),
    release('order-1'),
    returned('order-1'),
    returned('order-1'),
  );
  shelf.says(reserved('order-1'), changed('tea', 0), say(StockReduced, { orderId: 'order-1' }), changed('tea', 2));
  shelf.has({ tea: { onHand: 2, reserved: 0, sold: 0 } });
  shelf.isHeldAs({ 'order-1': 'RETURNED' });
});

test('a return that overtakes its reduce ends the hold, and the reduce is refused', async () => {
  const shelf = await given({ tea: 2 }).when(reserve('order-1', { tea: 1 }), returned('order-1'), reduce('order-1'));
  shelf.says(
    reserved('order-1'),
    say(StockReleased, { orderId: 'order-1' }),
    say(StockReduceFailed, { orderId: 'order-1', reason: 'not_reserved' }),
  );
  shelf.has({ tea: { onHand: 2, reserved: 0, sold: 0 } });
});

test('a first delivery introduces the SKU; a correction of what is unknown is not found', async () => {
  const shelf = await given({}).when(adjust('tea', 5), adjust('cup', -1));
  shelf.says(changed('tea', 5));
  shelf.answered({ sku: 'tea', onHand: 5, reserved: 0, available: 5, sold: 0 }, 'not_found');
  expect(shelf.rehearsal.rows('movements')).toMatchObject([{ sku: 'tea', kind: 'RECEIVED', delta: 5 }]);
});

test('an adjustment below what is reserved, or below nothing, is refused and changes nothing', async () => {
  const shelf = await given({ tea: 5 }).when(
    reserve('order-1', { tea: 3 }),
    adjust('tea', -3),
    adjust('tea', -6, { lost: true }),
    adjust('tea', -2),
  );
  shelf.answered(undefined, 'stock_below_reserved', 'stock_below_reserved', {
    sku: 'tea',
    onHand: 3,
    reserved: 3,
    available: 0,
    sold: 0,
  });
  shelf.isHeldAs({ 'order-1': 'HELD' });
});

test('goods declared lost take the newest reservations with them, until what remains fits', async () => {
  const shelf = await given({ tea: 6, cup: 1 }).when(
    reserve('order-1', { tea: 2 }),
    reserve('order-2', { tea: 1, cup: 1 }),
    reserve('order-3', { tea: 2 }),
    adjust('tea', -4, { lost: true, holders: ['order-1', 'order-2', 'order-3'] }),
    reduce('order-1'),
    reduce('order-2'),
    reduce('order-3'),
    release('order-3'),
  );
  shelf.isHeldAs({ 'order-1': 'REDUCED', 'order-2': 'LOST', 'order-3': 'LOST' });
  shelf.has({ tea: { onHand: 0, reserved: 0, sold: 2 }, cup: { onHand: 1, reserved: 0, sold: 0 } });
  shelf.says(
    reserved('order-1'),
    reserved('order-2'),
    changed('cup', 0),
    reserved('order-3'),
    changed('tea', 0),
    changed('cup', 1),
    say(StockReduced, { orderId: 'order-1' }),
    say(StockReduceFailed, { orderId: 'order-2', reason: 'lost' }),
    say(StockReduceFailed, { orderId: 'order-3', reason: 'lost' }),
    say(StockReleased, { orderId: 'order-3' }),
  );
});

test('where too few holders were named the adjustment asks to be tried again, and no key remembers that', async () => {
  const shelf = await given({ tea: 2 }).when(
    reserve('order-1', { tea: 1 }),
    reserve('order-2', { tea: 1 }),
    adjust('tea', -2, { lost: true, holders: ['order-1'] }),
  );
  shelf.answered(undefined, undefined, 'unavailable');
  shelf.isHeldAs({ 'order-1': 'HELD', 'order-2': 'HELD' });
});

test('every adjustment is on the audit trail with its reason', async () => {
  const shelf = await given({ tea: 2 }).when(adjust('tea', 3));
  expect(shelf.decisions[0]?.trail).toEqual({ action: 'stock.adjusted', object: 'tea', reason: '3: counted' });
});

test('a delivery is booked in once per reference', async () => {
  const lines = [{ sku: 'tea', quantity: 3 }];
  const delivery = ask(receiveStock, { reference: 'demo', lines, actor: 'gateway' });
  const shelf = await given({}).when(delivery, delivery);
  shelf.has({ tea: { onHand: 3, reserved: 0, sold: 0 } });
  shelf.answered({ received: true }, { received: false });
});
