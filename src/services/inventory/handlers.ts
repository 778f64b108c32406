import { ReduceStock } from '#contracts/messages/ordering/reduce-stock.v1.ts';
import { ReleaseStock } from '#contracts/messages/ordering/release-stock.v1.ts';
import { ReserveStock } from '#contracts/messages/ordering/reserve-stock.v1.ts';
import { ReturnStock } from '#contracts/messages/ordering/return-stock.v1.ts';
import { handle } from '#runtime/service.ts';
import { reduceStock, releaseStock, reserveStock, returnStock } from './domain/reservations.ts';

export const onReserveStock = handle(ReserveStock, reserveStock);
export const onReduceStock = handle(ReduceStock, reduceStock);
export const onReleaseStock = handle(ReleaseStock, releaseStock);
export const onReturnStock = handle(ReturnStock, returnStock);
