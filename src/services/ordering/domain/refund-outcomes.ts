import type { DataOf } from '#contracts/message.ts';
import type { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import type { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { type Decision, type MessageDecider, nothing } from '#runtime/batch/decider.ts';
import type { Keys, State } from '#runtime/batch/workset.ts';
import { changed, newRefund } from './moving.ts';
import type { OrderingTables, Refund } from './order.ts';

type Tables = OrderingTables;

interface Word {
  readonly data: { readonly orderId: string; readonly refundId: string };
}

/** Payment speaks of a refund by its id, or by that of a retry. */
const ofRefund = {
  needs: ({ data }: Word): Keys<Tables> => ({
    orders: [data.orderId],
    refunds: [data.refundId],
    retries: [data.refundId],
  }),
  needsThen: ({ data }: Word, state: State<Tables>): Keys<Tables> => {
    const retry = state.retries.get(data.refundId);
    return retry ? { refunds: [retry.refundId] } : {};
  },
};

function refundOf(state: State<Tables>, id: string): Refund | undefined {
  const retry = state.retries.get(id);
  return state.refunds.get(retry?.refundId ?? id);
}

/** What was asked for last: before a refund is retried, payment has given its last word on the try before. */
function isOfLastTry({ id, askedAs }: Refund, name: string): boolean {
  return (askedAs ?? id) === name;
}

/** Money went back; what payment gave back by itself (late or double money) is counted too. */
export const onRefundSucceeded: MessageDecider<Tables, DataOf<typeof RefundSucceeded>> = {
  ...ofRefund,
  decide(state, { data }, moment) {
    const order = state.orders.get(data.orderId);
    if (!order) return { setAside: { as: 'parked', reason: `there is no order ${data.orderId}` } };
    const known = refundOf(state, data.refundId);
    if (known && wasNeverAskedFor(known)) return contradiction(known);
    if (known && !isOfLastTry(known, data.refundId)) return twice(known, data.refundId);
    if (known?.status === 'SUCCEEDED') return known.settledByHand ? twice(known, data.refundId) : nothing;
    const amount = BigInt(data.amount.amount);
    const refund = known ?? newRefund(order, madeByPayment(data.refundId, 'made_by_payment'), 'APPROVED', moment);
    return {
      put: {
        orders: [changed(order, moment, { refunded: order.refunded + amount })],
        refunds: [{ ...refund, amount, status: 'SUCCEEDED', updatedAt: moment.now, cause: moment.cause }],
      },
    };
  },
};

/** The refund waits for a person; it may still succeed, so what was asked for stays asked for. */
export const onRefundFailed: MessageDecider<Tables, DataOf<typeof RefundFailed>> = {
  ...ofRefund,
  decide(state, { data }, moment) {
    const order = state.orders.get(data.orderId);
    if (!order) return { setAside: { as: 'parked', reason: `there is no order ${data.orderId}` } };
    const known = refundOf(state, data.refundId);
    if (known && wasNeverAskedFor(known)) return contradiction(known);
    // A try before the last one, once more; or what was settled meanwhile.
    if (known && !isOfLastTry(known, data.refundId)) return nothing;
    if (known?.status === 'SUCCEEDED' || known?.status === 'FAILED') return nothing;
    const refund = known ?? newRefund(order, madeByPayment(data.refundId, data.reason), 'APPROVED', moment);
    return {
      put: {
        refunds: [
          { ...refund, status: 'FAILED', decisionReason: data.reason, updatedAt: moment.now, cause: moment.cause },
        ],
      },
    };
  },
};

/** Payment is asked only for what was approved. */
function wasNeverAskedFor({ status }: Refund): boolean {
  return status === 'REQUESTED' || status === 'REJECTED';
}

function contradiction({ id, status }: Refund): Decision<Tables> {
  return {
    setAside: { as: 'parked', reason: `payment speaks of refund ${id}, which is ${status} and was not asked for` },
  };
}

/** What had failed was given back after all, beside what was done instead. */
function twice({ id, status }: Refund, name: string): Decision<Tables> {
  return { setAside: { as: 'parked', reason: `refund ${id} is ${status}, and went back as ${name} besides` } };
}

function madeByPayment(id: string, reason: string) {
  return { id, amount: null, reason, requestedBy: 'payment' };
}
