import type { Scenario } from './load/protocol.ts';
import type { Arrangement, Options } from './options.ts';

/** 004 §4.3. */
export const callbacksPerSecond = 500;

export type Step = 'naive' | 'ceiling' | 'commit' | Scenario;

/** A round, in turns: what is compared stands side by side. */
const order: readonly Step[] = [
  'naive',
  'spread',
  'hot',
  'ceiling',
  'cancel',
  'browse',
  'flash',
  'commit',
  'one',
  'open',
  'callbacks',
];
const yardsticks: readonly Step[] = ['naive', 'ceiling', 'commit'];

export function stepsOf(scenarios: readonly Scenario[]): readonly Step[] {
  return order.filter((step) => yardsticks.includes(step) || scenarios.includes(step as Scenario));
}

/** How long a step measures. */
export function windowSeconds(step: Step, { seconds }: Pick<Options, 'seconds'>): number {
  if (step === 'commit') return Math.min(3, seconds);
  return step === 'one' ? Math.min(10, seconds) : seconds;
}

/**
 * How long the same goes on before it is measured. An arrival is steady once it has been for a while, and the seconds right after
 * a checkpoint, in which pages are written whole, are few of a shop's.
 */
export function leadInSeconds(step: Step, options: Pick<Options, 'seconds'>): number {
  return step === 'open' ? windowSeconds(step, options) : 0;
}

/** How long a step will take, with all around it. */
export function stepSeconds(step: Step, options: Pick<Options, 'seconds'>): number {
  if (step === 'flash') return 6;
  // Payments have to be opened before they can be called about.
  if (step === 'callbacks') return windowSeconds(step, options) * 4 + 2;
  if (step === 'commit') return windowSeconds(step, options);
  return leadInSeconds(step, options) + windowSeconds(step, options) + 2;
}

/** Before the first round of an arrangement, as seen on two slow cores. */
export const beforehand = {
  postgres: 4,
  broker: (arrangement: Arrangement): number => (arrangement === 'one-process' ? 0 : 8),
  platform: (arrangement: Arrangement): number => (arrangement === 'split' ? 12 : 3),
  shop: ({ skus, users }: Pick<Options, 'skus' | 'users'>): number => Math.ceil(skus / 800 + users / 60),
};

/** The audit looks twice where something is under way, and at every order. */
export function auditSeconds(scenarios: readonly Scenario[], { rounds, seconds }: Options): number {
  return 2 + Math.ceil((scenarios.length * rounds * seconds * 1_500) / 20_000);
}

export function plannedSeconds(options: Options): number {
  let total = 0;
  for (const { arrangement, scenarios } of options.plan) {
    const { postgres, broker, platform, shop } = beforehand;
    total += postgres + broker(arrangement) + platform(arrangement) + shop(options) + options.warmUpSeconds;
    for (const step of stepsOf(scenarios)) total += options.rounds * stepSeconds(step, options);
    total += auditSeconds(scenarios, options);
  }
  return total;
}
