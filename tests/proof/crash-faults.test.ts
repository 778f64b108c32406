import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitOff } from './processes/arrangement.ts';
import { seed } from './processes/deaths.ts';
import {
  cutCommits,
  exhaustPools,
  expectHardlyNoticed,
  hangBroker,
  killPostgres,
  loseBroker,
  roll,
} from './processes/faults.ts';
import { Ground } from './processes/ground.ts';
import { Scene } from './processes/scene.ts';

/**
 * docs/reliability.md: one of each fault that is no death at a point, split over RabbitMQ; faults.long.test.ts has more and
 * longer ones.
 */

const timeout = 120_000;
const poolSize = 2;
let ground: Ground;
let scene: Scene;

beforeAll(async () => {
  ground = await Ground.open({ broker: true });
  // A broker that is silent for two heartbeats is given up; nobody who orders waits for it for long.
  const environment = { AMQP_URL: `${ground.amqpUrl}?heartbeat=1`, ORDER_WAIT: '1s', DATABASE_POOL: `${poolSize}` };
  scene = await Scene.open(ground, splitOff('ordering', 2), environment);
}, timeout);

afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await ground?.[Symbol.asyncDispose]();
}, timeout);

describe(`while customers buy (CRASH_SEED=${seed})`, () => {
  test('PostgreSQL is killed, and started again', { timeout }, async () => {
    const { payments } = await scene.explain(() => killPostgres(scene, 30));
    expect(payments).toBeGreaterThan(0);
  });

  test('connections are cut after COMMIT was sent', { timeout }, async () => {
    const { payments } = await scene.explain(() => cutCommits(scene, 'ordering-1', 6));
    expect(payments).toBeGreaterThan(0);
  });

  test('the broker hangs for longer than its heartbeat', { timeout }, async () => {
    const { payments } = await scene.explain(() => hangBroker(scene, 20, 4_000));
    expect(payments).toBeGreaterThan(0);
  });

  test('sessions idle in a transaction hold what reads wait for: payments have a lane of their own', {
    timeout,
  }, async () => {
    const { payments } = await scene.explain(() => exhaustPools(scene, poolSize));
    expect(payments).toBeGreaterThan(0);
  });

  test('one ordering after the other is asked to end and started again: hardly anybody notices', {
    timeout,
  }, async () => {
    await scene.explain(async () => expectHardlyNoticed(await roll(scene, ['ordering-1', 'ordering-2'])));
    expect((await scene.explain(() => scene.expectAllIsWell())).payments).toBeGreaterThan(0);
  });

  test('the broker is killed and away for a while: orders are accepted, and settled once it is back', {
    timeout,
  }, async () => {
    const { placed, grownMiB, tally } = await scene.explain(() => loseBroker(scene, 24, 8_000));
    expect([...tally.refused.keys()].filter((said) => said !== '503 unavailable')).toEqual([]);
    expect(placed.late).toBeGreaterThan(0);
    expect(grownMiB).toBeLessThan(100);
    const { failed } = await scene.explain(() => scene.expectAllIsWell({ failed: 'some' }));
    expect(failed).toBeGreaterThan(0);
  });
});
