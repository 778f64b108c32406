import { PriceChanged } from '#contracts/messages/catalog/price-changed.v1.ts';
import { ProductChanged } from '#contracts/messages/catalog/product-changed.v1.ts';
import { defineService } from '#runtime/service.ts';
import { adminRoutes } from './admin-routes.ts';
import { stockShelves } from './demo-shop.ts';
import { onStockChanged } from './handlers.ts';
import { indexOutdated } from './jobs.ts';
import { shopRoutes } from './routes.ts';
import { catalogSettings } from './settings.ts';
import { tables } from './store.ts';

export { demoStock } from './demo-shop.ts';

/** Products, prices and search. */
export const catalog = defineService({
  name: 'catalog',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  settings: catalogSettings,
  answers: [...shopRoutes, ...adminRoutes],
  hears: [onStockChanged],
  says: [ProductChanged, PriceChanged],
  jobs: [{ name: 'index-outdated', everyMs: 60_000, on: 'one', run: indexOutdated }],
  begin: stockShelves,
});
