import { message } from '../../message.ts';
import { closed, OrderId } from '../../schema.ts';

/** Asks inventory to end the reservation; if it comes first, it refuses the late reserve. */
export const ReleaseStock = message('ordering.release-stock', 1, {
  key: 'orderId',
  data: closed({ orderId: OrderId }),
});
