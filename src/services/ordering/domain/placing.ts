import type { ShippingAddress } from '#contracts/http/ordering.ts';
import { say } from '#contracts/message.ts';
import { OrderCreated } from '#contracts/messages/ordering/order-created.v1.ts';
import type { Language, OrderLine } from '#contracts/schema.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { money, toWire, type WireMoney } from '#kernel/money.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import type { Decider, Moment } from '#runtime/batch/decider.ts';
import { timersOf } from './moving.ts';
import type { IssuedNumber, Item, Order, OrderDetails, OrderingTables, WholeOrder } from './order.ts';
import { asks, type ParticipantName } from './participants.ts';

/** Catalog's word on one SKU. */
export type Quote =
  | { readonly sku: string; readonly forSale: true; readonly name: string; readonly price: WireMoney }
  | { readonly sku: string; readonly forSale: false };

export interface PlaceOrder {
  readonly orderId: string;
  readonly userId: string;
  readonly lines: readonly OrderLine[];
  readonly quotes: readonly Quote[];
  readonly expectedTotal: WireMoney | undefined;
  readonly couponCode: string | undefined;
  readonly note: string | null;
  readonly shippingAddress: ShippingAddress;
  readonly language: Language;
  readonly participants: readonly ParticipantName[];
  readonly terms: Terms;
}

/**
 * Durations: until the saga is given up, until payment is due, from then until it is cancelled without payment's word, and from
 * its leaving until it counts as received.
 */
export interface Terms {
  readonly deadlineMs: number;
  readonly payableForMs: number;
  readonly graceMs: number;
  readonly completionMs: number;
}

export interface Priced {
  readonly items: readonly Item[];
  readonly currency: string;
  readonly total: bigint;
}

/** The order's lines at catalog's prices, or why there is no such order. */
export function priceOrder(
  lines: readonly OrderLine[],
  quotes: readonly Quote[],
): { readonly priced: Priced } | { readonly refuse: Problem } {
  const bySku = new Map(quotes.map((quote) => [quote.sku, quote]));
  const items: (Item & { readonly currency: string })[] = [];
  const notForSale: { sku: string; pointer: string }[] = [];
  for (const [index, { sku, quantity }] of lines.entries()) {
    const quote = bySku.get(sku);
    if (quote?.forSale) {
      const { amount: unitPrice, currency } = quote.price;
      items.push({ sku, name: quote.name, quantity, unitPrice, currency });
    } else notForSale.push({ pointer: `/items/${index}/sku`, sku });
  }
  if (notForSale.length > 0) return { refuse: problem('item_not_for_sale', undefined, notForSale) };
  const currency = items[0]?.currency ?? '';
  const other = items.findIndex((item) => item.currency !== currency);
  if (other !== -1) {
    const detail = 'All items of an order must be priced in one currency.';
    return { refuse: problem('currency_mismatch', detail, [{ pointer: `/items/${other}/sku` }]) };
  }
  const total = items.reduce((sum, { quantity, unitPrice }) => sum + BigInt(quantity) * BigInt(unitPrice), 0n);
  if (total > BigInt(Number.MAX_SAFE_INTEGER)) {
    return {
      refuse: problem('validation_failed', undefined, [{ pointer: '/items', detail: 'the total is too large' }]),
    };
  }
  return { priced: { items: items.map(({ currency: _, ...item }) => item), currency, total } };
}

/**
 * Writes the draft and asks every participant (004 §4.4). Prices are part of the command: a repeat under the same
 * idempotency key is answered from the order, whatever things cost by then.
 */
export const placeOrder: Decider<OrderingTables, PlaceOrder, WholeOrder> = {
  name: 'ordering.place-order',
  needs: ({ orderId }) => ({ numbers: [orderId] }),
  decide(state, command, moment) {
    const { orderId, userId, lines, expectedTotal } = command;
    if (command.couponCode !== undefined) {
      return { refuse: problem('coupon_not_applicable', 'There is no such coupon.', [{ pointer: '/couponCode' }]) };
    }
    const result = priceOrder(lines, command.quotes);
    if ('refuse' in result) return result;
    const { items, currency, total } = result.priced;
    const wireTotal = toWire(money(total, currency));
    if (expectedTotal && (expectedTotal.amount !== wireTotal.amount || expectedTotal.currency !== currency)) {
      const errors = [{ pointer: '/expectedTotal', ...wireTotal }];
      return { refuse: problem('price_changed', 'The total is not what was expected.', errors) };
    }
    const details: OrderDetails = {
      orderId,
      items,
      shippingAddress: command.shippingAddress,
      note: command.note,
      language: command.language,
      cause: moment.cause,
    };
    const order = draftOf(command, result.priced, numberFor(state.numbers.get(orderId), moment), moment);
    return {
      put: { orders: [order], details: [details], timers: timersOf(undefined, order) },
      say: [
        say(OrderCreated, {
          orderId,
          userId,
          lines: [...lines],
          total: wireTotal,
          placedAt: toTimestamp(moment.now),
        }),
        ...asks(command.participants, { orderId, userId, lines }),
      ],
      bind: orderId,
      answer: { order, details },
    };
  },
};

/** `20261120-000123`: the day (UTC) and a number that never comes twice. */
function numberFor(issued: IssuedNumber | undefined, { now }: Moment): string {
  if (!issued) throw new Error('no number was drawn for the draft');
  return `${toTimestamp(now).slice(0, 10).replaceAll('-', '')}-${String(issued.sequence).padStart(6, '0')}`;
}

function draftOf(command: PlaceOrder, { currency, total }: Priced, number: string, { now, cause }: Moment): Order {
  const { deadlineMs, payableForMs, graceMs, completionMs } = command.terms;
  return {
    id: command.orderId,
    userId: command.userId,
    status: 'CREATED',
    statusReason: null,
    shortages: [],
    number,
    currency,
    subtotal: total,
    discount: 0n,
    total,
    paid: 0n,
    refundRequested: 0n,
    refunded: 0n,
    openRefunds: [],
    participants: Object.fromEntries(command.participants.map((name) => [name, 'asked'])),
    payableForMs,
    graceMs,
    completionMs,
    payableUntil: null,
    timerAt: now + deadlineMs,
    createdAt: now,
    updatedAt: now,
    cause,
  };
}
