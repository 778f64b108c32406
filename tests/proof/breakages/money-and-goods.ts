import { type Breakage, breaking, ofId, ofOrder, ofPayment, ofSku, type Scene } from './breakage.ts';

const sku = (scene: Scene): string => scene.sku;
const buyer = (scene: Scene): string => scene.buyerId;

function dropChecks(table: string, like: string): string {
  return `do $$ declare name text; begin
    for name in select conname from pg_constraint
      where conrelid = '${table}'::regclass and contype = 'c' and pg_get_constraintdef(oid) like '${like}'
    loop execute format('alter table ${table} drop constraint %I', name); end loop; end $$;`;
}

const goods: readonly Breakage[] = breaking('I1', [
  ['one more is sold', 'confirmed', 'inventory', (scene) => `update stock set sold = sold + 1 ${ofSku(scene)}`, sku],
  [
    'one on hand is gone',
    'confirmed',
    'inventory',
    (scene) => `update stock set on_hand = on_hand - 1 ${ofSku(scene)}`,
    sku,
  ],
  [
    'one more is reserved',
    'pending',
    'inventory',
    (scene) => `update stock set reserved = reserved + 1 ${ofSku(scene)}`,
    sku,
  ],
  [
    'more is reserved than there is',
    'pending',
    'inventory',
    (scene) =>
      `${dropChecks('stock', '%on_hand >= reserved%')} update stock set reserved = on_hand + 1 ${ofSku(scene)}`,
    sku,
  ],
  ['the shelf is gone', 'pending', 'inventory', (scene) => `delete from stock ${ofSku(scene)}`, sku],
  ['a delivery is forgotten', 'pending', 'inventory', (scene) => `delete from stock_movements ${ofSku(scene)}`, sku],
  [
    'a reservation holds more than was asked',
    'pending',
    'inventory',
    (scene) => `update reservations set lines = jsonb_set(lines, '{0,quantity}', '7') ${ofOrder(scene)}`,
    sku,
  ],
  ['a reservation is gone', 'confirmed', 'inventory', (scene) => `delete from reservations ${ofOrder(scene)}`, sku],
]);

const ledger: readonly Breakage[] = breaking('I2', [
  [
    'a journal does not balance',
    'confirmed',
    'wallet',
    (scene) =>
      `${dropChecks('journals', '%amounts[1]%')} update journals set amounts[2] = amounts[2] + 1 ${ofOrder(scene)}`,
  ],
  [
    'a journal has another amount than its attempt',
    'confirmed',
    'wallet',
    (scene) =>
      `update journals set amounts = array[amounts[1] + 1, amounts[2] - 1], balance_after = balance_after + 1 ${ofOrder(scene)};
       update balances set amount = amount + 1 where user_id = '${scene.buyerId}'`,
  ],
  [
    'a balance is one more than its journals',
    'pending',
    'wallet',
    ({ buyerId }) => `update balances set amount = amount + 1 where user_id = '${buyerId}'`,
    buyer,
  ],
  [
    'money that came by hand has lost its journal',
    'pending',
    'wallet',
    ({ buyerId }) => `delete from journals where user_id = '${buyerId}' and kind = 'adjustment'`,
    buyer,
  ],
  ['the journal of a payment is gone', 'confirmed', 'wallet', (scene) => `delete from journals ${ofOrder(scene)}`],
  [
    'the journal of a refund is gone',
    'refunded',
    'wallet',
    (scene) => `delete from journals ${ofOrder(scene)} and kind = 'refund'`,
  ],
  [
    'a refund is marked as smaller than its journal',
    'refunded',
    'wallet',
    ({ orderId }) =>
      `update debit_refunds set refunded = refunded - 1 where attempt_id in
         (select split_part(cause_key, '/', 2) from journals where order_id = '${orderId}' and kind = 'payment')`,
  ],
  [
    'the attempt of a journal is gone',
    'confirmed',
    'payment',
    ({ paymentId }) => `delete from attempts where payment_id = '${paymentId}'`,
  ],
  [
    'the attempt of a journal is closed',
    'confirmed',
    'payment',
    ({ paymentId }) => `update attempts set status = 'CLOSED' where payment_id = '${paymentId}'`,
  ],
]);

const ends: readonly Breakage[] = breaking('I3', [
  ['an order stays PAID', 'confirmed', 'ordering', (scene) => `update orders set status = 'PAID' ${ofId(scene)}`],
  [
    'a paid order is cancelled and keeps the money',
    'confirmed',
    'ordering',
    (scene) => `update orders set status = 'CANCELLED' ${ofId(scene)}`,
  ],
  [
    'a confirmed order was never paid',
    'confirmed',
    'payment',
    (scene) => `${dropChecks('payments', '%credited%')} update payments set captured = 0 ${ofPayment(scene)}`,
  ],
  ['a refund was never made', 'refunded', 'payment', (scene) => `update payments set refunded = 0 ${ofPayment(scene)}`],
  ['a paid order is gone', 'confirmed', 'ordering', (scene) => `delete from orders ${ofId(scene)}`],
  [
    'the payment of a confirmed order is gone',
    'confirmed',
    'payment',
    (scene) => `delete from payments ${ofPayment(scene)}`,
  ],
  [
    'a paid order has gone back to PENDING',
    'confirmed',
    'ordering',
    (scene) => `update orders set status = 'PENDING' ${ofId(scene)}`,
  ],
]);

const dues: readonly Breakage[] = breaking('I4', [
  [
    'more is refunded than was captured',
    'refunded',
    'payment',
    (scene) =>
      `${dropChecks('payments', '%refunded%')} update payments set refunded = refunded + 1 ${ofPayment(scene)}`,
  ],
  [
    'more is captured than the attempts say',
    'confirmed',
    'payment',
    (scene) => `update payments set captured = captured * 2 ${ofPayment(scene)}`,
  ],
  [
    'more is kept than is due',
    'confirmed',
    'payment',
    (scene) => `${dropChecks('payments', '%credited%')} update payments set due = due - 1 ${ofPayment(scene)}`,
  ],
  [
    'a second attempt was charged',
    'confirmed',
    'payment',
    ({ paymentId }) =>
      `insert into attempts select 'att_second', payment_id, 2, method, amount, currency, status, problem, refunding,
         next_check_at, checks, retried_as, created_at, cause from attempts where payment_id = '${paymentId}'`,
  ],
  [
    'refunds take more of an attempt than it captured',
    'refunded',
    'payment',
    ({ paymentId }) =>
      `${dropChecks('attempts', '%refunding%')} update attempts set refunding = refunding + 1 where payment_id = '${paymentId}'`,
  ],
  [
    'a refund is less than what it is said to be',
    'refunded',
    'payment',
    ({ paymentId }) => `update refunds set amount = amount + 1 where payment_id = '${paymentId}'`,
  ],
  [
    'the refund behind a refunded payment is gone',
    'refunded',
    'payment',
    ({ paymentId }) => `delete from refunds where payment_id = '${paymentId}'`,
  ],
  [
    'the order says that more was paid',
    'confirmed',
    'ordering',
    (scene) => `update orders set paid = paid + 1 ${ofId(scene)}`,
  ],
  ['a refund is not on record', 'refunded', 'ordering', (scene) => `delete from refunds ${ofOrder(scene)}`],
  [
    'less is asked back than the refunds say',
    'refunded',
    'ordering',
    (scene) => `update orders set refund_requested = refund_requested - 1 ${ofId(scene)}`,
  ],
  [
    'a refund waits that nobody counts',
    'confirmed',
    'ordering',
    ({ orderId }) =>
      `insert into refunds (id, order_id, amount, currency, status, reason, requested_by, created_at, updated_at, cause)
       values ('rfd_${orderId}', '${orderId}', 1, 'CNY', 'REQUESTED', 'hand', 'hand', now(), now(), 'hand')`,
  ],
  [
    'the order says that less went back',
    'refunded',
    'ordering',
    (scene) => `update orders set refunded = refunded - 1 ${ofId(scene)}`,
  ],
]);

export const moneyAndGoods: readonly Breakage[] = [...goods, ...ledger, ...ends, ...dues];
