import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { makeWechatKeys, type WechatKeys } from '../../../../../simulators/wechat/keys.ts';
import type { Mishap } from '../../../../../simulators/wechat/mishaps.ts';
import type { Charge, ChargeState, RefundOrder } from '../provider.ts';
import { type WechatScene, wechatScene } from './testing/scene.ts';

let keys: WechatKeys;
beforeAll(async () => {
  [keys] = await Promise.all([makeWechatKeys(), import('wechatpay-axios-plugin')]);
});

type Step = 'open' | 'query' | 'close' | 'pay' | 'decline' | 'refund' | 'settle' | 'expire';
const steps: readonly Step[] = [
  'open',
  'open',
  'query',
  'close',
  'pay',
  'pay',
  'decline',
  'refund',
  'refund',
  'settle',
  'expire',
];
const hows: readonly Mishap['how'][] = ['cut', 'error', 'bad gateway', 'unsigned', 'forged', 'old'];

const moves = fc.array(
  fc.record({
    step: fc.constantFrom(...steps),
    mishap: fc.option(fc.record({ how: fc.constantFrom(...hows), applied: fc.boolean() }), { freq: 2 }),
    part: fc.bigInt({ min: 1n, max: 60n }),
  }),
  { minLength: 3, maxLength: 14 },
);

/** What was said and can no longer become untrue. */
class Course {
  readonly charge: Charge;
  readonly scene: WechatScene;
  said: ChargeState['kind'][] = [];
  #refunds = 0;

  constructor(scene: WechatScene) {
    this.scene = scene;
    const times = { openedAt: scene.now(), expiresAt: scene.now() + 600_000 };
    const amount = { amount: 88n, currency: 'CNY' };
    this.charge = { ...scene.charge, ...times, number: 'a0t1_Course_1', reference: null, amount, description: 'tea' };
  }

  async take(step: Step, part: bigint): Promise<void> {
    const { provider, simulator, wechat, now } = this.scene;
    const asking = { deadline: now() + 20_000 };
    const { number } = this.charge;
    if (step === 'pay' && (await simulator.pay(number))) {
      // Nobody pays what was said to be over.
      for (const over of ['closed', 'failed'] as const) expect(this.said).not.toContain(over);
    }
    if (step === 'decline') await simulator.decline(number);
    if (step === 'settle') await simulator.settleRefunds();
    if (step === 'expire') this.scene.move(600_000);
    if (step === 'query') this.hear(await provider.query(this.charge, asking));
    if (step === 'close') this.hear(await provider.close(this.charge, asking));
    if (step === 'open') {
      const opened = await provider.open(this.charge, asking);
      if (opened.kind === 'state') this.hear(opened.state);
      if (opened.kind === 'refused') expect(wechat.books.orders.has(number)).toBe(false);
    }
    if (step === 'refund') await this.refund(part);
  }

  async refund(part: bigint): Promise<void> {
    this.#refunds += 1;
    const { provider, wechat, now } = this.scene;
    const number = `r0f1_${this.#refunds}`;
    const amount = { amount: part, currency: 'CNY' };
    const names = { number, reference: null, charge: this.charge, transaction: null, amount };
    const refund: RefundOrder = { ...names, askedAt: now(), reason: 'returned' };
    const told = await provider.refund(refund, { deadline: now() + 20_000 });
    if (told.kind === 'failed') expect(wechat.books.refunds.has(number)).toBe(false);
    if (told.kind === 'processing' || told.kind === 'refunded') expect(wechat.books.refunds.has(number)).toBe(true);
  }

  hear(state: ChargeState): void {
    this.said.push(state.kind);
    const captured = this.scene.simulator.captures(this.charge.number);
    if (state.kind === 'paid') expect(captured).toEqual([state.amount]);
    if (['open', 'closed', 'failed'].includes(state.kind)) expect(captured).toEqual([]);
  }
}

test('whatever happens in whatever order, money is taken once, never more goes back, and what was said stays true', async () => {
  await fc.assert(
    fc.asyncProperty(moves, async (taken) => {
      const scene = await wechatScene({ keys });
      try {
        const course = new Course(scene);
        for (const { step, mishap, part } of taken) {
          scene.wechat.control.mishaps.clear();
          if (mishap) scene.wechat.control.failNext(mishap);
          await course.take(step, part);
        }
        scene.wechat.control.mishaps.clear();
        const { books } = scene.wechat;
        expect(books.captures.length).toBeLessThanOrEqual(1);
        const back = books.refundsOf(course.charge.number).reduce((sum, { amount }) => sum + amount, 0n);
        expect(back).toBeLessThanOrEqual(books.captures.reduce((sum, { amount }) => sum + amount, 0n));
        // Without a mishap there is always an answer.
        course.hear(await scene.provider.query(course.charge, { deadline: scene.now() + 20_000 }));
        expect(course.said.at(-1)).not.toBe('unknown');
      } finally {
        await scene.stop();
      }
    }),
    { numRuns: 60 },
  );
});

test('sixty-four who open the same charge at once open one, and it is paid once', async () => {
  const scene = await wechatScene({ keys });
  const { charge } = new Course(scene);
  const asking = { deadline: scene.now() + 20_000 };
  const opened = await Promise.all(Array.from({ length: 64 }, () => scene.provider.open(charge, asking)));
  expect(
    new Set(opened.map((one) => (one.kind === 'opened' && 'content' in one.action ? one.action.content : one.kind)))
      .size,
  ).toBe(1);
  await Promise.all(Array.from({ length: 8 }, () => scene.simulator.pay(charge.number)));
  expect(scene.wechat.books.captures).toHaveLength(1);
  await scene.stop();
});
