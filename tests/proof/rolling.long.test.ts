import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceNames } from '../../src/apps/services.ts';
import { eachByItself } from './processes/arrangement.ts';
import { seed } from './processes/deaths.ts';
import { expectHardlyNoticed, roll } from './processes/faults.ts';
import { Ground } from './processes/ground.ts';
import { Scene } from './processes/scene.ts';

/** docs/reliability.md: two processes of every service, replaced one after the other while customers buy. */

const timeout = 300_000;
let ground: Ground;
let scene: Scene;

beforeAll(async () => {
  ground = await Ground.open({ broker: true });
  // A balancer has this long to notice that a gateway ends; and so many processes have many connections.
  scene = await Scene.open(ground, eachByItself(2), { DRAIN_DELAY: '1s', DATABASE_POOL: '2' });
}, timeout);

afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await ground?.[Symbol.asyncDispose]();
}, timeout);

describe(`both processes of a service are replaced in turn (CRASH_SEED=${seed})`, () => {
  test.each(serviceNames)('%s', { timeout }, async (service) => {
    await scene.explain(async () => {
      expectHardlyNoticed(await roll(scene, scene.processes.having(service)));
      expect((await scene.expectAllIsWell()).payments).toBeGreaterThan(0);
    });
  });
});
