import { UserRegistered } from '#contracts/messages/identity/user-registered.v1.ts';
import { PaymentCaptured } from '#contracts/messages/payment/payment-captured.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { handle } from '#runtime/service.ts';
import { journalCapture, journalRefund, openAccount } from './domain.ts';

export const onUserRegistered = handle(UserRegistered, openAccount);
export const onPaymentCaptured = handle(PaymentCaptured, journalCapture);
export const onRefundSucceeded = handle(RefundSucceeded, journalRefund);
