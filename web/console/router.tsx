import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Frame } from './Frame.tsx';
import { parseSearch, type Search, searchText } from './parts/address.ts';
import { Nowhere } from './parts/Nowhere.tsx';

const root = createRootRoute({
  component: Frame,
  notFoundComponent: Nowhere,
  validateSearch: (search: Record<string, unknown>): Search =>
    Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)])),
});
const getParentRoute = () => root;

const routes = [
  createRoute({
    getParentRoute,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/Overview.tsx'), 'Overview'),
  }),
  createRoute({
    getParentRoute,
    path: '/orders',
    component: lazyRouteComponent(() => import('./pages/Orders.tsx'), 'Orders'),
  }),
  createRoute({
    getParentRoute,
    path: '/orders/$id',
    component: lazyRouteComponent(() => import('./pages/CaseFile.tsx'), 'CaseFilePage'),
  }),
  createRoute({
    getParentRoute,
    path: '/refunds',
    component: lazyRouteComponent(() => import('./pages/Refunds.tsx'), 'Refunds'),
  }),
  createRoute({
    getParentRoute,
    path: '/dead-letters',
    component: lazyRouteComponent(() => import('./pages/DeadLetters.tsx'), 'DeadLetters'),
  }),
  createRoute({
    getParentRoute,
    path: '/dead-letters/$id',
    component: lazyRouteComponent(() => import('./pages/DeadLetter.tsx'), 'DeadLetterPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/products',
    component: lazyRouteComponent(() => import('./pages/Products.tsx'), 'Products'),
  }),
  createRoute({
    getParentRoute,
    path: '/products/$id',
    component: lazyRouteComponent(() => import('./pages/Product.tsx'), 'ProductPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/stock',
    component: lazyRouteComponent(() => import('./pages/Stock.tsx'), 'Stock'),
  }),
  createRoute({
    getParentRoute,
    path: '/customers',
    component: lazyRouteComponent(() => import('./pages/Customers.tsx'), 'Customers'),
  }),
  createRoute({
    getParentRoute,
    path: '/customers/$id',
    component: lazyRouteComponent(() => import('./pages/Customer.tsx'), 'CustomerPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/trail',
    component: lazyRouteComponent(() => import('./pages/Trail.tsx'), 'Trail'),
  }),
  createRoute({
    getParentRoute,
    path: '/audits',
    component: lazyRouteComponent(() => import('./pages/Audits.tsx'), 'Audits'),
  }),
  createRoute({
    getParentRoute,
    path: '/callbacks',
    component: lazyRouteComponent(() => import('./pages/Callbacks.tsx'), 'Callbacks'),
  }),
  createRoute({
    getParentRoute,
    path: '/reconciliation',
    component: lazyRouteComponent(() => import('./pages/Reconciliation.tsx'), 'ReconciliationPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/health',
    component: lazyRouteComponent(() => import('./pages/Health.tsx'), 'Health'),
  }),
  createRoute({
    getParentRoute,
    path: '/settings',
    component: lazyRouteComponent(() => import('./pages/Settings.tsx'), 'Settings'),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: '/console',
  defaultPreload: 'intent',
  scrollRestoration: true,
  parseSearch,
  stringifySearch: searchText,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
