import { message } from '../../message.ts';
import { closed, OrderId } from '../../schema.ts';

/** Asks payment, the arbiter, to close: it answers PaymentSuccess or PaymentClosed. */
export const ClosePayment = message('ordering.close-payment', 1, {
  key: 'orderId',
  data: closed({ orderId: OrderId }),
});
