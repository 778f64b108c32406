/**
 * The ceiling: the rows and commits of `naive.sql`, written in batches with no platform around them. What is between
 * the platform and this is the price of HTTP, contracts, checks and five databases that share nothing.
 *
 * `node bench/yardsticks/ceiling.ts <seconds> [<batch> [<in flight>]]`, connection by the variables of libpq (PGHOST …).
 * Prints one line of JSON: orders per second, milliseconds per step, and this process's share of a core.
 */
import { randomInt, randomUUID } from 'node:crypto';
import pg from 'pg';

const [seconds = 10, batchSize = 256, inFlight = 3] = process.argv.slice(2).map(Number);
const skus = 10_000;
const buyersMost = 100_000;
const price = 500;

/** The columns of one batch of orders, each an array to be unnested. */
function makeBatch() {
  const orders = Array.from({ length: batchSize }, uuidv7);
  const lines = orders.flatMap((order) => [1, 2].map((line) => ({ order, line, sku: randomInt(1, skus + 1) })));
  const taken = new Map<number, number>();
  for (const { sku } of lines) taken.set(sku, (taken.get(sku) ?? 0) + 1);
  const shelf = [...taken].sort(([left], [right]) => left - right);
  return {
    orders,
    buyers: orders.map(() => randomInt(1, buyersMost + 1)),
    keys: orders.map(() => randomUUID()),
    payments: orders.map(uuidv7),
    data: orders.map(() => '{"a":1}'),
    lineOrders: lines.map(({ order }) => order),
    lineNumbers: lines.map(({ line }) => line),
    lineSkus: lines.map(({ sku }) => sku),
    shelfSkus: shelf.map(([sku]) => sku),
    shelfQuantities: shelf.map(([, quantity]) => quantity),
  };
}

type Batch = ReturnType<typeof makeBatch>;

const sql = {
  draft: `insert into orders (id, user_id, idempotency_key, total, details)
    select id, buyer, key, ${2 * price}, '{"address":"x"}'
    from unnest($1::uuid[], $2::bigint[], $3::text[]) as new(id, buyer, key)`,
  lines: `insert into order_lines (order_id, line, sku, quantity, unit_price)
    select id, line, sku, 1, ${price} from unnest($1::uuid[], $2::smallint[], $3::integer[]) as new(id, line, sku)`,
  hold: `with held as (select sku from stock where sku = any($1::integer[]) order by sku for update)
    update stock set reserved = reserved + wanted.quantity
    from held join unnest($1::integer[], $2::integer[]) as wanted(sku, quantity) using (sku)
    where stock.sku = held.sku and on_hand - reserved >= wanted.quantity`,
  reserve: `insert into reservations (order_id, sku, quantity, expires_at)
    select id, sku, count(*), now() from unnest($1::uuid[], $2::integer[]) as new(id, sku) group by id, sku`,
  pay: `insert into payments (id, order_id, amount, status, method)
    select id, order_id, ${2 * price}, 1, 'balance' from unnest($1::uuid[], $2::uuid[]) as new(id, order_id)`,
  journal: `insert into journal_lines (payment_id, account, amount)
    select id, side.account, side.amount from unnest($1::uuid[], $2::bigint[]) as new(id, buyer)
    cross join lateral (values (buyer, ${-2 * price}), (0, ${2 * price})) as side(account, amount)`,
  sell: `with held as (select sku from stock where sku = any($1::integer[]) order by sku for update)
    update stock set reserved = reserved - sold.quantity, on_hand = on_hand - sold.quantity
    from held join unnest($1::integer[], $2::integer[]) as sold(sku, quantity) using (sku)
    where stock.sku = held.sku`,
  deduct: 'update reservations set status = 1 where order_id = any($1::uuid[])',
  status: 'update orders set status = $2, updated_at = now() where id = any($1::uuid[]) and status = $2 - 1',
  event: `insert into events (type, order_id, data)
    select $1, id, data::jsonb from unnest($2::uuid[], $3::text[]) as new(id, data)`,
};

type Statement = readonly [name: keyof typeof sql, ...values: unknown[]];

/** The seven durable steps of `naive.sql`; each inner list is one transaction. */
function stepsOf(batch: Batch): readonly (readonly Statement[])[] {
  const { orders, buyers, keys, payments, data, lineOrders, lineNumbers, lineSkus, shelfSkus, shelfQuantities } = batch;
  const event = (type: string): Statement => ['event', type, orders, data];
  const status = (value: number): Statement => ['status', orders, value];
  return [
    [['draft', orders, buyers, keys], ['lines', lineOrders, lineNumbers, lineSkus], event('order-created')],
    [['hold', shelfSkus, shelfQuantities], ['reserve', lineOrders, lineSkus], event('stock-reserved')],
    [status(1)],
    [['pay', payments, orders], ['journal', payments, buyers], event('payment-success')],
    [status(2), event('order-paid')],
    [['sell', shelfSkus, shelfQuantities], ['deduct', orders], event('stock-reduced')],
    [status(3)],
  ];
}

/** BEGIN, statements and COMMIT are sent at once: a transaction is one journey to the database and back. */
async function commit(client: pg.Client, statements: readonly Statement[]): Promise<void> {
  const sent = statements.map(([name, ...values]) => ({ name, text: sql[name], values }));
  const queries = sent.length === 1 ? sent : [{ text: 'begin' }, ...sent, { text: 'commit' }];
  await Promise.all(queries.map((query) => client.query(query)));
}

function uuidv7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

async function work(untilMs: number, stepMs: number[]): Promise<number> {
  const client = new pg.Client({ pipeline: true });
  await client.connect();
  let orders = 0;
  while (performance.now() < untilMs) {
    for (const [index, statements] of stepsOf(makeBatch()).entries()) {
      const startedMs = performance.now();
      await commit(client, statements);
      stepMs[index] = (stepMs[index] ?? 0) + performance.now() - startedMs;
    }
    orders += batchSize;
  }
  await client.end();
  return orders;
}

const startedMs = performance.now();
const startedCpu = process.cpuUsage();
const stepMs: number[] = [];
const done = await Promise.all(Array.from({ length: inFlight }, () => work(startedMs + seconds * 1_000, stepMs)));
const elapsedMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(startedCpu);
const orders = done.reduce((sum, count) => sum + count, 0);
process.stdout.write(
  `${JSON.stringify({
    ordersPerSecond: orders / (elapsedMs / 1_000),
    stepMs: stepMs.map((ms) => Number((ms / (orders / batchSize)).toFixed(2))),
    cores: (user + system) / 1_000 / elapsedMs,
  })}\n`,
);
