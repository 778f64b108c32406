import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderShipped } from '#contracts/messages/ordering/order-shipped.v1.ts';
import { handle } from '#runtime/service.ts';
import { cancelShipment, createShipment, followOrder } from './domain.ts';

export const onOrderConfirmed = handle(OrderConfirmed, createShipment);
export const onOrderShipped = handle(OrderShipped, followOrder);
export const onOrderCancelled = handle(OrderCancelled, cancelShipment);
