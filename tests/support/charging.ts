import { randomUUID } from 'node:crypto';
import { type PaymentAction, payOrder } from '../../src/contracts/http/payment.ts';
import type { BodyOf } from '../../src/contracts/operation.ts';
import { startTestShop } from './arrangement.ts';
import { eventually } from './eventually.ts';
import { startTestProviders, type TestProviders } from './providers.ts';
import type { Person, TestShop } from './shop.ts';
import { type Teller, tellersOf } from './tellers.ts';
import { expectStatus, type Goods, newGoods, order } from './trade.ts';

/** A shop that is set up with all providers, in one time with them. */
export interface ProvidedShop extends AsyncDisposable {
  readonly shop: TestShop;
  readonly providers: TestProviders;
  readonly tellers: Readonly<Record<Teller['method'], Teller>>;
  readonly tea: Goods;
  /** Moves the time of the shop and of the providers. */
  move(byMs: number): Promise<void>;
  /** A buyer with that balance, and their order over one tea. */
  anOrder(options?: { readonly balance?: number; readonly price?: number }): Promise<AnOrder>;
  /** The number under which the provider knows the last attempt of an order by that method. */
  numberOf(orderId: string, method: Teller['method']): Promise<string>;
  /** Once each attempt of the order has its last word; these are they, oldest first. */
  settled(orderId: string): Promise<readonly string[]>;
}

export interface AnOrder {
  readonly buyer: Person;
  readonly orderId: string;
}

export async function startProvidedShop(environment: Readonly<Record<string, string>> = {}): Promise<ProvidedShop> {
  const providers = await startTestProviders();
  const shop = await startTestShop({
    ...providers.environment,
    ACCESS_TOKEN_LIFETIME: '90d',
    RECONCILIATION: 'off',
    ...environment,
  });
  providers.callTo(shop.url);
  const tea = await newGoods(shop, { stock: 10_000, price: 10_000 });
  return {
    ...{ shop, providers, tea, tellers: tellersOf(providers) },
    async move(byMs) {
      // A call that is on its way would be given up by all who wait for it, and whoever it was for be left alone for a while.
      await providers.quiet();
      providers.time.move(byMs);
      await shop.move(byMs);
    },
    async anOrder({ balance = 0, price } = {}) {
      const buyer = await shop.shopper(balance);
      const goods = price === undefined ? tea : await newGoods(shop, { stock: 10, price });
      return { buyer, orderId: (await order(buyer, [goods, 1])).id };
    },
    async numberOf(orderId, method) {
      const [row] = await shop.sql<{ id: string }>(
        'payment',
        `select a.id from attempts as a join payments as p on p.id = a.payment_id
         where p.order_id = $1 and a.method = $2 order by a.number desc limit 1`,
        [orderId, method],
      );
      if (!row) throw new Error(`no attempt by ${method} of ${orderId}`);
      return row.id.slice(4).replaceAll('-', '');
    },
    settled: (orderId) =>
      eventually(async () => {
        const rows = await shop.sql<{ status: string }>(
          'payment',
          `select a.status, a.problem, a.checks, a.next_check_at from attempts as a join payments as p on p.id = a.payment_id
           where p.order_id = $1 order by a.number`,
          [orderId],
        );
        const statuses = rows.map(({ status }) => status);
        if (statuses.every((status) => ['SUCCEEDED', 'DECLINED', 'CLOSED'].includes(status))) return statuses;
        throw new Error(`still ${JSON.stringify(rows)} at ${shop.now()}`);
      }),
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]();
      await providers[Symbol.asyncDispose]();
    },
  };
}

export function choose(
  { buyer, orderId }: AnOrder,
  choice: Omit<BodyOf<typeof payOrder>, 'orderId'>,
  idempotencyKey: string = randomUUID(),
) {
  return buyer.ask(payOrder, { body: { orderId, ...choice }, idempotencyKey });
}

/** Opens it and answers with what the buyer has to do. */
export async function opened(
  anOrder: AnOrder,
  choice: Omit<BodyOf<typeof payOrder>, 'orderId'>,
): Promise<PaymentAction> {
  const { status, action } = expectStatus(await choose(anOrder, choice), 201);
  if (status !== 'REQUIRES_ACTION' || !action) throw new Error(`${status} instead of something to do`);
  return action;
}

/** The provider's books once they are these. */
export function untilBooked(see: () => readonly number[], amounts: readonly number[]): Promise<void> {
  return eventually(() => {
    const seen = see();
    if (JSON.stringify(seen) !== JSON.stringify(amounts)) throw new Error(`still ${JSON.stringify(seen)}`);
  });
}
