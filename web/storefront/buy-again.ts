import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { setCartItem } from '#contracts/http/cart.ts';
import type { Order } from '#contracts/http/ordering.ts';
import { call } from '../ui/api/call.ts';
import { isProblem } from '../ui/api/problem.ts';

/** Puts what was ordered into the cart again; what is no longer for sale is left out, and the cart says what else is different. */
export function useBuyAgain(): (order: Order) => Promise<void> {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return async (order) => {
    for (const { sku, quantity } of order.items) {
      try {
        await call(setCartItem, { params: { sku }, body: { quantity } });
      } catch (error) {
        if (!isProblem(error, 'item_not_for_sale')) throw error;
      }
    }
    await queries.invalidateQueries({ queryKey: ['cart'] });
    await navigate({ to: '/cart' });
  };
}
