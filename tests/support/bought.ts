import { shipOrder } from '../../src/contracts/http/fulfillment.ts';
import type { Person, TestShop } from './shop.ts';
import { demand, type Goods, newGoods, order, pay, untilOrder } from './trade.ts';

/** An order of 40.00, paid from 100.00. */
export interface Bought {
  readonly buyer: Person;
  readonly tea: Goods;
  readonly id: string;
}

export const handover = { carrier: '顺丰', trackingNumber: 'SF1000' };

export async function paidIn(shop: TestShop): Promise<Bought> {
  const [buyer, tea] = [await shop.shopper(10_000), await newGoods(shop, { stock: 5, price: 2_000 })];
  const { id } = await order(buyer, [tea, 2]);
  await pay(buyer, id);
  return { buyer, tea, id };
}

export async function confirmedIn(shop: TestShop): Promise<Bought> {
  const bought = await paidIn(shop);
  await untilOrder(shop, bought.id, ({ status }) => status === 'CONFIRMED');
  return bought;
}

export async function shippedIn(shop: TestShop): Promise<Bought> {
  const bought = await confirmedIn(shop);
  await demand(await shop.operator(), shipOrder, { params: { id: bought.id }, body: handover }, 200);
  return bought;
}
