import { type Saying, say } from '#contracts/message.ts';
import { StockChanged } from '#contracts/messages/inventory/stock-changed.v1.ts';
import type { OrderLine } from '#contracts/schema.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Rows, Table } from '#runtime/batch/workset.ts';

/** One SKU's figures. Available is what is on hand and not reserved; what was sold is no longer on hand. */
export interface Stock {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly sold: number;
}

export interface Shortage {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

/**
 * What became of an order's hold. HELD ends as REDUCED (sold), RELEASED or LOST; only REDUCED goes on, to RETURNED.
 * REFUSED: there was too little. BARRED: its release came before its reserve, which is refused for ever.
 */
export type ReservationStatus = 'HELD' | 'REDUCED' | 'RETURNED' | 'RELEASED' | 'LOST' | 'REFUSED' | 'BARRED';

export interface Reservation {
  readonly orderId: string;
  readonly status: ReservationStatus;
  /** Each SKU once; empty where nothing was ever held. */
  readonly lines: readonly OrderLine[];
  readonly shortages: readonly Shortage[];
  /** What brought it to its present status. */
  readonly cause: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** Goods that came or went other than by a sale; their sum is on hand and sold together. */
export interface Movement {
  readonly cause: string;
  readonly sku: string;
  readonly kind: 'RECEIVED' | 'ADJUSTED' | 'LOST';
  readonly delta: number;
  readonly reason: string;
  readonly actor: string;
  readonly movedAt: Instant;
}

/** A delivery that was booked in, so that it is booked once. */
export interface Receipt {
  readonly reference: string;
  readonly cause: string;
  readonly receivedAt: Instant;
}

export type InventoryTables = {
  readonly reservations: Table<Reservation>;
  readonly receipts: Table<Receipt>;
  readonly stock: Table<Stock>;
  readonly movements: Table<Movement>;
};

export function available(stock: Stock): number {
  return stock.onHand - stock.reserved;
}

/** The stock rows of one decision while it is made. */
export class Shelf {
  readonly #rows: Rows<Stock>;
  readonly #changed = new Map<string, Stock>();

  constructor(rows: Rows<Stock>) {
    this.#rows = rows;
  }

  get(sku: string): Stock {
    return this.#changed.get(sku) ?? this.#rows.get(sku) ?? { sku, onHand: 0, reserved: 0, sold: 0 };
  }

  shortages(lines: readonly OrderLine[]): Shortage[] {
    return lines
      .map(({ sku, quantity }) => ({ sku, requested: quantity, available: available(this.get(sku)) }))
      .filter((line) => line.available < line.requested);
  }

  hold(lines: readonly OrderLine[]): void {
    this.#move(lines, 0, 1, 0);
  }

  release(lines: readonly OrderLine[]): void {
    this.#move(lines, 0, -1, 0);
  }

  sell(lines: readonly OrderLine[]): void {
    this.#move(lines, -1, -1, 1);
  }

  takeBack(lines: readonly OrderLine[]): void {
    this.#move(lines, 1, 0, -1);
  }

  receive(sku: string, delta: number): void {
    this.#move([{ sku, quantity: delta }], 1, 0, 0);
  }

  get changed(): readonly Stock[] {
    return [...this.#changed.values()];
  }

  /** One StockChanged per SKU whose availability came to zero or left it, and per SKU named. */
  sayings(always: readonly string[] = []): Saying[] {
    return this.changed.flatMap((stock) => {
      const before = this.#rows.get(stock.sku);
      const wasOut = before === undefined || available(before) === 0;
      if (wasOut === (available(stock) === 0) && !always.includes(stock.sku)) return [];
      return [say(StockChanged, { sku: stock.sku, available: available(stock) })];
    });
  }

  #move(lines: readonly OrderLine[], onHand: number, reserved: number, sold: number): void {
    for (const { sku, quantity } of lines) {
      const stock = this.get(sku);
      this.#changed.set(sku, {
        sku,
        onHand: stock.onHand + onHand * quantity,
        reserved: stock.reserved + reserved * quantity,
        sold: stock.sold + sold * quantity,
      });
    }
  }
}
