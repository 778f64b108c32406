import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inOneProcess, oneOverRabbit, splitOff } from './processes/arrangement.ts';
import { seed } from './processes/deaths.ts';
import {
  cutCommits,
  exhaustPools,
  hangBroker,
  killBroker,
  killPostgres,
  killProcess,
  loseBroker,
} from './processes/faults.ts';
import { Ground } from './processes/ground.ts';
import { Scene } from './processes/scene.ts';

/**
 * docs/reliability.md: the faults that are no death at a point, more often and longer than in crash-faults.test.ts, in every
 * arrangement.
 */

const timeout = 600_000;
const poolSize = 2;
const rounds = [1, 2, 3] as const;
/** Heartbeats are ten seconds apart, and one that is silent for two to three of them is taken for dead. */
const hangMs = 35_000;
let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open({ broker: true });
}, timeout);
afterAll(() => ground?.[Symbol.asyncDispose](), timeout);

const arrangements = [
  { arrangement: inOneProcess, victim: 'platform' },
  { arrangement: oneOverRabbit, victim: 'platform' },
  { arrangement: splitOff('ordering', 2), victim: 'ordering-1' },
] as const;

describe.each(arrangements)(`$arrangement.name (CRASH_SEED=${seed})`, ({ arrangement, victim }) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(ground, arrangement, { DATABASE_POOL: `${poolSize}` });
  }, timeout);
  afterAll(() => scene?.[Symbol.asyncDispose](), timeout);

  test.each(rounds)('a process is killed at a random moment: %i', { timeout }, async (round) => {
    expect((await scene.explain(() => killProcess(scene, victim, 35 * round))).payments).toBeGreaterThan(0);
  });

  test.each(rounds)('PostgreSQL is killed: %i', { timeout }, async (round) => {
    expect((await scene.explain(() => killPostgres(scene, 40 * round))).payments).toBeGreaterThan(0);
  });

  test('connections are cut after COMMIT was sent, again and again', { timeout }, async () => {
    expect((await scene.explain(() => cutCommits(scene, victim, 40))).payments).toBeGreaterThan(0);
  });

  test('sessions idle in a transaction exhaust the pools', { timeout }, async () => {
    expect((await scene.explain(() => exhaustPools(scene, poolSize))).payments).toBeGreaterThan(0);
  });
});

describe.each(arrangements.slice(1))(`the broker, $arrangement.name (CRASH_SEED=${seed})`, ({ arrangement }) => {
  let scene: Scene;
  beforeAll(async () => {
    // Nobody waits for long, so that more orders are placed meanwhile.
    scene = await Scene.open(ground, arrangement, { ORDER_WAIT: '2s' });
  }, timeout);
  afterAll(() => scene?.[Symbol.asyncDispose](), timeout);

  test.each(rounds)('is killed: %i', { timeout }, async (round) => {
    expect((await scene.explain(() => killBroker(scene, 40 * round))).payments).toBeGreaterThan(0);
  });

  test('hangs for longer than its heartbeat', { timeout }, async () => {
    expect((await scene.explain(() => hangBroker(scene, 40, hangMs))).payments).toBeGreaterThan(0);
  });

  test('is away for a minute: orders are accepted, and settled once it is back; memory stays', {
    timeout,
  }, async () => {
    await scene.explain(async () => {
      const { placed, grownMiB, tally } = await loseBroker(scene, 100, 60_000);
      expect([...tally.refused.keys()].filter((said) => said !== '503 unavailable')).toEqual([]);
      expect(placed.late).toBeGreaterThan(100);
      expect(grownMiB).toBeLessThan(100);
      expect((await scene.expectAllIsWell({ failed: 'some' })).failed).toBeGreaterThan(0);
      process.stdout.write(
        `a minute without the broker: ${placed.late} orders accepted, ${placed.unanswered} answered 503; ` +
          `${grownMiB.toFixed(0)} MiB more memory in all processes\n`,
      );
    });
  });
});
