import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, ShipmentId, UserId } from '../../schema.ts';

/** The goods left with a carrier. */
export const ShipmentShipped = message('fulfillment.shipment-shipped', 1, {
  key: 'orderId',
  data: closed({
    shipmentId: ShipmentId,
    orderId: OrderId,
    userId: UserId,
    carrier: Type.String(),
    trackingNumber: Type.String(),
  }),
});
