import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CrashScene } from './processes/crash-scene.ts';
import { seed } from './processes/deaths.ts';

/** docs/reliability.md: more moments than the fast tier has, of `suanpan start` with the PostgreSQL that came with it. */

const scene = new CrashScene(seed);

beforeAll(() => scene.open(), 120_000);
afterAll(() => scene[Symbol.asyncDispose]());

describe(`killed at random moments (CRASH_SEED=${seed})`, () => {
  test.each(Array.from({ length: 20 }, (_, round) => round + 1))('round %i', { timeout: 240_000 }, async () => {
    await scene.during(scene.between(1, 200), async () => {
      if (scene.between(0, 3) === 0) await scene.killPostgres();
      scene.program.kill('SIGKILL');
    });
    await scene.program.ended;
    await scene.start();
    expect((await scene.expectAllIsWell()).payments).toBeGreaterThan(0);
  });
});
