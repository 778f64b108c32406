import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RawCallback } from '../provider.ts';
import { act } from '../testing/act.ts';
import { type CardScene, cardScene } from './testing/scene.ts';

const minuteMs = 60_000;
let scene: CardScene;
let received: RawCallback[] = [];
let statuses: number[] = [];

/** A shop that takes what comes, or does not. */
async function start(): Promise<ReturnType<typeof act>> {
  [received, statuses] = [[], []];
  scene = await cardScene({
    async send(url, headers, body) {
      const path = new URL(url).pathname;
      received.push({ method: 'POST', path, headers, body: Buffer.from(body), receivedAt: scene.now() });
      return statuses.shift() ?? 200;
    },
  });
  return act(scene);
}
afterEach(() => scene.stop());

const told = () => received.map((raw) => scene.provider.readCallback(raw));
const until = (count: number) => vi.waitFor(() => expect(received).toHaveLength(count));

describe('events as Stripe delivers them', () => {
  test('repeated after five minutes carry a new signature, and are the same by their id', async () => {
    const tried = await start();
    await tried.opened();
    await until(1);
    statuses = [500];
    await scene.stripe.webhooks.quiet();
    scene.stripe.control.pay('a0t1_Charge_1');
    await until(3);
    await scene.stripe.webhooks.quiet();
    scene.move(5 * minuteMs);
    await until(4);
    const [, first, , again] = received;
    expect(again?.headers['stripe-signature']).not.toBe(first?.headers['stripe-signature']);
    expect(told()[3]).toEqual(told()[1]);
  });

  test('in whatever order each say what was true when they were made', async () => {
    const tried = await start();
    const { number } = await tried.opened();
    await until(1);
    scene.stripe.control.callbacks({ hold: 4 });
    scene.stripe.control.decline(number);
    scene.stripe.control.pay(number);
    await until(5);
    const states = told().flatMap((callback) => (callback.kind === 'charge' ? [callback.state.kind] : []));
    // The declined card is heard of last: it must not undo what is paid, and says nothing that could.
    expect(states).toEqual(['open', 'paid', 'open']);
  });

  test('of a payment in another currency have its minor units', async () => {
    const tried = await start();
    await tried.opened({ ...tried.aCharge(), amount: { amount: 500n, currency: 'ISK' } });
    scene.stripe.control.pay('a0t1_Charge_1');
    await scene.stripe.webhooks.quiet();
    expect(scene.stripe.books.captures('a0t1_Charge_1')).toEqual([{ amount: 50_000, currency: 'isk' }]);
    expect(told().at(-1)).toMatchObject({ state: { kind: 'paid', amount: { amount: 500n, currency: 'ISK' } } });
  });
});
