import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { Frame } from './Frame.tsx';
import { Away, Broken, isThere, Missing } from './Missing.tsx';
import { type Sort, sorts } from './sorts.ts';

const root = createRootRoute({ component: Frame, notFoundComponent: Missing, errorComponent: Broken });

interface ListSearch {
  readonly q?: string;
  readonly category?: string;
  readonly sort?: Sort;
}

function textOf(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given : typeof given === 'number' ? String(given) : undefined;
}

/** What the address says of a list: anything else in it is left out. */
function listSearch(given: Readonly<Record<string, unknown>>): ListSearch {
  const [q, category] = [textOf(given.q), textOf(given.category)];
  const sort = sorts.find((known) => known === given.sort);
  return { ...(q && { q }), ...(category && { category }), ...(sort && { sort }) };
}

/** Where to go on after logging in: a path of this shop, and nowhere else. */
function doorSearch({ next }: Readonly<Record<string, unknown>>): { readonly next?: string } {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};
}

/**
 * A page whose script is fetched when somebody goes there. A script that is not there any more, after the shop was renewed, has
 * the router load the whole page anew; where nothing answers at all that would leave people with the browser's own page.
 */
function page<Name extends string>(load: () => Promise<Readonly<Record<Name, ComponentType>>>, name: Name) {
  const orAway = async (): Promise<Readonly<Record<string, ComponentType>>> => {
    try {
      return await load();
    } catch (error) {
      if (await isThere()) throw error;
      return { [name]: Away };
    }
  };
  return lazyRouteComponent(orAway, name);
}

const at = { getParentRoute: () => root };

const home = createRoute({
  ...at,
  path: '/',
  component: page(() => import('./pages/Home.tsx'), 'Home'),
});
const products = createRoute({
  ...at,
  path: '/products',
  validateSearch: listSearch,
  component: page(() => import('./pages/Products.tsx'), 'Products'),
});
const product = createRoute({
  ...at,
  path: '/products/$id',
  component: page(() => import('./pages/Product.tsx'), 'Product'),
});
const cart = createRoute({
  ...at,
  path: '/cart',
  component: page(() => import('./pages/Cart.tsx'), 'Cart'),
});
const login = createRoute({
  ...at,
  path: '/login',
  validateSearch: doorSearch,
  component: page(() => import('./pages/Door.tsx'), 'LogIn'),
});
const register = createRoute({
  ...at,
  path: '/register',
  validateSearch: doorSearch,
  component: page(() => import('./pages/Door.tsx'), 'Register'),
});
const checkout = createRoute({
  ...at,
  path: '/checkout',
  component: page(() => import('./pages/Checkout.tsx'), 'Checkout'),
});
const pay = createRoute({
  ...at,
  path: '/pay/$orderId',
  component: page(() => import('./pages/Pay.tsx'), 'Pay'),
});
const orders = createRoute({
  ...at,
  path: '/orders',
  component: page(() => import('./pages/Orders.tsx'), 'Orders'),
});
const order = createRoute({
  ...at,
  path: '/orders/$orderId',
  component: page(() => import('./pages/Order.tsx'), 'Order'),
});
const wallet = createRoute({
  ...at,
  path: '/wallet',
  component: page(() => import('./pages/Wallet.tsx'), 'Wallet'),
});
const topUp = createRoute({
  ...at,
  path: '/wallet/top-ups/$id',
  component: page(() => import('./pages/TopUp.tsx'), 'TopUp'),
});
const notices = createRoute({
  ...at,
  path: '/messages',
  component: page(() => import('./pages/Notices.tsx'), 'Notices'),
});
const account = createRoute({
  ...at,
  path: '/account',
  component: page(() => import('./pages/Account.tsx'), 'Account'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    products,
    product,
    cart,
    login,
    register,
    checkout,
    pay,
    orders,
    order,
    wallet,
    topUp,
    notices,
    account,
  ]),
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
