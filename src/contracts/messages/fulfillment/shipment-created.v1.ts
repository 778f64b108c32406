import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, ShipmentId, UserId } from '../../schema.ts';

/** An order is confirmed: its goods are to be packed and handed to a carrier. */
export const ShipmentCreated = message('fulfillment.shipment-created', 1, {
  key: 'orderId',
  data: closed({ shipmentId: ShipmentId, orderId: OrderId, userId: UserId, number: Type.String() }),
});
