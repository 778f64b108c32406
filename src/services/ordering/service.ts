import { ClosePayment } from '#contracts/messages/ordering/close-payment.v1.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderCompleted } from '#contracts/messages/ordering/order-completed.v1.ts';
import { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderCreated } from '#contracts/messages/ordering/order-created.v1.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderPaid } from '#contracts/messages/ordering/order-paid.v1.ts';
import { OrderPending } from '#contracts/messages/ordering/order-pending.v1.ts';
import { OrderShipped } from '#contracts/messages/ordering/order-shipped.v1.ts';
import { ReduceStock } from '#contracts/messages/ordering/reduce-stock.v1.ts';
import { RefundDecided } from '#contracts/messages/ordering/refund-decided.v1.ts';
import { RefundOpened } from '#contracts/messages/ordering/refund-opened.v1.ts';
import { RefundRequested } from '#contracts/messages/ordering/refund-requested.v1.ts';
import { RefundSettled } from '#contracts/messages/ordering/refund-settled.v1.ts';
import { ReleaseStock } from '#contracts/messages/ordering/release-stock.v1.ts';
import { ReserveStock } from '#contracts/messages/ordering/reserve-stock.v1.ts';
import { ReturnStock } from '#contracts/messages/ordering/return-stock.v1.ts';
import { defineService } from '#runtime/service.ts';
import { audit } from './audit.ts';
import { figures } from './figures.ts';
import { handlers } from './handlers.ts';
import { possibleActs } from './possible-acts.ts';
import { records } from './records.ts';
import * as cart from './routes/cart.ts';
import * as orders from './routes/orders.ts';
import { place } from './routes/placing.ts';
import * as progress from './routes/progress.ts';
import * as refunds from './routes/refunds.ts';
import { orderingSettings } from './settings.ts';
import { tables } from './store.ts';
import { orderTimers } from './timers.ts';

export const ordering = defineService({
  name: 'ordering',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  settings: orderingSettings,
  answers: [
    place,
    orders.list,
    orders.read,
    orders.cancel,
    orders.receipt,
    orders.listAll,
    orders.readAny,
    orders.cancelAny,
    orders.completeAny,
    orders.review,
    orders.readForPayment,
    orders.readForShipping,
    orders.dispatch,
    figures,
    refunds.ask,
    refunds.list,
    refunds.readRefund,
    refunds.listAll,
    refunds.readAny,
    refunds.create,
    refunds.approve,
    refunds.reject,
    refunds.retry,
    refunds.settle,
    progress.timeline,
    progress.follow,
    cart.read,
    cart.set,
    cart.remove,
    cart.clear,
    cart.merge,
    cart.quote,
  ],
  hears: handlers,
  says: [
    OrderCreated,
    OrderPending,
    OrderFailed,
    OrderPaid,
    OrderConfirmed,
    OrderShipped,
    OrderCompleted,
    OrderCancelled,
    ReserveStock,
    ReduceStock,
    ReleaseStock,
    ReturnStock,
    ClosePayment,
    RefundRequested,
    RefundOpened,
    RefundDecided,
    RefundSettled,
  ],
  audit,
  records,
  possibleActs,
  jobs: [orderTimers],
});
