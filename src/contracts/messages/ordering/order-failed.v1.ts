import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, Quantity, Sku, UserId } from '../../schema.ts';

/** The order never became payable. `reason` is a problem code or `deadline`, `cancelled`; `shortages` says what was missing. */
export const OrderFailed = message('ordering.order-failed', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    userId: UserId,
    reason: Type.String(),
    shortages: Type.Array(closed({ sku: Sku, requested: Quantity, available: Type.Integer({ minimum: 0 }) })),
  }),
});
