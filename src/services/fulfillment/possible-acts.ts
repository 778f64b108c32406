import { asked } from '#runtime/batch/dry-run.ts';
import type { ActsAsked, Context, PossibleAct } from '#runtime/service.ts';
import { askToShip, concludeDispatch, deliverShipment } from './domain.ts';
import { findShipment } from './store.ts';

/** Its part of shipping and delivering; whether the goods may leave is ordering's to say. */
export async function possibleActs(
  { orderId, input }: ActsAsked,
  { database }: Context,
): Promise<readonly PossibleAct[]> {
  const shipment = await findShipment(database, orderId);
  // An operator may be faster than the message: then ordering's word alone counts.
  if (!shipment) return [];
  const { carrier = 'a carrier', trackingNumber = 'a number' } = input;
  const isGone = shipment.status === 'SHIPPED' || shipment.status === 'DELIVERED';
  const ask = asked(askToShip, { orderId, carrier, trackingNumber });
  const conclude = asked(concludeDispatch, { orderId, verdict: 'allowed' });
  return [
    { action: 'ship', object: orderId, commands: isGone ? [ask] : [ask, conclude] },
    { action: 'deliver', object: orderId, commands: [asked(deliverShipment, { orderId })] },
  ];
}
