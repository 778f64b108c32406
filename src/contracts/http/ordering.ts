import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, Money, OrderId, Timestamp, UserId } from '../schema.ts';

export const OrderStatus = Type.Union(
  (['CREATED', 'REVIEW', 'PENDING', 'PAID', 'CONFIRMED', 'SHIPPED', 'COMPLETED', 'FAILED', 'CANCELLED'] as const).map(
    (status) => Type.Literal(status),
  ),
);

/** Whose order, and may it be paid: asked by payment where its own record does not say so yet (001 §2). */
export const getOrderForPayment = operation({
  service: 'ordering',
  name: 'getOrderForPayment',
  summary: 'An order as payment sees it',
  method: 'GET',
  path: '/internal/ordering/orders/{id}',
  access: 'service',
  params: closed({ id: OrderId }),
  answers: {
    200: closed({
      id: OrderId,
      userId: UserId,
      status: OrderStatus,
      total: Money,
      payableUntil: Type.Union([Timestamp, Type.Null()]),
    }),
  },
  problems: ['not_found'],
});
