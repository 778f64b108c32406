import { ShipmentCreated } from '#contracts/messages/fulfillment/shipment-created.v1.ts';
import { ShipmentDelivered } from '#contracts/messages/fulfillment/shipment-delivered.v1.ts';
import { ShipmentShipped } from '#contracts/messages/fulfillment/shipment-shipped.v1.ts';
import { defineService } from '#runtime/service.ts';
import { audit } from './audit.ts';
import { resolveDispatches } from './dispatch.ts';
import { onOrderCancelled, onOrderConfirmed, onOrderShipped } from './handlers.ts';
import { possibleActs } from './possible-acts.ts';
import { records } from './records.ts';
import { deliver, listAll, read, readAny, ship } from './routes.ts';
import { tables } from './store.ts';

export const fulfillment = defineService({
  name: 'fulfillment',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  answers: [read, readAny, listAll, ship, deliver],
  hears: [onOrderConfirmed, onOrderShipped, onOrderCancelled],
  says: [ShipmentCreated, ShipmentShipped, ShipmentDelivered],
  audit,
  records,
  possibleActs,
  jobs: [resolveDispatches],
});
