import { message } from '../../message.ts';
import { closed, OrderId, ShipmentId, UserId } from '../../schema.ts';

/** The carrier says that the goods arrived. */
export const ShipmentDelivered = message('fulfillment.shipment-delivered', 1, {
  key: 'orderId',
  data: closed({ shipmentId: ShipmentId, orderId: OrderId, userId: UserId }),
});
