import { type DataOf, type Message, type Saying, say } from '#contracts/message.ts';
import { StockReduceFailed } from '#contracts/messages/inventory/stock-reduce-failed.v1.ts';
import { StockReduced } from '#contracts/messages/inventory/stock-reduced.v1.ts';
import { StockReleased } from '#contracts/messages/inventory/stock-released.v1.ts';
import { StockReserveFailed } from '#contracts/messages/inventory/stock-reserve-failed.v1.ts';
import { StockReserved } from '#contracts/messages/inventory/stock-reserved.v1.ts';
import type { ReduceStock } from '#contracts/messages/ordering/reduce-stock.v1.ts';
import type { ReleaseStock } from '#contracts/messages/ordering/release-stock.v1.ts';
import type { ReserveStock } from '#contracts/messages/ordering/reserve-stock.v1.ts';
import type { ReturnStock } from '#contracts/messages/ordering/return-stock.v1.ts';
import type { OrderLine } from '#contracts/schema.ts';
import { type Decision, type MessageDecider, type Moment, nothing } from '#runtime/batch/decider.ts';
import type { State } from '#runtime/batch/workset.ts';
import { type InventoryTables, type Reservation, type ReservationStatus, Shelf } from './stock.ts';

type Tables = InventoryTables;

/** What a message about an order's hold reads: the reservation, then the stock of its lines. */
const ofReservation = {
  needs: ({ data }: Message<{ readonly orderId: string }>) => ({ reservations: [data.orderId] }),
  needsThen: ({ data }: Message<{ readonly orderId: string }>, state: State<Tables>) => ({
    stock: state.reservations.get(data.orderId)?.lines.map(({ sku }) => sku) ?? [],
  }),
};

/**
 * All lines of an order or none; asks are settled in order: the last ten items go to the first ten (docs/order-lifecycle.md,
 * Stock).
 */
export const reserveStock: MessageDecider<Tables, DataOf<typeof ReserveStock>> = {
  needs: ({ data }) => ({ reservations: [data.orderId], stock: data.lines.map(({ sku }) => sku) }),
  decide(state, { data }, moment) {
    const { orderId } = data;
    const earlier = state.reservations.get(orderId);
    if (earlier) return { say: [saidOfReserve(earlier)] };
    const lines = merged(data.lines);
    const shelf = new Shelf(state.stock);
    const shortages = shelf.shortages(lines);
    const reservation: Reservation = {
      orderId,
      status: shortages.length > 0 ? 'REFUSED' : 'HELD',
      lines,
      shortages,
      cause: moment.cause,
      createdAt: moment.now,
      updatedAt: moment.now,
    };
    if (shortages.length === 0) shelf.hold(lines);
    return {
      put: { reservations: [reservation], stock: shelf.changed },
      say: [saidOfReserve(reservation), ...shelf.sayings()],
    };
  },
};

/** Turns a hold into a sale, or says that there is none to turn (004 §4.4). */
export const reduceStock: MessageDecider<Tables, DataOf<typeof ReduceStock>> = {
  ...ofReservation,
  decide(state, { data }, moment) {
    const { orderId } = data;
    const reservation = state.reservations.get(orderId);
    switch (reservation?.status) {
      case 'HELD':
        return end(state, reservation, 'REDUCED', moment, [say(StockReduced, { orderId })]);
      case 'REDUCED':
      case 'RETURNED':
        return { say: [say(StockReduced, { orderId })] };
      case 'LOST':
        return { say: [say(StockReduceFailed, { orderId, reason: 'lost' })] };
      case 'RELEASED':
      case 'REFUSED':
      case 'BARRED':
        return { say: [say(StockReduceFailed, { orderId, reason: 'not_reserved' })] };
      case undefined:
        return { ...bar(orderId, moment), say: [say(StockReduceFailed, { orderId, reason: 'not_reserved' })] };
    }
  },
};

/** Ends a hold. What nobody reserved yet is barred, so that a reserve that comes late holds nothing. */
export const releaseStock: MessageDecider<Tables, DataOf<typeof ReleaseStock>> = {
  ...ofReservation,
  decide(state, { data }, moment) {
    const { orderId } = data;
    const reservation = state.reservations.get(orderId);
    switch (reservation?.status) {
      case 'HELD':
        return end(state, reservation, 'RELEASED', moment, [say(StockReleased, { orderId })]);
      case 'RELEASED':
      case 'LOST':
        return { say: [say(StockReleased, { orderId })] };
      case 'REDUCED':
      case 'RETURNED':
      case 'REFUSED':
      case 'BARRED':
        return nothing;
      case undefined:
        return bar(orderId, moment);
    }
  },
};

/** Reverses a sale. A return that overtakes its reduce ends the hold, and the reduce is refused. */
export const returnStock: MessageDecider<Tables, DataOf<typeof ReturnStock>> = {
  ...ofReservation,
  decide(state, { data }, moment) {
    const { orderId } = data;
    const reservation = state.reservations.get(orderId);
    switch (reservation?.status) {
      case 'REDUCED':
        return end(state, reservation, 'RETURNED', moment, []);
      case 'HELD':
        return end(state, reservation, 'RELEASED', moment, [say(StockReleased, { orderId })]);
      case 'RETURNED':
      case 'RELEASED':
      case 'LOST':
      case 'REFUSED':
      case 'BARRED':
        return nothing;
      case undefined:
        return bar(orderId, moment);
    }
  },
};

function end(
  state: State<Tables>,
  reservation: Reservation,
  status: ReservationStatus,
  moment: Moment,
  sayings: readonly Saying[],
): Decision<Tables> {
  const shelf = new Shelf(state.stock);
  if (status === 'REDUCED') shelf.sell(reservation.lines);
  else if (status === 'RETURNED') shelf.takeBack(reservation.lines);
  else shelf.release(reservation.lines);
  return {
    put: {
      reservations: [{ ...reservation, status, cause: moment.cause, updatedAt: moment.now }],
      stock: shelf.changed,
    },
    say: [...sayings, ...shelf.sayings()],
  };
}

function bar(orderId: string, { now, cause }: Moment): Decision<Tables> {
  const barred: Reservation = {
    orderId,
    status: 'BARRED',
    lines: [],
    shortages: [],
    cause,
    createdAt: now,
    updatedAt: now,
  };
  return { put: { reservations: [barred] } };
}

/** A duplicate is told what was said the first time, and nothing is promised that is not held any more. */
function saidOfReserve({ orderId, status, shortages }: Reservation): Saying {
  switch (status) {
    case 'HELD':
    case 'REDUCED':
    case 'LOST':
      return say(StockReserved, { orderId });
    case 'REFUSED':
    case 'BARRED':
    case 'RELEASED':
    case 'RETURNED':
      return say(StockReserveFailed, { orderId, shortages: [...shortages] });
  }
}

function merged(lines: readonly OrderLine[]): OrderLine[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}
