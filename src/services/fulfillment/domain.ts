import type { ShipmentStatus } from '#contracts/http/fulfillment.ts';
import { type DataOf, type Saying, say } from '#contracts/message.ts';
import { ShipmentCreated } from '#contracts/messages/fulfillment/shipment-created.v1.ts';
import { ShipmentDelivered } from '#contracts/messages/fulfillment/shipment-delivered.v1.ts';
import { ShipmentShipped } from '#contracts/messages/fulfillment/shipment-shipped.v1.ts';
import type { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import type { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import type { OrderShipped } from '#contracts/messages/ordering/order-shipped.v1.ts';
import type { Instant } from '#kernel/clock.ts';
import { idPrefixes } from '#kernel/ids.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import { type Decider, type Decision, type MessageDecider, type Moment, nothing } from '#runtime/batch/decider.ts';
import type { Table } from '#runtime/batch/workset.ts';

/** What is to leave for an order. CANCELLED is a tombstone too: whoever confirms the order later creates nothing. */
export interface Shipment {
  readonly orderId: string;
  readonly userId: string;
  readonly number: string;
  readonly status: ShipmentStatus;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly shippedAt: Instant | null;
  readonly deliveredAt: Instant | null;
  /** DISPATCHING: when ordering is asked again, if there was no answer until then. */
  readonly nextTryAt: Instant | null;
  readonly tries: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** What brought it to its present status. */
  readonly cause: string;
}

export type FulfillmentTables = { readonly shipments: Table<Shipment> };

type Tables = FulfillmentTables;

/** An order has one shipment, and it has the order's UUID: either id leads to the other. */
export function shipmentIdOf(orderId: string): string {
  return `${idPrefixes.shipment}${orderId.slice(orderId.indexOf('_'))}`;
}

/** Whose order it is. */
export type Facts = Pick<Shipment, 'orderId' | 'userId' | 'number'>;

function newShipment({ orderId, userId, number }: Facts, status: 'CREATED' | 'CANCELLED', moment: Moment): Shipment {
  return {
    orderId,
    userId,
    number,
    status,
    carrier: null,
    trackingNumber: null,
    shippedAt: null,
    deliveredAt: null,
    nextTryAt: null,
    tries: 0,
    createdAt: moment.now,
    updatedAt: moment.now,
    cause: moment.cause,
  };
}

function saidCreated({ orderId, userId, number }: Facts): Saying {
  return say(ShipmentCreated, { shipmentId: shipmentIdOf(orderId), orderId, userId, number });
}

/** The shipment with its changes; only one that is DISPATCHING waits for an answer. */
function changed(shipment: Shipment, { now, cause }: Moment, changes: Partial<Shipment>): Shipment {
  return { ...shipment, nextTryAt: null, tries: 0, ...changes, updatedAt: now, cause };
}

/** Payment made an order, goods are deducted: they are to be packed. */
export const createShipment: MessageDecider<Tables, DataOf<typeof OrderConfirmed>> = {
  needs: ({ data }) => ({ shipments: [data.orderId] }),
  decide(state, { data }, moment) {
    if (state.shipments.get(data.orderId)) return nothing;
    return { put: { shipments: [newShipment(data, 'CREATED', moment)] }, say: [saidCreated(data)] };
  },
};

/** Ordering has decided: the goods stay. That they have left all the same would be its own contradiction. */
export const cancelShipment: MessageDecider<Tables, DataOf<typeof OrderCancelled>> = {
  needs: ({ data }) => ({ shipments: [data.orderId] }),
  decide(state, { data }, moment) {
    const shipment = state.shipments.get(data.orderId);
    switch (shipment?.status) {
      case undefined:
        return { put: { shipments: [newShipment(data, 'CANCELLED', moment)] } };
      case 'CREATED':
      case 'DISPATCHING':
        return {
          put: { shipments: [changed(shipment, moment, { status: 'CANCELLED', carrier: null, trackingNumber: null })] },
        };
      case 'CANCELLED':
        return nothing;
      case 'SHIPPED':
      case 'DELIVERED':
        return { setAside: { as: 'parked', reason: `the goods of order ${data.orderId} have left already` } };
    }
  },
};

/**
 * Ordering let the goods go. Whoever asked knows already, unless the answer was lost on the way; what was shipped before there
 * were shipments is only learnt here.
 */
export const followOrder: MessageDecider<Tables, DataOf<typeof OrderShipped>> = {
  needs: ({ data }) => ({ shipments: [data.orderId] }),
  decide(state, { data }, moment) {
    const known = state.shipments.get(data.orderId);
    const shipment = known ?? newShipment(data, 'CREATED', moment);
    switch (shipment.status) {
      case 'CREATED':
      case 'DISPATCHING': {
        const { carrier, trackingNumber } = data;
        const left = shipped({ ...shipment, carrier, trackingNumber }, moment);
        return known ? left : { ...left, say: [saidCreated(shipment), ...(left.say ?? [])] };
      }
      case 'SHIPPED':
      case 'DELIVERED':
        return nothing;
      case 'CANCELLED':
        return { setAside: { as: 'parked', reason: `order ${data.orderId} was cancelled, and is to have left` } };
    }
  },
};

export interface Handover {
  readonly orderId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
}

export interface AskToShip extends Handover {
  /** What ordering says of a confirmed order that was not heard of yet. */
  readonly order?: Facts;
}

/** `unheard`: nothing is known of the order here. `dispatching`: ordering is to be asked. `shipped`: it was done before. */
export type Asked = 'unheard' | 'dispatching' | 'shipped';

/** So long somebody who asked ordering is left to it. */
const firstTryMs = 2_000;
const pauseMostMs = 60_000;

/** The intent, before ordering is asked: whatever dies after it, the question is asked again and its answer recorded. */
export const askToShip: Decider<Tables, AskToShip, Asked> = {
  name: 'fulfillment.ask-to-ship',
  needs: ({ orderId }) => ({ shipments: [orderId] }),
  decide(state, asked, moment) {
    const known = state.shipments.get(asked.orderId);
    const shipment = known ?? (asked.order && newShipment(asked.order, 'CREATED', moment));
    switch (shipment?.status) {
      case undefined:
        return { answer: 'unheard' };
      case 'CREATED': {
        const { carrier, trackingNumber } = asked;
        const nextTryAt = moment.now + firstTryMs;
        return {
          put: {
            shipments: [changed(shipment, moment, { status: 'DISPATCHING', carrier, trackingNumber, nextTryAt })],
          },
          say: known ? [] : [saidCreated(shipment)],
          answer: 'dispatching',
          trail: { action: 'shipment.dispatched', object: asked.orderId, reason: `${carrier} ${trackingNumber}` },
        };
      }
      case 'DISPATCHING':
        return isSame(shipment, asked) ? { answer: 'dispatching' } : { refuse: otherCarrier(shipment) };
      case 'SHIPPED':
      case 'DELIVERED':
        return isSame(shipment, asked) ? { answer: 'shipped' } : { refuse: otherCarrier(shipment) };
      case 'CANCELLED':
        return { refuse: problem('conflict', 'The order was cancelled.') };
    }
  },
};

function isSame({ carrier, trackingNumber }: Shipment, asked: Handover): boolean {
  return carrier === asked.carrier && trackingNumber === asked.trackingNumber;
}

function otherCarrier({ carrier, trackingNumber }: Shipment): Problem {
  return problem('conflict', `It was handed to ${carrier} already, under ${trackingNumber}.`);
}

/** What ordering says: the goods may leave, or they may not. `unanswered`: it is asked again later. */
export type Verdict = 'allowed' | 'refused' | 'unanswered';

/** The funnel: whoever asked, and however often, the answer is recorded once. */
export const concludeDispatch: Decider<Tables, { readonly orderId: string; readonly verdict: Verdict }> = {
  name: 'fulfillment.conclude-dispatch',
  needs: ({ orderId }) => ({ shipments: [orderId] }),
  decide(state, { orderId, verdict }, moment) {
    const shipment = state.shipments.get(orderId);
    if (shipment?.status !== 'DISPATCHING') return settledBefore(shipment, orderId, verdict);
    switch (verdict) {
      case 'allowed':
        return shipped(shipment, moment);
      case 'refused':
        // OrderCancelled is on its way, and ends it.
        return {
          put: { shipments: [changed(shipment, moment, { status: 'CREATED', carrier: null, trackingNumber: null })] },
        };
      case 'unanswered': {
        const pauseMs = Math.min(pauseMostMs, 1_000 * 2 ** Math.min(shipment.tries, 10));
        const later = { nextTryAt: moment.now + pauseMs, tries: shipment.tries + 1 };
        return { put: { shipments: [changed(shipment, moment, later)] } };
      }
    }
  },
};

/** Several may have asked at once; ordering tells all of them the same. */
function settledBefore(shipment: Shipment | undefined, orderId: string, verdict: Verdict): Decision<Tables> {
  const isGone = shipment?.status === 'SHIPPED' || shipment?.status === 'DELIVERED';
  if (verdict === 'unanswered' || (verdict === 'allowed') === isGone) return nothing;
  throw new Error(`ordering ${verdict} that order ${orderId} leaves, whose shipment is ${shipment?.status}`);
}

function shipped(shipment: Shipment, moment: Moment): Decision<Tables> {
  const { orderId, userId, carrier, trackingNumber } = shipment;
  if (carrier === null || trackingNumber === null) throw new Error(`order ${orderId} leaves with nobody`);
  return {
    put: { shipments: [changed(shipment, moment, { status: 'SHIPPED', shippedAt: moment.now })] },
    say: [say(ShipmentShipped, { shipmentId: shipmentIdOf(orderId), orderId, userId, carrier, trackingNumber })],
  };
}

/** The carrier's word. A repeat is no error. */
export const deliverShipment: Decider<Tables, { readonly orderId: string }, 'unheard' | 'delivered'> = {
  name: 'fulfillment.deliver',
  needs: ({ orderId }) => ({ shipments: [orderId] }),
  decide(state, { orderId }, moment) {
    const shipment = state.shipments.get(orderId);
    switch (shipment?.status) {
      case undefined:
        return { answer: 'unheard' };
      case 'SHIPPED': {
        const { userId } = shipment;
        return {
          put: { shipments: [changed(shipment, moment, { status: 'DELIVERED', deliveredAt: moment.now })] },
          say: [say(ShipmentDelivered, { shipmentId: shipmentIdOf(orderId), orderId, userId })],
          answer: 'delivered',
          trail: { action: 'shipment.delivered', object: orderId },
        };
      }
      case 'DELIVERED':
        return { answer: 'delivered' };
      case 'CREATED':
      case 'DISPATCHING':
      case 'CANCELLED':
        return { refuse: problem('conflict', `The shipment is ${shipment.status}.`) };
    }
  },
};
