import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, RefundId, UserId } from '../../schema.ts';

/**
 * An operator approved or rejected a refund, or made one. An order that is cancelled says so instead: its refund is part of
 * that.
 */
export const RefundDecided = message('ordering.refund-decided', 1, {
  key: 'orderId',
  data: closed({
    refundId: RefundId,
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    amount: Money,
    verdict: Type.Union([Type.Literal('approved'), Type.Literal('rejected')]),
    note: Type.Optional(Type.String()),
  }),
});
