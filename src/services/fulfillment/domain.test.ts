import { expect, test } from 'vitest';
import {
  asks,
  cancelled,
  concluded,
  confirmed,
  delivered,
  given,
  order,
  orderId,
  orderShipped,
} from './testing/given.ts';

const dispatching = [confirmed, asks()];
const shipped = [...dispatching, concluded('allowed')];

test('a confirmed order is to be packed, once', async () => {
  const then = await given().when(confirmed, confirmed);
  then.is({ ...order, status: 'CREATED', carrier: null });
  then.says('shipment-created');
});

test('what is to leave is asked about first, and leaves when ordering says so', async () => {
  const asked = await given(confirmed).when(asks());
  asked.is({ status: 'DISPATCHING', carrier: 'SF', trackingNumber: '1', nextTryAt: 2_001 });
  asked.says();
  expect(asked.trails).toEqual([{ action: 'shipment.dispatched', object: orderId, reason: 'SF 1' }]);
  const then = await given(...dispatching).when(concluded('allowed'), concluded('allowed'));
  then.is({ status: 'SHIPPED', shippedAt: 2, nextTryAt: null });
  then.says('shipment-shipped');
});

test('refused: nobody has it, and it can be asked about again', async () => {
  const then = await given(...dispatching).when(concluded('refused'), concluded('refused'), asks({ carrier: 'YTO' }));
  then.is({ status: 'DISPATCHING', carrier: 'YTO' });
  then.says();
});

test('without an answer it is asked again, less and less often', async () => {
  const then = await given(...dispatching).when(concluded('unanswered'), concluded('unanswered'));
  then.is({ status: 'DISPATCHING', tries: 2, nextTryAt: 3 + 2_000 });
  const late = await given(...shipped).when(concluded('unanswered'));
  late.is({ status: 'SHIPPED', nextTryAt: null });
});

test('whose answer was lost hears of it from the order; the answer that comes after all changes nothing', async () => {
  const then = await given(...dispatching).when(orderShipped, concluded('allowed'), orderShipped, asks());
  then.is({ status: 'SHIPPED', carrier: 'SF', shippedAt: 2, nextTryAt: null });
  then.answered(undefined, undefined, undefined, 'shipped');
  then.says('shipment-shipped');
});

test('what left before anybody heard of it is known from then on', async () => {
  const then = await given().when(orderShipped, confirmed);
  then.is({ ...order, status: 'SHIPPED', carrier: 'SF', trackingNumber: '1' });
  then.says('shipment-created', 'shipment-shipped');
});

test('asking twice is no error; with another carrier it is', async () => {
  const under = await given(...dispatching).when(asks(), asks({ trackingNumber: '2' }));
  under.answered('dispatching', 'conflict');
  const done = await given(...shipped).when(asks(), asks({ carrier: 'YTO' }));
  done.answered('shipped', 'conflict');
  done.is({ status: 'SHIPPED', carrier: 'SF' });
});

test('an order that was not heard of is asked about; with ordering’s word the shipment is created', async () => {
  const unheard = await given().when(asks(), delivered);
  unheard.answered('unheard', 'unheard');
  unheard.isNothing();
  const then = await given().when(asks({ order }), confirmed);
  then.is({ ...order, status: 'DISPATCHING' });
  then.says('shipment-created');
});

test('cancelled before it left: nothing leaves', async () => {
  for (const before of [[confirmed], dispatching]) {
    const then = await given(...before).when(cancelled, cancelled, asks(), delivered, concluded('refused'));
    then.is({ status: 'CANCELLED', nextTryAt: null });
    then.answered(undefined, undefined, 'conflict', 'conflict', undefined);
    then.says();
  }
});

test('a cancellation that comes first bars what comes late', async () => {
  const then = await given().when(cancelled, confirmed, asks());
  then.is({ status: 'CANCELLED' });
  then.answered(undefined, undefined, 'conflict');
  then.says();
});

test('a cancellation of what has left contradicts ordering’s own word: a person looks at it', async () => {
  const then = await given(...shipped).when(cancelled);
  then.answered('parked');
  then.is({ status: 'SHIPPED' });
  const other = await given(confirmed, cancelled).when(orderShipped);
  other.answered('parked');
  other.is({ status: 'CANCELLED' });
});

test('leave for what was cancelled contradicts it too, and is not taken for anything', async () => {
  await expect(given(confirmed, cancelled).when(concluded('allowed'))).rejects.toThrow(/whose shipment is CANCELLED/);
});

test('delivered once, and only what has left', async () => {
  const early = await given(confirmed).when(delivered);
  early.answered('conflict');
  const then = await given(...shipped).when(delivered, delivered);
  then.answered('delivered', 'delivered');
  then.is({ status: 'DELIVERED', deliveredAt: 3, shippedAt: 2 });
  then.says('shipment-delivered');
  expect(then.trails).toEqual([{ action: 'shipment.delivered', object: orderId }]);
});
