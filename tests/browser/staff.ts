import { changeVariant, createProduct } from '../../src/contracts/http/catalog.ts';
import { logIn } from '../../src/contracts/http/identity.ts';
import { adjustStock } from '../../src/contracts/http/inventory.ts';
import { adjustWallet } from '../../src/contracts/http/wallet.ts';
import { type Client, demand, makeClient } from '../../src/runtime/http/client.ts';
import { demoAccounts } from '../../src/services/identity/service.ts';

let count = 0;

/** Goods of a test's own, and who can change them. */
export interface Goods {
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
}

/** Somebody of the shop, at its API. */
export async function staffAt(baseUrl: string) {
  const anonymous = makeClient({ baseUrl });
  const { email, password } = demoAccounts.administrator;
  const { body } = demand(await anonymous.request(logIn, { body: { email, password } }));
  await anonymous.close();
  const client: Client = makeClient({ baseUrl, token: body.accessToken });
  const restock = async (sku: string, delta: number): Promise<void> => {
    const idempotencyKey = `restock-${sku}-${Date.now()}-${delta}`;
    demand(await client.request(adjustStock, { params: { sku }, body: { delta, reason: 'test' }, idempotencyKey }));
  };
  return {
    client,
    restock,
    async newGoods(stock: number, price = 10_000): Promise<Goods> {
      count += 1;
      const sku = `TEST-${Date.now()}-${count}`;
      const name = `Test cup ${sku}`;
      const text = { name, description: 'A cup.' };
      const body = {
        category: 'teaware',
        texts: { en: text, 'zh-CN': text },
        variants: [{ sku, price: { amount: price, currency: 'CNY' } }],
      };
      const { body: product } = demand(await client.request(createProduct, { body }));
      if (stock > 0) await restock(sku, stock);
      return { productId: product.id, sku, name };
    },
    async setPrice({ productId: id, sku }: Goods, amount: number): Promise<void> {
      const body = { price: { amount, currency: 'CNY' } };
      demand(await client.request(changeVariant, { params: { id, sku }, body }));
    },
    async takeOffSale({ productId: id, sku }: Goods): Promise<void> {
      demand(await client.request(changeVariant, { params: { id, sku }, body: { onSale: false } }));
    },
    /** Money into somebody's wallet. */
    async giveMoney(userId: string, amount: number): Promise<void> {
      const body = { amount: { amount, currency: 'CNY' }, reason: 'test' };
      const idempotencyKey = `money-${userId}-${Date.now()}`;
      demand(await client.request(adjustWallet, { params: { userId }, body, idempotencyKey }));
    },
    close: () => client.close(),
  };
}
