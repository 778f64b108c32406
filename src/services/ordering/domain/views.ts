import type { AdminOrder, Order as OrderBody } from '#contracts/http/ordering.ts';
import type { AdminRefund, Refund as RefundBody } from '#contracts/http/refunds.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { money, toWire, type WireMoney } from '#kernel/money.ts';
import { type Problem, type ProblemCode, problem, problemCatalogue } from '#kernel/problem.ts';
import type { Refund, Shortage, WholeOrder } from './order.ts';
import { wayToRetry } from './way-to-retry.ts';

/** An order as its buyer sees it. */
export function orderBody({ order, details }: WholeOrder): OrderBody {
  const { currency } = order;
  const wire = (amount: bigint): WireMoney => toWire(money(amount, currency));
  return {
    id: order.id,
    number: order.payableUntil === null ? null : order.number,
    status: order.status,
    statusReason: order.statusReason,
    ...(order.shortages.length > 0 ? { shortages: [...order.shortages] } : {}),
    items: details.items.map(({ sku, name, quantity, unitPrice }) => ({
      sku,
      name,
      quantity,
      unitPrice: { amount: unitPrice, currency },
      subtotal: { amount: unitPrice * quantity, currency },
    })),
    subtotal: wire(order.subtotal),
    discount: wire(order.discount),
    total: wire(order.total),
    note: details.note,
    shippingAddress: details.shippingAddress,
    payableUntil: order.payableUntil === null ? null : toTimestamp(order.payableUntil),
    refunded: wire(order.refunded),
    createdAt: toTimestamp(order.createdAt),
  };
}

export function adminOrderBody(whole: WholeOrder): AdminOrder {
  const { userId, paid, refundRequested, currency } = whole.order;
  return {
    ...orderBody(whole),
    userId,
    paid: toWire(money(paid, currency)),
    refundRequested: toWire(money(refundRequested, currency)),
  };
}

export function refundBody({ id, orderId, amount, currency, status, reason, createdAt }: Refund): RefundBody {
  return {
    id,
    orderId,
    amount: amount === null ? null : toWire(money(amount, currency)),
    status,
    reason,
    createdAt: toTimestamp(createdAt),
  };
}

export function adminRefundBody(refund: Refund & { readonly userId: string }): AdminRefund {
  const { userId, requestedBy, decidedBy, decisionReason, settledByHand, updatedAt } = refund;
  return {
    ...refundBody(refund),
    userId,
    requestedBy,
    decidedBy,
    decisionReason,
    settledByHand,
    retry: wayToRetry(refund),
    updatedAt: toTimestamp(updatedAt),
  };
}

/** What `POST /v1/orders` answers for an order that failed: the first refusal's own code. */
export function failureOf(
  reason: string,
  shortages: readonly Shortage[],
  items: readonly { readonly sku: string }[],
): Problem {
  if (!isProblemCode(reason)) return problem('order_failed', failureDetails[reason] ?? reason);
  const errors = shortages.map((shortage) => ({
    pointer: `/items/${items.findIndex(({ sku }) => sku === shortage.sku)}/quantity`,
    ...shortage,
  }));
  return problem(reason, undefined, errors.length > 0 ? errors : undefined);
}

const failureDetails: Readonly<Record<string, string>> = {
  deadline: 'Not everybody who has to agree answered in time.',
  cancelled: 'It was cancelled.',
};

function isProblemCode(reason: string): reason is ProblemCode {
  return Object.hasOwn(problemCatalogue, reason);
}
