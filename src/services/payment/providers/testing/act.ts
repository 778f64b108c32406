import { expect } from 'vitest';
import type { Money } from '#kernel/money.ts';
import type { Asking, Charge, ChargeName, RefundOrder } from '../provider.ts';
import type { Mishap, Scene } from './scene.ts';

const minuteMs = 60_000;
/** Long enough for any machine; answers that never come are asked for with less. */
const patienceMs = 20_000;
const impatienceMs = 400;

/** The act under test: the scene with short words for what a test does with it. */
export interface Act extends Scene {
  readonly asking: Asking;
  money(amount: bigint): Money;
  /** A charge of that number that may be opened now. */
  aCharge(amount?: bigint, number?: string): Charge;
  /** Opens it and returns its name as one would keep it. */
  opened(charge?: Charge): Promise<ChargeName>;
  /** Opens it and has the buyer pay. */
  paid(amount?: bigint, number?: string): Promise<ChargeName>;
  aRefund(charge: ChargeName, amount: bigint, number?: string): RefundOrder;
  /** Asks with little patience while this befalls the request. */
  during<Answer>(mishap: Mishap, ask: (asking: Asking) => Promise<Answer>): Promise<Answer>;
}

export function act(scene: Scene): Act {
  const money = (amount: bigint): Money => ({ amount, currency: scene.charge.currency });
  const asking = (): Asking => ({ deadline: scene.now() + patienceMs });
  const aCharge = (amount = 12_34n, number = 'a0t1_Charge_1'): Charge => ({
    ...{ number, reference: null, amount: money(amount), flow: scene.charge.flow, description: '茶 Suanpan 10001' },
    ...{ openedAt: scene.now(), expiresAt: scene.now() + 30 * minuteMs },
    ...{ returnUrl: scene.charge.returnUrl, openid: scene.charge.openid },
  });
  const opened = async (charge = aCharge()): Promise<ChargeName> => {
    const answer = await scene.provider.open(charge, asking());
    if (answer.kind !== 'opened') throw new Error(`expected to open, got ${shown(answer)}`);
    return { ...charge, reference: answer.reference };
  };
  return {
    ...scene,
    get asking() {
      return asking();
    },
    ...{ money, aCharge, opened },
    async paid(amount, number) {
      const charge = await opened(aCharge(amount, number));
      expect(await scene.simulator.pay(charge.number)).toBe(true);
      return charge;
    },
    aRefund: (charge, amount, number = 'r0f1_Refund_1') => ({
      ...{ number, reference: null, charge, transaction: null, amount: money(amount) },
      ...{ askedAt: scene.now(), reason: '退货 returned' },
    }),
    during(mishap, ask) {
      scene.simulator.failNext(mishap);
      const waits = mishap.startsWith('no answer');
      return ask(waits ? { deadline: scene.now() + impatienceMs } : asking());
    },
  };
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? String(part) : part));
}
