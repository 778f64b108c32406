import { StockChanged } from '#contracts/messages/inventory/stock-changed.v1.ts';
import { handle } from '#runtime/service.ts';
import { keepStock } from './domain/stock.ts';

export const onStockChanged = handle(StockChanged, keepStock);
