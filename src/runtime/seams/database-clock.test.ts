import { beforeEach, describe, expect, test } from 'vitest';
import type { Queries } from '../database/database.ts';
import { databaseClock } from './database-clock.ts';

let systemMs = 0;
let databaseMs = 0;
let roundTripMs = 0;
let isAway = false;
let alarms: (() => void)[] = [];

beforeEach(() => {
  [systemMs, databaseMs, roundTripMs, isAway, alarms] = [1_790_000_000_000, 1_790_000_000_000, 0, false, []];
});

const database = {
  query: async () => {
    if (isAway) throw new Error('away');
    const now = databaseMs + roundTripMs / 2;
    systemMs += roundTripMs;
    return { rows: [{ now }], count: 1 };
  },
} as unknown as Queries;

const scheduler = {
  after: (_delayMs: number, run: () => void) => {
    alarms.push(run);
    return () => {
      alarms = alarms.filter((alarm) => alarm !== run);
    };
  },
  wait: () => Promise.resolve(),
};

const start = () => databaseClock(database, { now: () => systemMs }, scheduler);

async function correct(): Promise<void> {
  for (const alarm of alarms.splice(0)) alarm();
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('the clock that follows the database', () => {
  test.each([360_000, -360_000, 3 * 86_400_000, -3 * 86_400_000])(
    'is corrected by its offset of %d ms',
    async (offsetMs) => {
      databaseMs = systemMs + offsetMs;
      const clock = await start();
      expect(clock.now()).toBe(databaseMs);
      systemMs += 250;
      expect(clock.now()).toBe(databaseMs + 250);
    },
  );

  test('takes the database to have answered in the middle of the round trip', async () => {
    roundTripMs = 40;
    databaseMs = systemMs + 5_000;
    const clock = await start();
    expect(clock.now() - systemMs).toBe(5_000);
  });

  test('stands still rather than go back when the correction falls, and goes on from there', async () => {
    databaseMs = systemMs + 10_000;
    const clock = await start();
    const before = clock.now();
    databaseMs = systemMs + 4_000;
    await correct();
    expect(clock.now()).toBe(before);
    systemMs += 5_999;
    expect(clock.now()).toBe(before);
    systemMs += 2;
    expect(clock.now()).toBe(before + 1);
  });

  test('keeps the last correction while the database is away, and goes on asking', async () => {
    databaseMs = systemMs + 10_000;
    const clock = await start();
    isAway = true;
    await correct();
    expect(clock.now()).toBe(systemMs + 10_000);
    isAway = false;
    databaseMs = systemMs + 20_000;
    await correct();
    expect(clock.now()).toBe(systemMs + 20_000);
  });

  test('stopped asks no more, also when it is stopped in the middle of asking', async () => {
    const idle = await start();
    idle.stop();
    expect(alarms).toHaveLength(0);
    const asking = await start();
    const corrected = correct();
    asking.stop();
    await corrected;
    expect(alarms).toHaveLength(0);
  });
});
