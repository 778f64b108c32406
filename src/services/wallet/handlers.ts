import { UserRegistered } from '#contracts/messages/identity/user-registered.v1.ts';
import { FeesSettled } from '#contracts/messages/payment/fees-settled.v1.ts';
import { PaymentCaptured } from '#contracts/messages/payment/payment-captured.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { TopUpCaptured } from '#contracts/messages/payment/top-up-captured.v1.ts';
import { TopUpReturned } from '#contracts/messages/payment/top-up-returned.v1.ts';
import { handle } from '#runtime/service.ts';
import { journalFees } from './domain/fees.ts';
import { creditTopUp, returnTopUp } from './domain/top-ups.ts';
import { journalCapture, journalRefund, openAccount } from './domain.ts';

export const onUserRegistered = handle(UserRegistered, openAccount);
export const onFeesSettled = handle(FeesSettled, journalFees);
export const onPaymentCaptured = handle(PaymentCaptured, journalCapture);
export const onRefundSucceeded = handle(RefundSucceeded, journalRefund);
export const onTopUpCaptured = handle(TopUpCaptured, creditTopUp);
export const onTopUpReturned = handle(TopUpReturned, returnTopUp);
