import { createHash } from 'node:crypto';
import type { TestPlatform } from '../../support/platform.ts';
import { atRest, sqlIn } from '../audits.ts';

/** What people would miss. Not: who called when, and what a key was answered. */
const kept: Readonly<Record<string, readonly string[]>> = {
  identity: ['users', 'address_books'],
  catalog: ['products', 'variants', 'categories'],
  ordering: ['orders', 'order_details', 'refunds', 'refund_retries', 'carts'],
  inventory: ['stock', 'reservations', 'stock_movements'],
  payment: ['payments', 'attempts', 'refunds'],
  wallet: ['balances', 'journals', 'debit_refunds'],
  fulfillment: ['shipments'],
  notification: ['recipients', 'notifications'],
};

/** A fingerprint of every table that matters, by its name, once nothing is under way. */
export async function snapshotOf(shop: TestPlatform): Promise<Readonly<Record<string, string>>> {
  await atRest(shop);
  const services = Object.entries(kept).map(async ([service, tables]) => {
    const sql = tables.map(
      (table) =>
        `select '${table}' as name, coalesce(json_agg(row order by row::text), '[]')::text as rows from ${table} as row`,
    );
    const found = await sqlIn<{ name: string; rows: string }>(shop, service, sql.join(' union all '));
    return found.map(
      ({ name, rows }) => [`${service}.${name}`, createHash('sha256').update(rows).digest('hex')] as const,
    );
  });
  return Object.fromEntries((await Promise.all(services)).flat());
}
