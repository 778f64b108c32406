import { carryOnWithRefund as carryOnWithRefundOperation } from '#contracts/http/payment.ts';
import { answer } from '#runtime/service.ts';
import { retryRefund as retryRefundDecider } from '../domain/retry.ts';

export const carryOnWithRefund = answer(carryOnWithRefundOperation, async (request, context) => {
  const { id } = request.params;
  await context.write(retryRefundDecider, { refundId: id, reason: request.body.reason }, request);
  return { status: 202, body: { id, status: 'PROCESSING' as const } };
});
