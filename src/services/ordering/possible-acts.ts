import { fromWire, money, toWire } from '#kernel/money.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import { type Asked, asked } from '#runtime/batch/dry-run.ts';
import type { ActsAsked, Context, PossibleAct } from '#runtime/service.ts';
import { actOnOrder } from './domain/deciders.ts';
import { retryRefund, settleRefund } from './domain/failed-refunds.ts';
import { refundable } from './domain/moving.ts';
import { askForRefund, decideRefund } from './domain/refunds.ts';
import type { Signal } from './domain/signals.ts';
import { wayToRetry } from './domain/way-to-retry.ts';
import { findOrder, findRefunds, type OwnedRefund } from './queries.ts';

const operatorId = 'dry-run';
const refundsMost = 100;

/** What an operator can do about an order, as the operations of `routes/` would ask for it. */
export async function possibleActs(ask: ActsAsked, context: Context): Promise<readonly PossibleAct[]> {
  const { orderId } = ask;
  const [whole, refunds] = await Promise.all([
    findOrder(context.database, orderId),
    findRefunds(context.database, {
      ...{ userId: undefined, status: undefined, before: undefined },
      orderId,
      limit: refundsMost,
    }),
  ]);
  if (!whole) return [];
  const { order } = whole;
  return [
    ...actsOnOrder(ask),
    {
      action: 'refund',
      object: orderId,
      most: toWire(money(refundable(order) > 0n ? refundable(order) : 0n, order.currency)),
      commands: [asked(askForRefund, askFor(ask, context))],
    },
    ...decisions(ask, refunds),
    ...waysOut(ask, refunds, context),
  ];
}

function actsOnOrder({ orderId, input }: ActsAsked): PossibleAct[] {
  const { reason, carrier = 'a carrier', trackingNumber = 'a number' } = input;
  const on = (signal: Signal, otherwise: Problem['code'], action: string): Asked =>
    asked(actOnOrder, { orderId, signal, otherwise, trail: { action, ...(reason !== undefined && { reason }) } });
  const note = reason === undefined ? {} : { note: reason };
  const object = orderId;
  return [
    {
      action: 'cancel',
      object,
      commands: [on({ kind: 'cancelled', by: 'operator', ...note }, 'order_not_cancellable', 'order.cancelled')],
    },
    {
      action: 'ship',
      object,
      commands: [on({ kind: 'shipped', carrier, trackingNumber }, 'conflict', 'order.shipped')],
    },
    {
      action: 'deliver',
      object,
      commands: [on({ kind: 'completed', how: 'delivered' }, 'conflict', 'order.delivered')],
    },
    {
      action: 'complete',
      object,
      commands: [on({ kind: 'completed', how: 'received' }, 'conflict', 'order.completed')],
    },
  ];
}

function askFor({ orderId, input }: ActsAsked, { ids }: Context) {
  return {
    refundId: ids.next('refund'),
    orderId,
    by: 'operator' as const,
    userId: operatorId,
    amount: input.amount ? fromWire(input.amount) : null,
    reason: input.reason ?? '',
    restock: input.restock ?? false,
  };
}

function decisions({ orderId, input }: ActsAsked, refunds: readonly OwnedRefund[]): PossibleAct[] {
  const { reason, restock } = input;
  const open = refunds.filter(({ status }) => status === 'REQUESTED');
  if (open.length === 0) {
    const refusal = problem('not_found', 'No refund waits to be decided.');
    return (['approve_refund', 'reject_refund'] as const).map((action) => none(action, orderId, refusal));
  }
  return open.flatMap(({ id: refundId }) =>
    (['approve', 'reject'] as const).map(
      (verdict): PossibleAct => ({
        action: `${verdict}_refund`,
        object: refundId,
        commands: [asked(decideRefund, { refundId, orderId, operatorId, verdict, reason, restock })],
      }),
    ),
  );
}

function waysOut({ orderId, input }: ActsAsked, refunds: readonly OwnedRefund[], { ids }: Context): PossibleAct[] {
  const reason = input.reason ?? '';
  const failed = refunds.filter(({ status }) => status === 'FAILED');
  if (failed.length === 0) {
    const refusal = problem('not_found', 'No refund has failed.');
    return (['retry_refund', 'settle_refund'] as const).map((action) => none(action, orderId, refusal));
  }
  return failed.flatMap((refund): PossibleAct[] => {
    const refundId = refund.id;
    const way = wayToRetry(refund);
    const onFailed = { refundId, orderId, operatorId, reason };
    const amount = input.amount && fromWire(input.amount);
    return [
      way?.at === 'payment'
        ? // What it would do is payment's to say.
          { action: 'carry_on_refund', object: way.id, commands: [] }
        : {
            action: 'retry_refund',
            object: refundId,
            commands: [asked(retryRefund, { ...onFailed, retryId: ids.next('refund') })],
          },
      { action: 'settle_refund', object: refundId, commands: [asked(settleRefund, { ...onFailed, amount })] },
    ];
  });
}

function none(action: PossibleAct['action'], object: string, refusal: Problem): PossibleAct {
  return { action, object, commands: [], refusal };
}
