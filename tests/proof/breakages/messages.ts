import { type Breakage, breaking, ofId, ofOrder, ofPayment, type Scene } from './breakage.ts';

function unsay(type: string) {
  return ({ orderId }: Scene): string => `delete from log where key = '${orderId}' and type = '${type}'`;
}

const logColumns = 'type, version, key, said_at, traceparent, cause, data';

/** Says it again, word for word. */
function sayAgain(type: string) {
  return ({ orderId }: Scene): string =>
    `insert into log (${logColumns}) select ${logColumns} from log where key = '${orderId}' and type = '${type}'`;
}

/** Says something that never was, with the words of something that was. */
function sayFalsely(type: string, like: string) {
  return ({ orderId }: Scene): string =>
    `insert into log (${logColumns}) select '${type}', version, key, said_at, traceparent, 'hand/1', data
     from log where key = '${orderId}' and type = '${like}'`;
}

const doubles: readonly Breakage[] = breaking('I5', [
  ['a success was said twice', 'confirmed', 'payment', sayAgain('payment.payment-success')],
  ['a capture was said twice', 'confirmed', 'payment', sayAgain('payment.payment-captured')],
  ['a capture was not said', 'confirmed', 'payment', unsay('payment.payment-captured')],
  ['a refund was said twice', 'refunded', 'payment', sayAgain('payment.refund-succeeded')],
  ['a refund was not said', 'refunded', 'payment', unsay('payment.refund-succeeded')],
  ['a confirmation was said twice', 'confirmed', 'ordering', sayAgain('ordering.order-confirmed')],
  ['stock was deducted twice', 'confirmed', 'inventory', sayAgain('inventory.stock-reduced')],
  ['stock was reserved twice', 'pending', 'inventory', sayAgain('inventory.stock-reserved')],
  [
    'an order has two payments',
    'pending',
    'payment',
    ({ paymentId }) =>
      `create temporary table twin as select * from payments where id = '${paymentId}';
       update twin set id = id || 'b'; insert into payments select * from twin; drop table twin`,
  ],
  [
    'a payment was journalled twice',
    'confirmed',
    'wallet',
    (scene) =>
      `alter table journals drop constraint if exists journals_pkey; drop index if exists journals_of_user;
       create temporary table twin as select * from journals ${ofOrder(scene)}; insert into journals select * from twin; drop table twin`,
  ],
  [
    'a buyer’s journals do not follow each other',
    'confirmed',
    'wallet',
    (scene) => `update journals set entry = entry + 1 ${ofOrder(scene)}`,
  ],
  [
    'a buyer was told twice',
    'confirmed',
    'notification',
    (scene) =>
      `create temporary table twin as select * from notifications ${ofOrder(scene)} and type = 'order_confirmed';
       update twin set id = id || 'b'; insert into notifications select * from twin; drop table twin`,
  ],
  [
    'a buyer was told by nobody',
    'confirmed',
    'notification',
    (scene) => `update notifications set cause = 'hand' ${ofOrder(scene)}`,
  ],
]);

const withStatus = (status: string) => (scene: Scene) =>
  `update reservations set status = '${status}' ${ofOrder(scene)}`;

const reservations: readonly Breakage[] = breaking('I6', [
  ['goods of a confirmed order were released', 'confirmed', 'inventory', withStatus('RELEASED')],
  ['goods of a confirmed order are still held', 'confirmed', 'inventory', withStatus('HELD')],
  ['goods of a cancelled order stay sold', 'refunded', 'inventory', withStatus('REDUCED')],
  ['goods of a cancelled order stay held', 'cancelled', 'inventory', withStatus('HELD')],
  ['goods of a failed order are held', 'failed', 'inventory', withStatus('HELD')],
  ['deducted goods were lost', 'confirmed', 'inventory', withStatus('LOST')],
  [
    'deducted goods were released too',
    'confirmed',
    'inventory',
    sayFalsely('inventory.stock-released', 'inventory.stock-reduced'),
  ],
  [
    'released goods were deducted too',
    'cancelled',
    'inventory',
    sayFalsely('inventory.stock-reduced', 'inventory.stock-released'),
  ],
  [
    'a payable order has nothing reserved',
    'pending',
    'inventory',
    (scene) => `delete from reservations ${ofOrder(scene)}`,
  ],
  ['an order is gone, its goods are held', 'pending', 'ordering', (scene) => `delete from orders ${ofId(scene)}`],
]);

const transitions: readonly Breakage[] = breaking('I7', [
  ['paid without having been payable', 'confirmed', 'ordering', unsay('ordering.order-pending')],
  ['payable without having been placed', 'pending', 'ordering', unsay('ordering.order-created')],
  [
    'paid after it was cancelled',
    'cancelled',
    'ordering',
    sayFalsely('ordering.order-paid', 'ordering.order-cancelled'),
  ],
  [
    'completed without having been shipped',
    'confirmed',
    'ordering',
    sayFalsely('ordering.order-completed', 'ordering.order-confirmed'),
  ],
  ['payable after it failed', 'failed', 'ordering', sayFalsely('ordering.order-pending', 'ordering.order-failed')],
  [
    'gone without leave',
    'confirmed',
    'fulfillment',
    (scene) =>
      `update shipments set status = 'SHIPPED', carrier = 'SF', tracking_number = '1', shipped_at = now() ${ofOrder(scene)}`,
  ],
  [
    'confirmed before it was paid',
    'confirmed',
    'ordering',
    ({ orderId }) =>
      `update log set type = case type when 'ordering.order-paid' then 'ordering.order-confirmed' else 'ordering.order-paid' end
       where key = '${orderId}' and type in ('ordering.order-paid', 'ordering.order-confirmed')`,
  ],
]);

const words: readonly Breakage[] = breaking('I8', [
  [
    'a status that was not said',
    'confirmed',
    'ordering',
    (scene) => `update orders set status = 'SHIPPED' ${ofId(scene)}`,
  ],
  ['a word without its order', 'failed', 'ordering', (scene) => `delete from orders ${ofId(scene)}`],
  ['a confirmation without its word', 'confirmed', 'ordering', unsay('ordering.order-confirmed')],
  ['a deduction that was not asked for', 'confirmed', 'ordering', unsay('ordering.reduce-stock')],
  ['a reservation that was not asked for', 'pending', 'ordering', unsay('ordering.reserve-stock')],
  ['a release that was not asked for', 'cancelled', 'ordering', unsay('ordering.release-stock')],
  ['a refund that was not asked for', 'refunded', 'ordering', unsay('ordering.refund-requested')],
  ['a reservation without its word', 'pending', 'inventory', unsay('inventory.stock-reserved')],
  ['a refusal without its word', 'failed', 'inventory', unsay('inventory.stock-reserve-failed')],
  ['a word without its reservation', 'failed', 'inventory', (scene) => `delete from reservations ${ofOrder(scene)}`],
  ['a success without its word', 'confirmed', 'payment', unsay('payment.payment-success')],
  ['a closing without its word', 'cancelled', 'payment', unsay('payment.payment-closed')],
  ['a word without its closing', 'pending', 'payment', sayClosed],
  ['a word without its payment', 'cancelled', 'payment', (scene) => `delete from payments ${ofPayment(scene)}`],
  [
    'a shipment that was never created',
    'confirmed',
    'fulfillment',
    (scene) => `delete from shipments ${ofOrder(scene)}`,
  ],
  ['a shipment without its word', 'confirmed', 'fulfillment', unsay('fulfillment.shipment-created')],
  [
    'goods of a cancelled order that may still leave',
    'refunded',
    'fulfillment',
    (scene) => `update shipments set status = 'CREATED' ${ofOrder(scene)}`,
  ],
  ['a message that is parked', 'confirmed', 'ordering', park],
]);

function sayClosed({ orderId }: Scene): string {
  return `insert into log (type, version, key, said_at, traceparent, cause, data)
    values ('payment.payment-closed', 1, '${orderId}', now(), '', 'hand/1', '{}')`;
}

function park({ orderId }: Scene): string {
  return `insert into dead_letters (id, source, position, type, version, key, said_at, traceparent, cause, data, status, attempts, error, set_aside_at)
    select 'dlt_parked', 'payment', position, 'payment.payment-success', 1, key, said_at, traceparent, cause, data, 'PARKED', 8, 'poison', now()
    from log where key = '${orderId}' and type = 'ordering.order-paid'`;
}

export const messages: readonly Breakage[] = [...doubles, ...reservations, ...transitions, ...words];
