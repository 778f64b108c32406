import { StockChanged } from '#contracts/messages/inventory/stock-changed.v1.ts';
import { StockReduceFailed } from '#contracts/messages/inventory/stock-reduce-failed.v1.ts';
import { StockReduced } from '#contracts/messages/inventory/stock-reduced.v1.ts';
import { StockReleased } from '#contracts/messages/inventory/stock-released.v1.ts';
import { StockReserveFailed } from '#contracts/messages/inventory/stock-reserve-failed.v1.ts';
import { StockReserved } from '#contracts/messages/inventory/stock-reserved.v1.ts';
import { defineService } from '#runtime/service.ts';
import { audit } from './audit.ts';
import { onReduceStock, onReleaseStock, onReserveStock, onReturnStock } from './handlers.ts';
import { records } from './records.ts';
import { adjustment, availability, receipt, stockLevel, stockLevels } from './routes.ts';
import { tables } from './store.ts';

export const inventory = defineService({
  name: 'inventory',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  answers: [availability, receipt, stockLevel, stockLevels, adjustment],
  hears: [onReserveStock, onReduceStock, onReleaseStock, onReturnStock],
  says: [StockReserved, StockReserveFailed, StockReduced, StockReduceFailed, StockReleased, StockChanged],
  audit,
  records,
});
