import type { Invariant } from '../../../src/contracts/audit.ts';

/** An order of its own buyer for goods of their own, as it stands before somebody's hand is laid on it. */
export interface Scene {
  readonly orderId: string;
  readonly paymentId: string;
  readonly sku: string;
  readonly buyerId: string;
}

/** PENDING; paid and CONFIRMED; paid, cancelled and refunded; cancelled unpaid; FAILED for want of stock. */
export type Stage = 'pending' | 'confirmed' | 'refunded' | 'cancelled' | 'failed';

/** What a hand in the database can do that the program would never do, and what an audit calls it. */
export interface Breakage {
  readonly invariant: Invariant;
  readonly what: string;
  readonly at: Stage;
  readonly service: string;
  readonly sql: (scene: Scene) => string;
  /** What the detail must say where the trouble is not an order's. */
  readonly names?: (scene: Scene) => string;
}

export type Row = readonly [
  what: string,
  at: Stage,
  service: string,
  sql: Breakage['sql'],
  names?: NonNullable<Breakage['names']>,
];

export function breaking(invariant: Invariant, rows: readonly Row[]): Breakage[] {
  return rows.map(([what, at, service, sql, names]) => ({
    invariant,
    what,
    at,
    service,
    sql,
    ...(names && { names }),
  }));
}

export const ofSku = ({ sku }: Scene): string => `where sku = '${sku}'`;
export const ofOrder = ({ orderId }: Scene): string => `where order_id = '${orderId}'`;
export const ofId = ({ orderId }: Scene): string => `where id = '${orderId}'`;
export const ofPayment = ({ paymentId }: Scene): string => `where id = '${paymentId}'`;
