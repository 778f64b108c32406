import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { makeYardsticks, measureCeiling, ordersPerSecondIn } from './yardsticks.ts';

test('the ceiling writes whole orders: two lines, held and sold, paid in balance, five events, confirmed', async () => {
  const cluster = inject('cluster');
  await makeYardsticks(cluster);
  expect(await measureCeiling(cluster, 0.2)).toBeGreaterThan(0);

  const { host, port, role, password } = cluster;
  const client = new pg.Client({ host, port, user: role, password, database: 'yardstick' });
  await client.connect();
  const { rows } = await client.query(`
    select count(*)::int as orders, count(*) filter (where status = 3)::int as confirmed,
      (select count(*)::int from order_lines) as lines,
      (select sum(quantity)::int from reservations where status = 1) as sold,
      (select sum(1000000000 - on_hand)::int from stock where reserved = 0) as deducted,
      (select count(*)::int from payments) as payments,
      (select count(*)::int from journal_lines) as journal_lines,
      (select sum(amount)::int from journal_lines) as out_of_balance,
      (select count(*)::int from events) as events
    from orders`);
  await client.end();
  const { orders } = rows[0];
  expect(orders).toBeGreaterThan(0);
  expect(rows[0]).toEqual({
    orders,
    confirmed: orders,
    lines: 2 * orders,
    sold: 2 * orders,
    deducted: 2 * orders,
    payments: orders,
    journal_lines: 2 * orders,
    out_of_balance: 0,
    events: 5 * orders,
  });
});

test('what pgbench reports is read, and a failed transaction is no order', () => {
  const report = 'number of failed transactions: 0 (0.000%)\ntps = 1234.567 (without initial connection time)\n';
  expect(ordersPerSecondIn(report)).toBe(1234.567);
  expect(() => ordersPerSecondIn(report.replace(': 0 ', ': 3 '))).toThrow('did not measure');
  expect(() => ordersPerSecondIn('pgbench: error: connection failed')).toThrow('did not measure');
});
