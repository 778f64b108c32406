import { followPayment as operation } from '#contracts/http/order-progress.ts';
import type { Instant } from '#kernel/clock.ts';
import { answer, type Context } from '#runtime/service.ts';
import { paymentIdOf } from '../domain/model.ts';
import { payments } from './payment-body.ts';
import { statusOf } from './payments.ts';

/** What is captured, closed or failed is said, and heard at once; an attempt that is opened is not, and looked for this often. */
const lookEveryMs = 1_000;
/** Left of the request's deadline to look and answer. */
const marginMs = 250;

export const followPayment = answer(operation, async ({ params: { id }, query, deadline }, context) => {
  const { known, waitMs } = query;
  const until: Instant = Math.min(context.clock.now() + waitMs, deadline - marginMs);
  for (;;) {
    const payment = await progressOf(id, context);
    const now = context.clock.now();
    if (payment?.mark !== known || now >= until) return { status: 200, body: { payment } };
    await context.said(id, () => true, Math.min(until, now + lookEveryMs));
  }
});

async function progressOf(orderId: string, { database }: Context) {
  const id = paymentIdOf(orderId);
  const payment = (await payments(database, [id])).get(id);
  if (!payment) return null;
  const { method, statusReason, attempts } = payment;
  const status = statusOf(payment);
  // One status is another one once more has been tried.
  return { status, statusReason, method, mark: `${status}.${attempts}` };
}
