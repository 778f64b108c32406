import { Customer, type Purchase } from './customer.ts';
import { Connection } from './http.ts';
import type { Measured } from './measured.ts';
import type { Scenario } from './protocol.ts';
import { categories, type Shop, searches, skuOf } from './shop.ts';

/** One turn of a connection: what comes before it asks for more. The purchase is one that is CONFIRMED in the end. */
type Turn = (customer: Customer, turn: number) => Promise<Purchase | undefined>;

/** Connections that begin again as soon as they have their answers. Resolves when the last order is settled. */
export async function closedLoop(shop: Shop, scenario: Scenario, seconds: number, measured: Measured): Promise<void> {
  const { host, port } = shop.options;
  const connections = scenario === 'one' ? 1 : shop.options.connections;
  const turn = turnOf(shop, scenario, measured);
  const customers = await Promise.all(
    Array.from({ length: connections }, async () => new Customer(await Connection.open(host, port), measured)),
  );
  const untilMs = performance.now() + seconds * 1_000;
  const last = await Promise.all(
    customers.map(async (customer, line) => {
      let bought: Purchase | undefined;
      for (let number = line; performance.now() < untilMs; number += connections)
        bought = (await turn(customer, number)) ?? bought;
      return bought;
    }),
  );
  // Messages of an order go through in the order of their log: with the last of each line, all are confirmed.
  await Promise.all(customers.map((customer, line) => settled(customer, last[line])));
  for (const { connection } of customers) connection.close();
}

export async function settled(customer: Customer, purchase: Purchase | undefined): Promise<void> {
  if (purchase) await customer.see(purchase, ['CONFIRMED']);
}

function turnOf(shop: Shop, scenario: Scenario, measured: Measured): Turn {
  const buy = purchases(shop, measured);
  const { skus } = shop.options;
  if (scenario === 'spread') return (customer, turn) => buy(customer, turn, twoOf(skus));
  if (scenario === 'hot') return (customer, turn) => buy(customer, turn, [skuOf(0), skuOf(1)]);
  if (scenario === 'browse') return browsing(shop, buy);
  if (scenario === 'cancel') {
    return async (customer, turn) => {
      const placed = await customer.order(shop.buyers.at(turn), twoOf(skus));
      if (placed && (await customer.cancel(placed))) measured.done += 1;
      return undefined;
    };
  }
  return async (customer, turn) => {
    if (await customer.order(shop.buyers.at(turn), twoOf(skus))) measured.done += 1;
    return undefined;
  };
}

type Buy = (customer: Customer, turn: number, skus: readonly string[]) => Promise<Purchase | undefined>;

function purchases(shop: Shop, measured: Measured): Buy {
  return async (customer, turn, skus) => {
    const placed = await customer.order(shop.buyers.at(turn), skus);
    if (!placed || !(await customer.pay(placed))) return undefined;
    measured.done += 1;
    return placed;
  };
}

/** What ten people at a shop do: nine look at something, one buys. */
function browsing(shop: Shop, buy: Buy): Turn {
  const { skus } = shop.options;
  return async (customer, turn) => {
    const buyer = shop.buyers.at(turn);
    const dice = Math.random() * 100;
    if (dice < 10) return buy(customer, turn, twoOf(skus));
    if (dice < 40) {
      const category = pick(categories);
      await customer.read('GET /v1/products', `/v1/products?category=${category}&limit=20`);
    } else if (dice < 70) await customer.read('GET /v1/products/{id}', `/v1/products/${pick(shop.productIds)}`);
    else if (dice < 85) await customer.read('GET /v1/products?q=', `/v1/products?q=${pick(searches)}&limit=20`);
    else if (dice < 95) await customer.read('GET /v1/orders', '/v1/orders?limit=10', buyer);
    else await customer.read('GET /v1/wallet', '/v1/wallet', buyer);
    return undefined;
  };
}

/** Two different SKUs. */
export function twoOf(skus: number): readonly [string, string] {
  const first = Math.floor(Math.random() * skus);
  const second = (first + 1 + Math.floor(Math.random() * (skus - 1))) % skus;
  return [skuOf(first), skuOf(second)];
}

function pick(from: readonly string[]): string {
  return from[Math.floor(Math.random() * from.length)] ?? '';
}
