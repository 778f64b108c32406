import { type Arbitrary, array, assert, asyncProperty, constantFrom, oneof, record } from 'fast-check';
import { expect, test } from 'vitest';
import type { ChargeState, RefundState } from '../provider.ts';
import { act } from '../testing/act.ts';
import { type CardScene, cardScene } from './testing/scene.ts';

const mishaps = [
  ...(['connection cut, applied', 'connection cut, not applied', 'server error, applied', 'rate limit'] as const),
  ...(['server error, not applied', 'json of a proxy, applied', 'text of a proxy, applied'] as const),
];
const minuteMs = 60_000;
const steps = oneof(
  {
    weight: 5,
    arbitrary: constantFrom('open', 'open and forget', 'pay', 'query', 'close', 'refund', 'refund another' as const),
  },
  { weight: 1, arbitrary: constantFrom('decline', 'a minute', 'two hours', 'a day', 'refund fails' as const) },
  { weight: 3, arbitrary: record({ mishap: constantFrom(...mishaps) }) },
);
type Step = typeof steps extends Arbitrary<infer Value> ? Value : never;

/** What was once said of the charge and cannot be taken back. */
interface Heard {
  reference: string | null;
  /** What the buyer's page was given to pay with. */
  secret: string | null;
  over: boolean;
  paid: boolean;
}

const number = 'a0t1_Charge_1';

async function play(scene: CardScene, sequence: readonly Step[]): Promise<void> {
  const tried = act(scene);
  const { provider, stripe } = scene;
  const charge = { ...tried.aCharge(), expiresAt: scene.now() + 7 * 24 * 60 * minuteMs };
  const orders = ['r0f1_One', 'r0f1_Two'].map((name) => tried.aRefund(charge, 7_00n, name));
  const heard: Heard = { reference: null, secret: null, over: false, paid: false };
  const name = () => ({ ...charge, reference: heard.reference });
  const hear = (state: ChargeState): void => {
    const captured = stripe.books.captures(number).length;
    // What was said to be over stays over, what was said to be paid stays paid, and both are true.
    if (state.kind === 'paid') expect([captured, heard.over]).toEqual([1, false]);
    if (state.kind === 'closed') expect([captured, heard.paid]).toEqual([0, false]);
    if (state.kind === 'open') expect([captured, heard.over, heard.paid]).toEqual([0, false, false]);
    heard.paid ||= state.kind === 'paid';
    heard.over ||= state.kind === 'closed';
  };
  const give = async (card: string): Promise<void> => {
    if (heard.secret === null) return;
    const before = stripe.books.captures(number).length;
    const body = new URLSearchParams({ client_secret: heard.secret, act: 'pay', number: card });
    await fetch(`${stripe.url}/_simulator/phone`, { method: 'POST', body, redirect: 'manual' });
    if (heard.over) expect(stripe.books.captures(number)).toHaveLength(before);
  };
  const refund = async (order: (typeof orders)[number] | undefined): Promise<RefundState | undefined> =>
    order && provider.refund({ ...order, charge: name() }, tried.asking);
  const acts: Readonly<Record<Extract<Step, string>, () => unknown>> = {
    async open() {
      const answer = await provider.open(name(), tried.asking);
      if (answer.kind === 'opened') {
        heard.reference = answer.reference;
        heard.secret = answer.action.type === 'card' ? answer.action.clientSecret : null;
      }
      if (answer.kind === 'state') hear(answer.state);
    },
    'open and forget': () => provider.open(name(), tried.asking),
    pay: () => give('4242424242424242'),
    decline: () => give('4000000000000002'),
    query: async () => hear(await provider.query(name(), tried.asking)),
    close: async () => hear(await provider.close(name(), tried.asking)),
    refund: () => refund(orders[0]),
    'refund another': () => refund(orders[1]),
    'refund fails': () => stripe.control.failRefund('r0f1_One'),
    'a minute': () => scene.move(minuteMs),
    'two hours': () => scene.move(120 * minuteMs),
    'a day': () => scene.move(24 * 60 * minuteMs),
  };
  for (const step of sequence) {
    if (typeof step === 'string') await acts[step]();
    else stripe.control.failNext(step.mishap);
    expect(stripe.books.captures(number).length).toBeLessThanOrEqual(1);
    const made = [...stripe.world.refunds.values()].map(({ metadata }) => metadata.suanpan_refund);
    expect(new Set(made).size).toBe(made.length);
  }
  stripe.control.clearFailures();
  const last = await provider.close(name(), tried.asking);
  hear(last);
  // In the end it is one or the other, unless Stripe repeats its own errors to us.
  if (last.kind === 'unknown') expect(last.reason).toMatch(/HTTP 5|each of our keys|idempotency/);
}

test('whatever befalls, a card is charged once at most, a refund made once, and what is said is true', async () => {
  const sequences = array(steps, { minLength: 3, maxLength: 16 });
  const played = asyncProperty(sequences, async (sequence) => {
    const scene = await cardScene();
    try {
      await play(scene, sequence);
    } finally {
      await scene.stop();
    }
  });
  await assert(played, { numRuns: 100 });
});
