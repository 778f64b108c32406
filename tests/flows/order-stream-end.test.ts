import { expect, test } from 'vitest';
import { startTestShop } from '../support/arrangement.ts';
import { EventReader } from '../support/event-source.ts';
import { newGoods, order } from '../support/trade.ts';

test('an open stream ends with its gateway, and holds up no drain', async () => {
  const own = await startTestShop();
  const [buyer, tea] = [await own.shopper(), await newGoods(own, { stock: 1 })];
  const { id } = await order(buyer, [tea, 1]);
  const events = await EventReader.open(`${own.url}/v1/orders/${id}/stream`, {
    authorization: `Bearer ${buyer.token}`,
  });
  await events.until((event) => event.type === 'payment');
  const rest = events.until(() => false);
  const startedMs = performance.now();
  await own[Symbol.asyncDispose]();
  expect(await rest).toEqual([]);
  expect(performance.now() - startedMs).toBeLessThan(15_000);
}, 120_000);
