import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import {
  type Cart,
  clearCart,
  getCart,
  mergeCart,
  quoteCart,
  removeCartItem,
  setCartItem,
} from '#contracts/http/cart.ts';
import type { WireMoney } from '#kernel/money.ts';
import { call } from '../ui/api/call.ts';
import { ApiProblem } from '../ui/api/problem.ts';
import { useMe } from '../ui/me.ts';

/** What a guest put in, with the price it had then. It lives in the browser until somebody logs in. */
interface GuestItem {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice?: WireMoney;
}

const place = 'suanpan.cart';
const listeners = new Set<() => void>();
let known: { readonly text: string | null; readonly items: readonly GuestItem[] } = { text: null, items: [] };

function guestItems(): readonly GuestItem[] {
  const text = localStorage.getItem(place);
  if (text !== known.text) known = { text, items: parse(text) };
  return known.items;
}

function parse(text: string | null): readonly GuestItem[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(found) ? found.filter(({ sku, quantity }) => typeof sku === 'string' && quantity > 0) : [];
  } catch {
    return [];
  }
}

function keepGuestItems(items: readonly GuestItem[]): void {
  localStorage.setItem(place, JSON.stringify(items));
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

const cartKey = ['cart'] as const;

/** The cart, the user's or the guest's, as it would be priced now. Undefined while that is not known. */
export function useCart(): {
  readonly cart: Cart | undefined;
  readonly problem: ApiProblem | null;
  refetch(): unknown;
} {
  const me = useMe();
  const items = useSyncExternalStore(listen, guestItems);
  const { data, error, refetch } = useQuery<Cart, ApiProblem>({
    queryKey: [...cartKey, me?.id ?? items],
    queryFn: ({ signal }) => {
      if (me) return call(getCart, {}, signal);
      if (items.length === 0) return { lines: [], subtotal: null, orderable: false };
      return call(quoteCart, { body: { items: [...items] } }, signal);
    },
    enabled: me !== undefined,
    placeholderData: (before) => before,
  });
  return { cart: data, problem: error, refetch };
}

export interface CartItem {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice?: WireMoney | null;
}

/** What can be done to it. Setting a line again accepts the price it has now. */
export function useCartActs() {
  const me = useMe();
  const queries = useQueryClient();
  const settle = async (cart: Cart | undefined): Promise<void> => {
    tellOtherTabs();
    // What was asked for before would bring the cart as it was.
    await queries.cancelQueries({ queryKey: cartKey });
    if (me && cart) queries.setQueryData([...cartKey, me.id], cart);
    else await queries.invalidateQueries({ queryKey: cartKey });
  };
  const set = useMutation<void, ApiProblem, CartItem>({
    // One after the other, so that the last one stays.
    scope: { id: place },
    mutationFn: async ({ sku, quantity, unitPrice }) => {
      if (me) return settle(await call(setCartItem, { params: { sku }, body: { quantity } }));
      const item: GuestItem = { sku, quantity, ...(unitPrice && { unitPrice }) };
      const items = guestItems();
      const isThere = items.some((each) => each.sku === sku);
      if (!isThere && items.length >= 100) throw new ApiProblem({ code: 'cart_full', status: 409 });
      keepGuestItems(isThere ? items.map((each) => (each.sku === sku ? item : each)) : [...items, item]);
      return settle(undefined);
    },
  });
  const remove = useMutation<void, ApiProblem, string>({
    scope: { id: place },
    mutationFn: async (sku) => {
      if (me) return settle(await call(removeCartItem, { params: { sku } }));
      keepGuestItems(guestItems().filter((each) => each.sku !== sku));
      return settle(undefined);
    },
  });
  return { set, remove };
}

/** Takes out what was ordered; what was put in meanwhile, or was not ordered, stays. */
export async function takeOut(skus: readonly string[], cart: Cart | undefined): Promise<void> {
  const isAll = cart?.lines.every(({ sku }) => skus.includes(sku)) ?? true;
  if (isAll) await call(clearCart);
  else for (const sku of skus) await call(removeCartItem, { params: { sku } });
  tellOtherTabs();
}

/** After logging in: what the guest had put in joins the user's cart. */
export async function mergeGuestCart(): Promise<void> {
  const items = guestItems();
  if (items.length === 0) return;
  await call(mergeCart, { body: { items: items.map(({ sku, quantity }) => ({ sku, quantity })) } });
  keepGuestItems([]);
}

const changed = 'suanpan.cart.changed';

/** Other tabs of the same browser have the same cart, and none shall order what was ordered here. */
function tellOtherTabs(): void {
  localStorage.setItem(changed, String(Date.now()));
}

/** Hears of carts that were changed in other tabs. */
export function useOtherTabs(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const hear = ({ key }: StorageEvent): void => {
      if (key === changed) void queries.invalidateQueries({ queryKey: cartKey });
    };
    window.addEventListener('storage', hear);
    return () => window.removeEventListener('storage', hear);
  }, [queries]);
}
