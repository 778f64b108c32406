import { PaymentCaptured } from '#contracts/messages/payment/payment-captured.v1.ts';
import { PaymentClosed } from '#contracts/messages/payment/payment-closed.v1.ts';
import { PaymentFailure } from '#contracts/messages/payment/payment-failure.v1.ts';
import { PaymentSuccess } from '#contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { defineService } from '#runtime/service.ts';
import { audit } from './audit.ts';
import {
  onClosePayment,
  onOrderCancelled,
  onOrderCreated,
  onOrderFailed,
  onOrderPending,
  onRefundRequested,
} from './handlers.ts';
import { carryOutRefunds, resolveAttempts } from './jobs.ts';
import { closePayment, getPayment, listPayments, payOrder } from './routes.ts';
import { tables } from './store.ts';

export const payment = defineService({
  name: 'payment',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  answers: [payOrder, listPayments, getPayment, closePayment],
  hears: [onOrderCreated, onOrderPending, onOrderFailed, onOrderCancelled, onClosePayment, onRefundRequested],
  says: [PaymentCaptured, PaymentSuccess, PaymentFailure, PaymentClosed, RefundSucceeded, RefundFailed],
  audit,
  jobs: [resolveAttempts, carryOutRefunds],
});
