import { checkout as operation, type ProblemBody } from '#contracts/http/gateway.ts';
import { placeOrder } from '#contracts/http/ordering.ts';
import { payOrder } from '#contracts/http/payment.ts';
import { ProblemError } from '#kernel/problem.ts';
import { toWireProblem } from '#runtime/http/problems.ts';
import { traceIdOf } from '#runtime/http/trace.ts';
import { answer } from '#runtime/service.ts';

/**
 * Order, then payment, each under a key made from the request's: a repeat finds both where the first left them, so nothing is
 * kept here.
 */
export const checkout = answer(operation, async (request, context) => {
  const { payment: choice, ...order } = request.body;
  const idempotencyKey = `checkout/${request.idempotencyKey?.key}`;
  const placed = await context.call(placeOrder, { body: order, idempotencyKey }, request);
  const headers = placed.headers ?? {};
  if (placed.status === 202) return { status: 202, body: { order: placed.body }, headers };
  try {
    const body = { orderId: placed.body.id, ...choice };
    const paid = await context.call(payOrder, { body, idempotencyKey }, request);
    return { status: 201, body: { order: placed.body, payment: paid.body }, headers };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code === 'idempotency_key_reused') throw error;
    const payment = toWireProblem(error.problem, traceIdOf(request.traceparent)) as ProblemBody;
    return { status: 201, body: { order: placed.body, payment }, headers };
  }
});
