import { settled, twoOf } from '../load/closed-loop.ts';
import { Customer, type Purchase } from '../load/customer.ts';
import { Connection } from '../load/http.ts';
import { Measured } from '../load/measured.ts';

/** Who buys, and where. The buyers are signed in, perhaps since long ago. */
export interface Buying {
  readonly port: number;
  readonly connections: number;
  readonly skus: number;
  /** Header lines with their tokens. */
  readonly authorizations: readonly string[];
}

/** The scenario `spread` of the bench in a shop that is open already; resolves when the last order is CONFIRMED. */
export async function buy({ port, connections, skus, authorizations }: Buying, seconds: number): Promise<Measured> {
  const measured = new Measured();
  const untilMs = performance.now() + seconds * 1_000;
  const line = async (index: number): Promise<void> => {
    const customer = new Customer(await Connection.open('127.0.0.1', port), measured);
    let bought: Purchase | undefined;
    for (let turn = index; performance.now() < untilMs; turn += connections) {
      const buyer = { authorization: authorizations[turn % authorizations.length] ?? '', refreshToken: '' };
      const placed = await customer.order(buyer, twoOf(skus));
      if (!placed || !(await customer.pay(placed))) continue;
      measured.done += 1;
      bought = placed;
    }
    await settled(customer, bought);
    customer.connection.close();
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => line(index)));
  return measured;
}
