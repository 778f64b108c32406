import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { createIntent } from './payments.ts';
import { type StripeSimulator, type StripeSimulatorOptions, startStripeSimulator } from './simulator.ts';
import { sendOverHttp } from './webhooks.ts';

const secrets = ['whsec_new', 'whsec_old'];
const time = movableTime(() => systemClock.now());
const minuteMs = 60_000;
let stripe: StripeSimulator;
let statuses: number[] = [];
let sent: { signature: string; body: string; at: number }[] = [];

async function start(options: StripeSimulatorOptions = {}, events = ['payment_intent.succeeded']): Promise<void> {
  stripe = await startStripeSimulator({
    ...{ clock: time, scheduler: time, webhooks: [{ url: 'https://shop.example/', secrets, events }] },
    async send(_url, headers, body) {
      sent.push({ signature: headers['stripe-signature'] ?? '', body, at: time.now() });
      const status = statuses.shift() ?? 200;
      if (status === 0) throw new Error('nobody there');
      return status;
    },
    ...options,
  });
}
beforeEach(() => {
  [statuses, sent] = [[], []];
});
afterEach(() => stripe.stop());

function open(number: string): void {
  const wanted = {
    amount: 1234,
    currency: 'cny',
    capture: 'automatic',
    description: undefined,
    suffix: undefined,
  } as const;
  createIntent(
    stripe.world,
    { ...wanted, metadata: { suanpan_charge: number }, types: ['card'] },
    { id: null, idempotency_key: null },
  );
}
function pay(number: string): void {
  open(number);
  stripe.control.pay(number);
}
const until = (count: number) => vi.waitFor(() => expect(sent).toHaveLength(count));
const numbersOf = () => sent.map(({ body }) => JSON.parse(body).data.object.metadata.suanpan_charge);

describe('an event', () => {
  test('goes out signed with every secret that is valid, freshly each time', async () => {
    await start();
    statuses = [500];
    pay('a');
    await until(1);
    await stripe.webhooks.quiet();
    time.move(5 * minuteMs);
    await until(2);
    const [first, second] = sent;
    expect(second?.body).toBe(first?.body);
    expect(second?.signature).not.toBe(first?.signature);
    const [t = '', ...v1] = (second?.signature ?? '').split(',');
    const expected = secrets.map((by) =>
      createHmac('sha256', by)
        .update(`${t.slice(2)}.${second?.body}`)
        .digest('hex'),
    );
    expect(v1).toEqual(expected.map((hex) => `v1=${hex}`));
  });

  test.each([200, 204, 299])('answered with %d is not sent again', async (status) => {
    await start();
    statuses = [status];
    pay('a');
    await until(1);
    await stripe.webhooks.quiet();
    time.move(4 * 24 * 60 * minuteMs);
    await stripe.webhooks.quiet();
    expect(sent).toHaveLength(1);
  });

  test.each([0, 301, 400, 503])('answered with %d is sent again', async (status) => {
    await start();
    statuses = [status];
    pay('a');
    await until(1);
    await stripe.webhooks.quiet();
    time.move(5 * minuteMs);
    await until(2);
  });

  test.each([
    [true, 10, 72],
    [false, 4, 5],
  ])('that nobody takes (live mode: %s) is sent %d times, within %d hours', async (livemode, times, hours) => {
    const pauses: number[] = [];
    const after: typeof time.after = (delayMs, run) => {
      pauses.push(delayMs);
      return time.after(delayMs, run);
    };
    await start({ account: { livemode }, scheduler: { ...time, after } });
    statuses = Array.from({ length: 99 }, () => 500);
    pay('a');
    for (let count = 1; count <= times; count += 1) {
      await until(count);
      await stripe.webhooks.quiet();
      time.move(12 * 60 * minuteMs);
    }
    time.move(30 * 24 * 60 * minuteMs);
    await stripe.webhooks.quiet();
    expect(sent).toHaveLength(times);
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(hours * 60 * minuteMs);
  });

  test('is sent again in scaled time', async () => {
    await start({ timeScale: 300 });
    statuses = [500];
    pay('a');
    await until(1);
    await stripe.webhooks.quiet();
    time.move(1_000);
    await until(2);
  });

  test('goes only to those who have asked for its type', async () => {
    await start({}, ['payment_intent.payment_failed']);
    pay('a');
    open('b');
    stripe.control.decline('b');
    await until(1);
    expect(numbersOf()).toEqual(['b']);
  });
});

describe('on request an event', () => {
  test('comes twice, with the same id', async () => {
    await start();
    stripe.control.callbacks({ copies: 2 });
    pay('a');
    await until(2);
    expect(new Set(sent.map(({ body }) => JSON.parse(body).id)).size).toBe(1);
  });

  test('comes late', async () => {
    await start();
    stripe.control.callbacks({ delayMs: 10_000 });
    pay('a');
    await stripe.webhooks.quiet();
    expect(sent).toHaveLength(0);
    time.move(10_000);
    await until(1);
  });

  test('comes after those that came after it', async () => {
    await start({}, ['*']);
    stripe.control.callbacks({ hold: 3 });
    pay('a');
    await until(3);
    expect(sent.map(({ body }) => JSON.parse(body).type)).toEqual([
      ...['payment_intent.succeeded', 'charge.succeeded', 'payment_intent.created'],
    ]);
  });

  test('does not come, and then does by hand', async () => {
    await start();
    stripe.control.callbacks({ lost: true });
    pay('a');
    await stripe.webhooks.quiet();
    expect(sent).toHaveLength(0);
    await stripe.control.resend('a');
    expect(numbersOf()).toContain('a');
  });
});

test('nothing is sent that Stripe does not send: no event for what expires, none of a state of ours', async () => {
  await start({}, ['*']);
  pay('a');
  open('b');
  stripe.control.decline('b');
  stripe.control.pay('b', '4000000000003220');
  time.move(90 * 24 * 60 * minuteMs);
  await stripe.webhooks.quiet();
  expect([...new Set(stripe.world.events.map(({ type }) => type))].sort()).toEqual([
    ...['charge.failed', 'charge.succeeded', 'payment_intent.created', 'payment_intent.payment_failed'],
    ...['payment_intent.requires_action', 'payment_intent.succeeded'],
  ]);
});

describe('over HTTP', () => {
  let shop: Server;
  let answer: (response: import('node:http').ServerResponse) => void = (response) => response.writeHead(204).end();
  let url = '';
  beforeEach(async () => {
    await start();
    shop = createServer((_request, response) => answer(response));
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`;
  });
  afterEach(() => void shop.close());

  test('the status counts, a redirect is not followed, and nobody is nobody', async () => {
    expect(await sendOverHttp(url, {}, '{}')).toBe(204);
    answer = (response) => response.writeHead(302, { location: url }).end();
    expect(await sendOverHttp(url, {}, '{}')).toBe(302);
    await expect(sendOverHttp('http://127.0.0.1:1/', {}, '{}')).rejects.toThrow();
  });
});
