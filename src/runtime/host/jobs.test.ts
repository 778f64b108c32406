import { describe, expect, test, vi } from 'vitest';
import type { Context, Job } from '../service.ts';
import { Jobs } from './jobs.ts';

/** A context whose pauses a test ends by hand. */
function contextOf(holds: () => boolean | Promise<boolean> = () => true) {
  const pauses: { ms: number; end: () => void }[] = [];
  const warnings: unknown[] = [];
  const ended: string[] = [];
  const context = {
    service: 'tea',
    settings: { pauseMs: 70 },
    log: { warn: (fields: unknown) => warnings.push(fields) },
    random: { fraction: () => 1 },
    scheduler: {
      wait: (ms: number, signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          if (signal.aborted) return resolve();
          signal.addEventListener('abort', () => resolve(), { once: true });
          pauses.push({ ms, end: resolve });
        }),
    },
    database: {
      dedicated: () => ({
        transaction: async (work: (transaction: unknown) => Promise<unknown>) =>
          work({ query: async () => ({ rows: [{ held: await holds() }] }) }),
        close: async () => void ended.push('leases'),
      }),
    },
  } as unknown as Context;
  return { context, pauses, warnings, ended };
}

const job = (run: Job['run'], more: Partial<Job> = {}): Job => ({
  name: 'brew',
  everyMs: 50,
  on: 'each',
  run,
  ...more,
});

async function pausesOf(pauses: readonly { ms: number; end: () => void }[], count: number): Promise<number[]> {
  for (let index = 0; index < count; index += 1) {
    while (pauses.length <= index) await Promise.resolve();
    if (index < count - 1) pauses[index]?.end();
  }
  return pauses.map(({ ms }) => ms);
}

describe('a job', () => {
  test('runs again and again with its pause between, which may come from the settings', async () => {
    const { context, pauses } = contextOf();
    const run = vi.fn(async () => undefined);
    const jobs = new Jobs(context);
    const everyMs = ((settings: { pauseMs: number }) => settings.pauseMs) as unknown as () => number;
    jobs.start([job(run, { everyMs })]);
    expect(await pausesOf(pauses, 3)).toEqual([70, 70, 70]);
    expect(run).toHaveBeenCalledTimes(3);
    await jobs.stop();
  });

  test('that fails is told, backs off up to a bound, and starts anew once it went well', async () => {
    const { context, pauses, warnings } = contextOf();
    let runs = 0;
    const jobs = new Jobs(context);
    jobs.start([
      job(async () => {
        runs += 1;
        if (runs <= 8) throw new Error('no water');
      }),
    ]);
    expect(await pausesOf(pauses, 10)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 50, 50]);
    expect(warnings).toHaveLength(8);
    expect(warnings[0]).toMatchObject({ service: 'tea', job: 'brew', err: new Error('no water') });
    await jobs.stop();
  });

  test('that fails never runs sooner than its own pause', async () => {
    const { context, pauses } = contextOf();
    const jobs = new Jobs(context);
    jobs.start([job(() => Promise.reject(new Error('no water')), { everyMs: 3_000 })]);
    expect(await pausesOf(pauses, 4)).toEqual([3_000, 3_000, 3_000, 4_000]);
    await jobs.stop();
  });

  test('for one instance runs only while the lease is held', async () => {
    const held = [false, true, false];
    const { context, pauses } = contextOf(() => held.shift() ?? false);
    const run = vi.fn(async () => undefined);
    const jobs = new Jobs(context);
    jobs.start([job(run, { on: 'one' })]);
    await pausesOf(pauses, 4);
    expect(run).toHaveBeenCalledTimes(1);
    await jobs.stop();
  });

  test('is waited for by a stop, which ends pauses and closes the leases last', async () => {
    const { context, pauses, ended } = contextOf();
    const brewing = Promise.withResolvers<void>();
    const jobs = new Jobs(context);
    jobs.start([
      job(async () => {
        await brewing.promise;
        ended.push('brew');
      }),
      job(async () => undefined, { name: 'pour', everyMs: 3_600_000 }),
    ]);
    await pausesOf(pauses, 1);
    const stopped = jobs.stop().then(() => ended.push('stop'));
    brewing.resolve();
    await stopped;
    expect(ended).toEqual(['brew', 'leases', 'stop']);
  });
});
