import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deathsInProcess, deathsOverRabbit } from './matrix.ts';
import { type Arrangement, inOneProcess, splitOff } from './processes/arrangement.ts';
import { nthOf, seed } from './processes/deaths.ts';
import { Ground } from './processes/ground.ts';
import { Scene } from './processes/scene.ts';

/** docs/reliability.md: a sample of the crash matrix with every kind of it; matrix.long.test.ts has the whole. */

const timeout = 180_000;
let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open({ broker: true });
}, timeout);
afterAll(() => ground?.[Symbol.asyncDispose](), timeout);

const samples: readonly { readonly arrangement: Arrangement; readonly points: readonly string[] }[] = [
  {
    arrangement: inOneProcess,
    points: ['inventory.before-commit', 'payment.after-call.debitWallet', 'fulfillment.after-dispatch'],
  },
  {
    arrangement: splitOff('ordering'),
    points: ['commit', 'publish', 'acknowledge', 'call.quoteItems'].flatMap((what) => [
      `ordering.before-${what}`,
      `ordering.after-${what}`,
    ]),
  },
];

describe.each(samples)(`$arrangement.name (CRASH_SEED=${seed})`, ({ arrangement, points }) => {
  const all = arrangement.bus === 'rabbitmq' ? deathsOverRabbit : deathsInProcess;
  const deaths = all.filter(({ point }) => points.includes(point));

  /** Each start dies at the next point, while it is still about the death before. */
  test(`killed at ${points.join(', ')}: all that was acknowledged is there`, { timeout }, async () => {
    expect(deaths.map(({ point }) => point).sort()).toEqual(points.toSorted());
    await using scene = await Scene.open(ground, arrangement);
    await scene.explain(async () => {
      for (const death of deaths) {
        const [name = ''] = scene.processes.having(death.service);
        await scene.processes.kill(name);
        await scene.dieAt(name, `${death.point}:kill:${nthOf(death)}`);
      }
      await scene.processes.start(scene.processes.having(deaths[0]?.service ?? '')[0] ?? '');
      expect((await scene.expectAllIsWell()).payments).toBeGreaterThan(0);
    });
  });
});
