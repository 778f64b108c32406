import { quoteItems } from '#contracts/http/catalog.ts';
import { type Order as OrderBody, placeOrder as operation } from '#contracts/http/ordering.ts';
import type { DataOf, Message } from '#contracts/message.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderPending } from '#contracts/messages/ordering/order-pending.v1.ts';
import { fromTimestamp, type Instant } from '#kernel/clock.ts';
import { ProblemError, refuse } from '#kernel/problem.ts';
import { answer, type Context as ContextOf, type Request } from '#runtime/service.ts';
import type { Order, Shortage, WholeOrder } from '../domain/order.ts';
import { type PlaceOrder, placeOrder } from '../domain/placing.ts';
import { failureOf, orderBody } from '../domain/views.ts';
import { findOrder } from '../queries.ts';
import { type orderingSettings, termsOf } from '../settings.ts';

type Context = ContextOf<typeof orderingSettings>;
type PlaceRequest = Request<typeof operation>;

/** How the participants settled it: the order became payable, or failed. */
type Settlement =
  | { readonly status: 'PENDING'; readonly number: string; readonly payableUntil: Instant }
  | { readonly status: 'FAILED'; readonly reason: string; readonly shortages: readonly Shortage[] };

/**
 * Draft, asks, and the wait for what comes of them (004 §4.4). Waiting begins before the draft commits, so that no word is
 * missed; a repeat under the same key waits for the first order, or is told again what became of it.
 */
export const place = answer(operation, async (request, context: Context) => {
  const command = await commandOf(request, context);
  const until = Math.min(context.clock.now() + context.settings.waitMs, request.deadline - marginMs);
  const settlement = context.said(command.orderId, settlementOf, until);
  const written = await context.write(placeOrder, command, request);
  if (written.replayed) return replay(written.bound ?? '', until, context);
  if (!written.answer) throw new Error('an order was placed and not returned');
  const settled = await settlement;
  return settled ? told(written.answer, settled) : unsettled(command.orderId, context);
});

/** Left of the request's deadline to read the order and answer. */
const marginMs = 250;

async function commandOf(request: PlaceRequest, context: Context): Promise<PlaceOrder> {
  const { body, caller, language } = request;
  refuseRepeats(body.items);
  const skus = body.items.map(({ sku }) => sku);
  const quotes = await context.call(quoteItems, { body: { skus, language } }, request);
  return {
    orderId: context.ids.next('order'),
    userId: caller.id,
    lines: body.items,
    quotes: quotes.body.items,
    expectedTotal: body.expectedTotal,
    couponCode: body.couponCode,
    note: body.note ?? null,
    shippingAddress: body.shippingAddress,
    language,
    participants: context.settings.participants,
    terms: termsOf(context.settings),
  };
}

function refuseRepeats(items: PlaceRequest['body']['items']): void {
  const seen = new Set<string>();
  const repeats = items.flatMap(({ sku }, index) => {
    if (!seen.has(sku)) {
      seen.add(sku);
      return [];
    }
    return [{ pointer: `/items/${index}/sku`, detail: 'is on another line already' }];
  });
  if (repeats.length > 0) refuse('validation_failed', undefined, repeats);
}

function settlementOf({ type, data }: Message): Settlement | undefined {
  if (type === OrderPending.type) {
    const { number, payableUntil } = data as DataOf<typeof OrderPending>;
    return { status: 'PENDING', number, payableUntil: fromTimestamp(payableUntil) };
  }
  if (type === OrderFailed.type) {
    const { reason, shortages } = data as DataOf<typeof OrderFailed>;
    return { status: 'FAILED', reason, shortages };
  }
  return undefined;
}

/** The same from the order's row, at any time later; undefined while it is not settled. */
function settlementIn({ status, number, payableUntil, statusReason, shortages }: Order): Settlement | undefined {
  if (payableUntil !== null) return { status: 'PENDING', number, payableUntil };
  if (status === 'FAILED') return { status, reason: statusReason ?? 'order_failed', shortages };
  return undefined;
}

/** 201 tells the order as it was when it became payable, whatever has become of it since. */
function told({ order, details }: WholeOrder, settled: Settlement, replayed = false) {
  if (settled.status === 'FAILED') {
    throw new ProblemError(failureOf(settled.reason, settled.shortages, details.items), { replayed });
  }
  const pending = { ...order, ...settled, statusReason: null, refunded: 0n };
  return { status: 201 as const, body: orderBody({ order: pending, details }), headers: headersOf(order.id, replayed) };
}

async function replay(orderId: string, until: Instant, context: Context) {
  const settlement = context.said(orderId, settlementOf, until);
  const whole = await wholeOrder(orderId, context);
  const settled = settlementIn(whole.order) ?? (await settlement);
  return settled ? told(whole, settled, true) : unsettled(orderId, context, true);
}

/** Past the wait limit. The order goes on: what it has come to meanwhile is told, else where to ask. */
async function unsettled(orderId: string, context: Context, replayed = false) {
  const whole = await wholeOrder(orderId, context);
  const settled = settlementIn(whole.order);
  if (settled) return told(whole, settled, replayed);
  return {
    status: 202 as const,
    body: { id: orderId, status: whole.order.status === 'REVIEW' ? ('REVIEW' as const) : ('CREATED' as const) },
    headers: { ...headersOf(orderId, replayed), 'retry-after': '1' },
  };
}

async function wholeOrder(orderId: string, { database }: Context): Promise<WholeOrder> {
  const whole = await findOrder(database, orderId);
  if (!whole) throw new Error(`order ${orderId} was placed and cannot be found`);
  return whole;
}

function headersOf(orderId: OrderBody['id'], replayed: boolean): Record<string, string> {
  return { location: `/v1/orders/${orderId}`, ...(replayed ? { 'idempotency-replayed': 'true' } : {}) };
}
