import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CrashScene } from './processes/crash-scene.ts';
import { isRunning, postgresOf } from './processes/data-dir.ts';
import { seed } from './processes/deaths.ts';
import { startProgram } from './processes/program.ts';

/** docs/reliability.md: the program is killed while customers order, pay and cancel; nothing that was acknowledged is lost. */

const scene = new CrashScene(seed);

beforeAll(() => scene.open(), 120_000);
afterAll(() => scene[Symbol.asyncDispose]());

describe(`SIGKILL at a random moment, with orders, payments and cancellations under way (CRASH_SEED=${seed})`, () => {
  const killNode = () => scene.program.kill('SIGKILL');
  const rounds = [
    ['Node', [20, 120], killNode],
    ['Node, soon after its start', [1, 10], killNode],
    ['Node, and PostgreSQL with it', [20, 120], () => scene.killPostgres().then(killNode)],
    ['PostgreSQL alone', [20, 120], () => scene.killPostgres()],
    ['Node once more', [20, 120], killNode],
  ] as const;

  test.each(rounds)('%s', { timeout: 120_000 }, async (what, [least, most], strike) => {
    await scene.during(scene.between(least, most), strike);
    if (what !== 'PostgreSQL alone') {
      expect(await scene.program.ended).toEqual({ code: null, signal: 'SIGKILL' });
      await scene.start();
    }
    const { orders, payments } = await scene.expectAllIsWell();
    expect(payments).toBeGreaterThan(0);
    expect(orders).toBeGreaterThan(payments / 2);
  });
});

describe('an orderly end', () => {
  test('SIGTERM: what is under way is answered, the exit code is 0, PostgreSQL ends too', {
    timeout: 60_000,
  }, async () => {
    const postgres = (await postgresOf(scene.dataDir)) ?? 0;
    expect(await isRunning(postgres)).toBe(true);
    const { answered, refused } = await scene.customers.rush(50, () => scene.program.kill('SIGTERM'));
    expect(answered + refused).toBe(50);
    expect(answered).toBeGreaterThan(0);
    expect(await scene.program.ended).toEqual({ code: 0, signal: null });
    expect(await isRunning(postgres)).toBe(false);
    expect(await postgresOf(scene.dataDir)).toBeUndefined();
  });

  // Less than five seconds on a machine that has nothing else to do; here other suites run beside it.
  test('the start after it is quick, and finds everything', { timeout: 60_000 }, async () => {
    await scene.start();
    expect(scene.program.startMs).toBeLessThan(10_000);
    await scene.expectAllIsWell();
  });

  test('a second start on the same folder is refused in plain words, and disturbs nobody', async () => {
    await expect(startProgram(scene.dataDir)).rejects.toThrow(/in use by another Suanpan .*DATA_DIR/);
    await scene.expectAllIsWell();
  });

  test('Ctrl-C, which reaches all processes of the terminal, ends all of it', { timeout: 60_000 }, async () => {
    await expectInterrupted();
  });

  test('so it does where another Node stands in for ours, and passes it on once more', {
    timeout: 60_000,
  }, async () => {
    await scene.startByAnotherNode();
    await expectInterrupted();
  });

  test('the program does not outlive what stands in for it', { timeout: 60_000 }, async () => {
    await scene.startByAnotherNode();
    scene.program.kill('SIGKILL');
    await scene.program.ended;
    await scene.start();
    await scene.expectAllIsWell();
  });

  async function expectInterrupted(): Promise<void> {
    const postgres = (await postgresOf(scene.dataDir)) ?? 0;
    expect(await isRunning(postgres)).toBe(true);
    scene.program.interrupt();
    expect(await scene.program.ended).toEqual({ code: 0, signal: null });
    expect(await isRunning(postgres)).toBe(false);
    expect(scene.program.log()).toBe('');
  }
});
