import { expect } from 'vitest';
import type { Saying } from '#contracts/message.ts';
import { ReduceStock } from '#contracts/messages/ordering/reduce-stock.v1.ts';
import { ReleaseStock } from '#contracts/messages/ordering/release-stock.v1.ts';
import { ReserveStock } from '#contracts/messages/ordering/reserve-stock.v1.ts';
import { ReturnStock } from '#contracts/messages/ordering/return-stock.v1.ts';
import type { OrderLine } from '#contracts/schema.ts';
import type { Decision } from '#runtime/batch/decider.ts';
import { type Ask, ask, deliver, messageOf, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { adjustStock } from '../domain/adjustments.ts';
import type { InventoryTables, ReservationStatus, Stock } from '../domain/stock.ts';
import { inventory } from '../service.ts';
import { tables } from '../store.ts';

type Tables = InventoryTables;
type Lines = Readonly<Record<string, number>> | OrderLine[];

const linesOf = (lines: Lines): OrderLine[] =>
  Array.isArray(lines) ? lines : Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity }));

export const reserve = (orderId: string, lines: Lines): Ask<Tables> =>
  deliver(inventory.hears, messageOf(ReserveStock, { orderId, lines: linesOf(lines) }));
export const reduce = (orderId: string): Ask<Tables> => deliver(inventory.hears, messageOf(ReduceStock, { orderId }));
export const release = (orderId: string): Ask<Tables> => deliver(inventory.hears, messageOf(ReleaseStock, { orderId }));
export const returned = (orderId: string): Ask<Tables> => deliver(inventory.hears, messageOf(ReturnStock, { orderId }));

export const adjust = (
  sku: string,
  delta: number,
  { lost = false, holders = [] }: { lost?: boolean; holders?: string[] } = {},
): Ask<Tables> => ask(adjustStock, { sku, delta, reason: 'counted', lost, actor: 'usr_operator', holders });

/** Stock on hand by SKU; each ask is a batch of its own. */
export function given(onHand: Readonly<Record<string, number>>) {
  const stock = Object.entries(onHand).map(([sku, count]) => ({ sku, onHand: count, reserved: 0, sold: 0 }));
  const rehearsal = new Rehearsal<Tables>(tables, { stock });
  return {
    when: async (...asks: Ask<Tables>[]) => outcome(rehearsal, await rehearsal.inTurn(asks)),
  };
}

function outcome(rehearsal: Rehearsal<Tables>, decisions: readonly Decision<Tables, unknown>[]) {
  return {
    rehearsal,
    decisions,
    says: (...sayings: Saying[]) => expect(rehearsal.said).toEqual(sayings),
    has: (stock: Readonly<Record<string, Omit<Stock, 'sku'>>>) =>
      expect(rehearsal.rows('stock')).toEqual(Object.entries(stock).map(([sku, figures]) => ({ sku, ...figures }))),
    isHeldAs: (statuses: Readonly<Record<string, ReservationStatus>>) =>
      expect(
        Object.fromEntries(rehearsal.rows('reservations').map(({ orderId, status }) => [orderId, status])),
      ).toEqual(statuses),
    /** Answers, or the codes of refusals. */
    answered: (...answers: unknown[]) =>
      expect(decisions.map(({ answer, refuse }) => refuse?.code ?? answer)).toEqual(answers),
  };
}
