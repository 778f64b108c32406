import type {
  LedgerFacts,
  OrderFacts,
  PaymentFacts,
  Said,
  ShipmentFacts,
  StockFacts,
  Violation,
} from '#contracts/audit.ts';
import type { Instant } from '#kernel/clock.ts';

/** Everything that the services know of one order. */
export interface Knowledge {
  readonly orderId: string;
  readonly ordering: OrderFacts | undefined;
  readonly inventory: StockFacts | undefined;
  readonly payment: PaymentFacts | undefined;
  readonly wallet: LedgerFacts | undefined;
  /** A platform may do without the service: what it would know is not asked for then. */
  readonly fulfillment: ShipmentFacts | 'not here' | undefined;
}

/** How long what is under way may take before it counts as stuck. */
export interface Bounds {
  readonly now: Instant;
  readonly boundMs: number;
}

export type Found = Omit<Violation, 'orderId'>;

/** What does not fit together about one order. What one service says of itself is of one moment; what two say is not. */
export type Rule = (knowledge: Knowledge, bounds: Bounds) => readonly Found[];

export const paidOrLater: ReadonlySet<string> = new Set(['PAID', 'CONFIRMED', 'SHIPPED', 'COMPLETED']);
export const ended: ReadonlySet<string> = new Set(['FAILED', 'CANCELLED']);

export function isLate(changedAtMs: number, { now, boundMs }: Bounds): boolean {
  return now - changedAtMs > boundMs;
}

/** How often each type of message was said. */
export function countsOf(said: Said): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of said) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

export function sumOf(rows: readonly { readonly amount: number }[]): number {
  return rows.reduce((sum, { amount }) => sum + amount, 0);
}
