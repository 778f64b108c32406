import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MovableTime } from '#runtime/seams/scheduler.ts';
import { redeliveryWaitsMs } from './notifications.ts';
import type { AlipaySimulator } from './simulator.ts';
import { startStage } from './testing/stage.ts';
import { timeOf } from './wire-forms.ts';

const hourMs = 3_600_000;
let simulator: AlipaySimulator;
let time: MovableTime;
let shop: Server;
/** What the shop has heard, and what it says to it. */
let heard: Record<string, string>[] = [];
let says: { status: number; body: string };

beforeEach(async () => {
  [heard, says] = [[], { status: 200, body: 'success' }];
  ({ simulator, time } = await startStage());
  shop = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    heard.push(Object.fromEntries(new URLSearchParams(body)));
    response.writeHead(says.status).end(says.body);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await simulator.stop();
  shop.closeAllConnections();
  shop.close();
});

function announce(number = 'shop_1'): void {
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/notify`;
  simulator.books.announce({
    ...{ number, amount: 12_34n, subject: '茶', kind: 'code', token: simulator.books.token() },
    ...{ scanUntil: time.now() + hourMs, payUntil: time.now() + hourMs, notifyUrl: url, returnUrl: undefined },
  });
}

const statuses = () => heard.map(({ out_trade_no, trade_status }) => `${out_trade_no} ${trade_status}`);
const settled = (count: number) => expect.poll(() => simulator.notifications.deliveries).toHaveLength(count);

describe('a notification', () => {
  test('comes once where the shop says success', async () => {
    announce();
    simulator.control.pay('shop_1');
    await simulator.notifications.idle();
    time.move(30 * hourMs);
    await simulator.notifications.idle();
    expect(statuses()).toEqual(['shop_1 TRADE_SUCCESS']);
  });

  test.each([
    ['another word', 200, 'ok'],
    ['a page with the word', 200, '<html>success</html>'],
    ['an error with the word', 500, 'success'],
  ])('comes again where the shop says %s, on schedule for 25 hours, and then no more', async (_what, status, body) => {
    says = { status, body };
    announce();
    simulator.control.pay('shop_1');
    await simulator.notifications.idle();
    for (const [index, waitMs] of redeliveryWaitsMs.entries()) {
      time.move(waitMs - 60_000);
      await simulator.notifications.idle();
      expect(heard).toHaveLength(index + 1);
      time.move(60_000);
      await settled(index + 2);
      await simulator.notifications.idle();
    }
    time.move(100 * hourMs);
    await simulator.notifications.idle();
    expect(heard).toHaveLength(redeliveryWaitsMs.length + 1);
    expect(redeliveryWaitsMs.reduce((sum, waitMs) => sum + waitMs, 0)).toBeLessThanOrEqual(25 * hourMs);
    expect(new Set(heard.map(({ notify_id: id }) => id)).size).toBe(1);
    expect(heard.at(-1)?.notify_time).not.toBe(heard[0]?.notify_time);
  });

  test('is about what was paid, closed or given back, and never about a buyer whom the bank refused', async () => {
    for (const number of ['shop_1', 'shop_2', 'shop_3']) announce(number);
    simulator.control.decline('shop_1');
    await simulator.notifications.idle();
    expect(heard).toEqual([]);
    simulator.control.pay('shop_1');
    simulator.control.giveUp('shop_2');
    simulator.control.scan('shop_3');
    time.move(2 * hourMs);
    simulator.books.tradeOf('shop_3', time.now());
    await simulator.notifications.idle();
    expect(statuses().sort()).toEqual(['shop_1 TRADE_SUCCESS', 'shop_2 TRADE_CLOSED', 'shop_3 TRADE_CLOSED']);
  });

  test('can be late, double, lost, and in another order', async () => {
    for (const number of ['shop_1', 'shop_2', 'shop_3', 'shop_4']) announce(number);
    simulator.control.disturbNotifications({ hold: true });
    simulator.control.pay('shop_1');
    simulator.control.pay('shop_2');
    simulator.notifications.release('newest first');
    await settled(2);
    expect(simulator.notifications.deliveries.map(({ body }) => /out_trade_no=(\w+)/.exec(body)?.[1])).toEqual([
      'shop_2',
      'shop_1',
    ]);
    simulator.control.disturbNotifications({ copies: 3 });
    simulator.control.pay('shop_3');
    await simulator.notifications.idle();
    expect(statuses().filter((text) => text.startsWith('shop_3'))).toHaveLength(3);
    simulator.control.disturbNotifications({ delayMs: hourMs });
    simulator.control.pay('shop_4');
    await simulator.notifications.idle();
    expect(statuses().join()).not.toContain('shop_4');
    time.move(hourMs);
    await expect.poll(() => statuses().join()).toContain('shop_4');
    announce('shop_5');
    simulator.control.disturbNotifications({ lose: true });
    simulator.control.pay('shop_5');
    await simulator.notifications.idle();
    expect(statuses().join()).not.toContain('shop_5');
    simulator.control.disturbNotifications({});
    time.move(5 * 60_000);
    await expect.poll(() => statuses().join()).toContain('shop_5');
  });

  test('can be forged, and sent', async () => {
    announce();
    simulator.control.pay('shop_1');
    await simulator.notifications.idle();
    await simulator.control.sendForged('shop_1', { total_amount: '0.01' }, { key: 'stranger' });
    await simulator.control.sendForged('shop_1', { notify_time: timeOf(0) });
    expect(heard.map(({ total_amount: amount, notify_time: at }) => [amount, at?.slice(0, 4)]).slice(1)).toEqual([
      ['0.01', expect.any(String)],
      ['12.34', '1970'],
    ]);
    expect(await simulator.control.sendForged('shop_9', {})).toBeUndefined();
  });
});
