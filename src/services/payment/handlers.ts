import { ClosePayment } from '#contracts/messages/ordering/close-payment.v1.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderCreated } from '#contracts/messages/ordering/order-created.v1.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderPending } from '#contracts/messages/ordering/order-pending.v1.ts';
import { RefundRequested } from '#contracts/messages/ordering/refund-requested.v1.ts';
import { handle } from '#runtime/service.ts';
import { closeWhenUnpaid, makePayable, openPayment, sealPayment } from './domain/record.ts';
import { requestRefund } from './domain/refund.ts';

export const onOrderCreated = handle(OrderCreated, openPayment);
export const onOrderPending = handle(OrderPending, makePayable);
export const onOrderFailed = handle(OrderFailed, sealPayment);
export const onOrderCancelled = handle(OrderCancelled, sealPayment);
export const onClosePayment = handle(ClosePayment, closeWhenUnpaid);
export const onRefundRequested = handle(RefundRequested, requestRefund);
