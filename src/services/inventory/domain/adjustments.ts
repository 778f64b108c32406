import type { StockLevel } from '#contracts/http/inventory.ts';
import type { OrderLine } from '#contracts/schema.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import { type Decider, type Moment, nothing } from '#runtime/batch/decider.ts';
import type { State } from '#runtime/batch/workset.ts';
import { available, type InventoryTables, type Movement, type Reservation, Shelf, type Stock } from './stock.ts';

type Tables = InventoryTables;

export interface Adjustment {
  readonly sku: string;
  readonly delta: number;
  readonly reason: string;
  readonly lost: boolean;
  readonly actor: string;
  /** Orders that may hold the SKU, of which some may have to lose it. Read beforehand: looked at again here. */
  readonly holders: readonly string[];
}

/** The figures as a client sees them. */
export function levelOf(stock: Stock): StockLevel {
  const { sku, onHand, reserved, sold } = stock;
  return { sku, onHand, reserved, available: available(stock), sold };
}

/**
 * Goods came, went, or were lost. Refuses with `stock_below_reserved` unless they were declared lost; then the newest
 * reservations are lost until what remains fits. Refuses with `unavailable`, which no idempotency key remembers, where
 * `holders` turn out to be too few: the caller reads them again.
 */
export const adjustStock: Decider<Tables, Adjustment, StockLevel> = {
  name: 'inventory.adjust-stock',
  needs: ({ sku, holders }) => ({ stock: [sku], reservations: holders }),
  needsThen: ({ holders }, state) => ({
    stock: holders.flatMap((orderId) => state.reservations.get(orderId)?.lines.map(({ sku }) => sku) ?? []),
  }),
  decide(state, adjustment, moment) {
    const { sku, delta, reason, lost } = adjustment;
    const before = state.stock.get(sku);
    if (!before && delta < 0) return { refuse: problem('not_found', `There is no stock of ${sku}.`) };
    const shelf = new Shelf(state.stock);
    shelf.receive(sku, delta);
    const refusal = tooLittle(shelf.get(sku), lost) ?? tooMuch(shelf.get(sku));
    if (refusal) return { refuse: refusal };
    const losers = losersOf(state, adjustment, shelf);
    if (available(shelf.get(sku)) < 0) {
      return { refuse: { ...problem('unavailable', 'Reservations changed meanwhile.'), retryAfterSeconds: 1 } };
    }
    return {
      put: {
        stock: shelf.changed,
        reservations: losers.map((held) => ({
          ...held,
          status: 'LOST',
          cause: moment.cause,
          updatedAt: moment.now,
        })),
        movements: [movementOf(adjustment, moment)],
      },
      say: shelf.sayings([sku]),
      answer: levelOf(shelf.get(sku)),
      trail: { action: lost ? 'stock.lost' : 'stock.adjusted', object: sku, reason: `${delta}: ${reason}` },
    };
  },
};

function tooLittle(stock: Stock, lost: boolean): Problem | undefined {
  if (stock.onHand < 0 || (stock.onHand < stock.reserved && !lost)) {
    const { sku, onHand, reserved } = stock;
    return problem('stock_below_reserved', `${onHand} would be on hand, ${reserved} are reserved.`, [
      { pointer: '/delta', sku, onHand, reserved },
    ]);
  }
  return undefined;
}

function tooMuch({ onHand, sold }: Stock): Problem | undefined {
  if (Number.isSafeInteger(onHand + sold)) return undefined;
  return problem('validation_failed', undefined, [{ pointer: '/delta', detail: 'more than can be counted' }]);
}

/** The newest holders first (order ids sort by time), until what remains on the shelf fits; all they held is given up. */
function losersOf(state: State<Tables>, { sku, holders }: Adjustment, shelf: Shelf): Reservation[] {
  const losers: Reservation[] = [];
  for (const orderId of [...new Set(holders)].sort().reverse()) {
    if (available(shelf.get(sku)) >= 0) break;
    const held = state.reservations.get(orderId);
    if (held?.status !== 'HELD' || !held.lines.some((line) => line.sku === sku)) continue;
    shelf.release(held.lines);
    losers.push(held);
  }
  return losers;
}

function movementOf({ sku, delta, reason, lost, actor }: Adjustment, { now, cause }: Moment): Movement {
  const kind = lost ? 'LOST' : delta > 0 ? 'RECEIVED' : 'ADJUSTED';
  return { cause, sku, kind, delta, reason, actor, movedAt: now };
}

export interface Delivery {
  readonly reference: string;
  readonly lines: readonly OrderLine[];
  readonly actor: string;
}

/** Books a delivery in, once per reference. */
export const receiveStock: Decider<Tables, Delivery, { received: boolean }> = {
  name: 'inventory.receive-stock',
  needs: ({ reference, lines }) => ({ receipts: [reference], stock: lines.map(({ sku }) => sku) }),
  decide(state, { reference, lines, actor }, { now, cause }) {
    if (state.receipts.get(reference)) return { ...nothing, answer: { received: false } };
    const shelf = new Shelf(state.stock);
    const movements = new Map<string, Movement>();
    for (const { sku, quantity } of lines) {
      shelf.receive(sku, quantity);
      const delta = quantity + (movements.get(sku)?.delta ?? 0);
      movements.set(sku, { cause, sku, kind: 'RECEIVED', delta, reason: reference, actor, movedAt: now });
    }
    return {
      put: {
        receipts: [{ reference, cause, receivedAt: now }],
        stock: shelf.changed,
        movements: [...movements.values()],
      },
      say: shelf.sayings(lines.map(({ sku }) => sku)),
      answer: { received: true },
    };
  },
};
