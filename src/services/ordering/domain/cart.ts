import type { Cart as CartBody, CartChange, CartLine as CartLineBody } from '#contracts/http/cart.ts';
import { money, toWire, type WireMoney } from '#kernel/money.ts';
import { problem } from '#kernel/problem.ts';
import { type Decider, nothing } from '#runtime/batch/decider.ts';
import type { CartLine, OrderingTables } from './order.ts';

const linesMax = 100;

export interface SetCartLine extends Omit<CartLine, 'addedAt'> {
  readonly userId: string;
}

/** Puts it in at the price of now, or changes how many and takes note of the price of now. */
export const setCartLine: Decider<OrderingTables, SetCartLine, readonly CartLine[]> = {
  name: 'ordering.set-cart-line',
  needs: ({ userId }) => ({ carts: [userId] }),
  decide(state, { userId, ...line }, { now, cause }) {
    const before = state.carts.get(userId)?.lines ?? [];
    const isThere = before.some(({ sku }) => sku === line.sku);
    if (!isThere && before.length >= linesMax) return { refuse: problem('cart_full', `A cart has ${linesMax} lines.`) };
    const lines = isThere
      ? before.map((one) => (one.sku === line.sku ? { ...line, addedAt: one.addedAt } : one))
      : [...before, { ...line, addedAt: now }];
    return { put: { carts: [{ userId, lines, updatedAt: now, cause }] }, answer: lines };
  },
};

/** Takes these out; all of them where none is named. */
export const takeFromCart: Decider<
  OrderingTables,
  { readonly userId: string; readonly sku?: string },
  readonly CartLine[]
> = {
  name: 'ordering.take-from-cart',
  needs: ({ userId }) => ({ carts: [userId] }),
  decide(state, { userId, sku }, { now, cause }) {
    const before = state.carts.get(userId)?.lines ?? [];
    const lines = sku === undefined ? [] : before.filter((line) => line.sku !== sku);
    if (lines.length === before.length) return { ...nothing, answer: before };
    return { put: { carts: [{ userId, lines, updatedAt: now, cause }] }, answer: lines };
  },
};

export interface MergeCart {
  readonly userId: string;
  readonly lines: readonly Omit<CartLine, 'addedAt'>[];
}

/** A guest's lines join the user's own. The greater quantity counts: to add them up would do so again on each repeat. */
export const mergeCart: Decider<OrderingTables, MergeCart, readonly CartLine[]> = {
  name: 'ordering.merge-cart',
  needs: ({ userId }) => ({ carts: [userId] }),
  decide(state, { userId, lines: guests }, { now, cause }) {
    const before = state.carts.get(userId)?.lines ?? [];
    const merged = new Map(before.map((line) => [line.sku, line]));
    for (const line of guests) {
      const own = merged.get(line.sku);
      if (own) merged.set(line.sku, { ...own, quantity: Math.max(own.quantity, line.quantity) });
      else if (merged.size < linesMax) merged.set(line.sku, { ...line, addedAt: now });
    }
    const lines = [...merged.values()];
    return { put: { carts: [{ userId, lines, updatedAt: now, cause }] }, answer: lines };
  },
};

/** What catalog knows of a SKU now. */
export interface Description {
  readonly sku: string;
  readonly productId: string;
  readonly name: string;
  readonly image: string | null;
  /** null: not for sale. */
  readonly price: WireMoney | null;
  readonly available: number;
}

/** A line that is shown: with no price remembered there is nothing to compare today's with. */
export type Wanted = Pick<CartLine, 'sku' | 'quantity'> & { readonly unitPrice?: WireMoney | null | undefined };

/** The cart as things stand, with what is different from when each line was put in. */
export function cartBody(wanted: readonly Wanted[], descriptions: readonly Description[]): CartBody {
  const bySku = new Map(descriptions.map((description) => [description.sku, description]));
  const lines = wanted.map((line) => lineBody(line, bySku.get(line.sku)));
  const subtotal = subtotalOf(lines.flatMap((line) => line.subtotal ?? []));
  const isServed = lines.every((line) => line.subtotal !== null && line.available >= line.quantity);
  return { lines, subtotal, orderable: subtotal !== null && isServed };
}

function lineBody({ sku, quantity, unitPrice: before }: Wanted, found: Description | undefined): CartLineBody {
  const unitPrice = found?.price ?? null;
  const available = unitPrice === null ? 0 : (found?.available ?? 0);
  return {
    sku,
    productId: found?.productId ?? null,
    name: found?.name ?? sku,
    image: found?.image ?? null,
    quantity,
    unitPrice,
    subtotal: unitPrice && times(unitPrice, quantity),
    available,
    changes: changesOf({ quantity, before: before ?? null, unitPrice, available }),
  };
}

function changesOf(line: {
  readonly quantity: number;
  readonly before: WireMoney | null;
  readonly unitPrice: WireMoney | null;
  readonly available: number;
}): CartChange[] {
  const { quantity, before, unitPrice, available } = line;
  if (unitPrice === null) return [{ type: 'not_for_sale' }];
  const changes: CartChange[] = [];
  if (before && (before.amount !== unitPrice.amount || before.currency !== unitPrice.currency)) {
    changes.push({ type: 'price_changed', from: before, to: unitPrice });
  }
  if (available < quantity) changes.push({ type: 'insufficient_stock', requested: quantity, available });
  return changes;
}

/** null past what the wire carries: no order could be over as much. */
function times({ amount, currency }: WireMoney, quantity: number): WireMoney | null {
  return wireOf(BigInt(amount) * BigInt(quantity), currency);
}

function subtotalOf(amounts: readonly WireMoney[]): WireMoney | null {
  const [first] = amounts;
  if (!first || amounts.some(({ currency }) => currency !== first.currency)) return null;
  return wireOf(
    amounts.reduce((sum, { amount }) => sum + BigInt(amount), 0n),
    first.currency,
  );
}

function wireOf(amount: bigint, currency: string): WireMoney | null {
  return amount > BigInt(Number.MAX_SAFE_INTEGER) ? null : toWire(money(amount, currency));
}
