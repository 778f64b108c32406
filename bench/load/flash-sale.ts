import { Customer } from './customer.ts';
import { Connection } from './http.ts';
import type { Measured } from './measured.ts';
import type { Shop } from './shop.ts';

export const flashSale = { buyers: 2_000, stock: 100 } as const;

/** Everybody wants the same thing at the same instant, of which there is not enough. Who gets it pays. */
export async function holdFlashSale(shop: Shop, sku: string, measured: Measured): Promise<void> {
  const { host, port } = shop.options;
  const customers: Customer[] = [];
  // One after the other in hundreds: that so many come in at once is no part of what is measured.
  while (customers.length < flashSale.buyers) {
    const more = Array.from({ length: Math.min(100, flashSale.buyers - customers.length) }, () =>
      Connection.open(host, port),
    );
    for (const connection of await Promise.all(more)) customers.push(new Customer(connection, measured));
  }
  await Promise.all(
    customers.map(async (customer, index) => {
      const placed = await customer.order(shop.buyers.at(index), [sku], { soldOut: true });
      if (!placed || !(await customer.pay(placed))) return;
      await customer.see(placed, ['CONFIRMED']);
      measured.done += 1;
    }),
  );
  for (const { connection } of customers) connection.close();
}
