import { FeesSettled } from '#contracts/messages/payment/fees-settled.v1.ts';
import { PaymentCaptured } from '#contracts/messages/payment/payment-captured.v1.ts';
import { PaymentClosed } from '#contracts/messages/payment/payment-closed.v1.ts';
import { PaymentFailure } from '#contracts/messages/payment/payment-failure.v1.ts';
import { PaymentSuccess } from '#contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { TopUpCaptured } from '#contracts/messages/payment/top-up-captured.v1.ts';
import { TopUpReturned } from '#contracts/messages/payment/top-up-returned.v1.ts';
import { defineService } from '#runtime/service.ts';
import { audit } from './audit.ts';
import { figures } from './figures.ts';
import {
  onClosePayment,
  onOrderCancelled,
  onOrderCreated,
  onOrderFailed,
  onOrderPending,
  onRefundRequested,
} from './handlers.ts';
import { carryOutAtProviders, carryOutRefunds, followCharges, resolveAttempts } from './jobs.ts';
import { possibleActs } from './possible-acts.ts';
import { providersOf } from './providers/methods.ts';
import { reconcileBills } from './reconciliation/job.ts';
import { records } from './records.ts';
import { forgetCallbacks } from './retention.ts';
import { listCallbacks, takeCallback } from './routes/callbacks.ts';
import { listPaymentMethods } from './routes/methods.ts';
import { payOrder } from './routes/paying.ts';
import { closePayment, getPayment, listPayments, refreshAnyPayment, refreshPayment } from './routes/payments.ts';
import { followPayment } from './routes/progress.ts';
import {
  getReconciliation,
  listDifferences,
  listReconciliations,
  reconcile,
  reconcileFile,
  resolveDifference,
} from './routes/reconciliations.ts';
import { carryOnWithRefund } from './routes/refunds.ts';
import { getTopUp, topUpWallet } from './routes/top-ups.ts';
import { paymentSettings } from './settings.ts';
import { tables } from './store.ts';

export { type CheckedMethod, checkMethods } from './providers/check.ts';
export { playProviders } from './providers/methods.ts';
export type {
  Callback,
  Charge as ProviderCharge,
  ChargeName,
  ChargeState,
  Opened,
  Provider,
  RawCallback,
  RefundOrder,
  RefundState,
  RefusedCallback,
} from './providers/provider.ts';

export const payment = defineService({
  name: 'payment',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  settings: paymentSettings,
  answers: [
    payOrder,
    listPaymentMethods,
    listPayments,
    getPayment,
    closePayment,
    refreshPayment,
    refreshAnyPayment,
    carryOnWithRefund,
    topUpWallet,
    getTopUp,
    followPayment,
    takeCallback,
    figures,
    listCallbacks,
    reconcile,
    reconcileFile,
    listReconciliations,
    getReconciliation,
    listDifferences,
    resolveDifference,
  ],
  hears: [onOrderCreated, onOrderPending, onOrderFailed, onOrderCancelled, onClosePayment, onRefundRequested],
  says: [
    PaymentCaptured,
    PaymentSuccess,
    PaymentFailure,
    PaymentClosed,
    RefundSucceeded,
    RefundFailed,
    TopUpCaptured,
    TopUpReturned,
    FeesSettled,
  ],
  audit,
  records,
  possibleActs,
  jobs: [resolveAttempts, followCharges, carryOutRefunds, carryOutAtProviders, reconcileBills, forgetCallbacks],
  // A provider that is set up in part only is said before the first customer meets it.
  async begin(context) {
    providersOf(context);
  },
});
