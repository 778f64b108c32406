import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, OrderId, Page, ShipmentId, Timestamp, text, UserId } from '../schema.ts';

function nullable<const Schema extends Type.TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/**
 * `CREATED`: to be packed. `DISPATCHING`: about to leave; ordering is asked whether it may. `SHIPPED`: gone, and the order with
 * it. `CANCELLED`: the order was cancelled before the goods left.
 */
export const ShipmentStatus = Type.Enum(['CREATED', 'DISPATCHING', 'SHIPPED', 'DELIVERED', 'CANCELLED']);
export type ShipmentStatus = Type.Static<typeof ShipmentStatus>;

const shipmentProperties = {
  id: ShipmentId,
  orderId: OrderId,
  status: ShipmentStatus,
  carrier: nullable(Type.String()),
  trackingNumber: nullable(Type.String()),
  createdAt: Timestamp,
  shippedAt: nullable(Timestamp),
  deliveredAt: nullable(Timestamp),
};

/** The one shipment of an order. */
export const Shipment = closed(shipmentProperties);
export type Shipment = Type.Static<typeof Shipment>;

/** What an operator sees beside it: whose, and the order's number. */
export const AdminShipment = closed({ ...shipmentProperties, userId: UserId, number: Type.String() });
export type AdminShipment = Type.Static<typeof AdminShipment>;

const ofOrder = closed({ id: OrderId });

export const getShipment = operation({
  service: 'fulfillment',
  name: 'getShipment',
  summary: 'The shipment of an order',
  method: 'GET',
  path: '/v1/orders/{id}/shipment',
  access: 'user',
  params: ofOrder,
  answers: { 200: Shipment },
  problems: ['not_found'],
});

export const getAnyShipment = operation({
  service: 'fulfillment',
  name: 'getAnyShipment',
  summary: 'The shipment of an order of any user',
  method: 'GET',
  path: '/v1/admin/orders/{id}/shipment',
  access: 'operator',
  params: ofOrder,
  answers: { 200: AdminShipment },
  problems: ['not_found'],
});

export const listShipments = operation({
  service: 'fulfillment',
  name: 'listShipments',
  summary: 'Shipments of all users, newest first: with `status=CREATED` what is to be packed',
  method: 'GET',
  path: '/v1/admin/shipments',
  access: 'operator',
  query: closed({ ...Page, status: Type.Optional(ShipmentStatus) }),
  answers: { 200: list(AdminShipment) },
});

/**
 * The order is SHIPPED once this is answered, and can no longer be cancelled. 409 where it was cancelled, is not confirmed yet,
 * or left with another carrier; the same again is no error. No answer from ordering: 503, and it goes on by itself.
 */
export const shipOrder = operation({
  service: 'fulfillment',
  name: 'shipOrder',
  summary: 'Record that an order was handed to the carrier',
  method: 'POST',
  path: '/v1/admin/orders/{id}/ship',
  access: 'operator',
  params: ofOrder,
  body: closed({ carrier: text(1, 100), trackingNumber: text(1, 100) }),
  answers: { 200: AdminShipment },
  problems: ['not_found', 'conflict'],
});

/** The order is COMPLETED a moment later. */
export const deliverOrder = operation({
  service: 'fulfillment',
  name: 'deliverOrder',
  summary: 'Record that an order was delivered',
  method: 'POST',
  path: '/v1/admin/orders/{id}/deliver',
  access: 'operator',
  params: ofOrder,
  body: closed({}),
  answers: { 200: AdminShipment },
  problems: ['not_found', 'conflict'],
});
