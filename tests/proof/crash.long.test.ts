import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CrashScene, seed } from './processes/crash-scene.ts';

/** docs/reliability.md, "Fail points": every one of them that orders and payments come past, and more rounds than the fast tier has. */

const scene = new CrashScene(seed);

beforeAll(() => scene.open(), 120_000);
afterAll(() => scene[Symbol.asyncDispose]());

const commits = ['ordering', 'inventory', 'payment', 'wallet', 'notification'].flatMap((service) => [
  `${service}.before-commit`,
  `${service}.after-commit`,
]);
const calls = [
  'ordering.before-call.quoteItems',
  'ordering.after-call.quoteItems',
  'payment.before-call.debitWallet',
  'payment.after-call.debitWallet',
  'payment.before-call.creditRefund',
  'payment.after-call.creditRefund',
];

describe(`killed at each point (CRASH_SEED=${seed})`, () => {
  test.each([...commits, ...calls])('%s', { timeout: 240_000 }, async (point) => {
    scene.program.kill('SIGKILL');
    await scene.program.ended;
    await scene.dieAt(`${point}:kill:${scene.between(5, 40)}`);
    await scene.start();
    expect((await scene.expectAllIsWell()).payments).toBeGreaterThan(0);
  });
});

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
