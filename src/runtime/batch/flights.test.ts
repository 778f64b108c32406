import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { DedicatedConnection, Transaction } from '../database/database.ts';
import { systemScheduler } from '../seams/scheduler.ts';
import { Flights, type Passenger } from './flights.ts';
import type { Flush } from './flush.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const passenger: Passenger = {
  service: 'tea',
  isDeciding: false,
  isHearing: false,
  wake: () => undefined,
  save: () => undefined,
  committed: () => undefined,
  landed: () => Promise.resolve(),
  retract: () => undefined,
  again: () => Promise.resolve(),
};

test('what has landed is forgotten, however long flights follow one another without a pause', async () => {
  const flown: WeakRef<Flush>[] = [];
  const board = (): void => {
    const flush = { deadline: Number.POSITIVE_INFINITY } as Flush;
    flown.push(new WeakRef(flush));
    flights.board(passenger, () => flush);
  };
  const { promise: counted, resolve: land } = Promise.withResolvers<void>();
  const connection = {
    // The next one waits before this one lands, so that nobody ever rests; the last is under way while it is counted.
    async transaction(work: (transaction: Transaction) => unknown, options?: { sent?: () => void }) {
      await work({} as Transaction);
      options?.sent?.();
      return flown.length < 20 ? board() : counted;
    },
  } as unknown as DedicatedConnection;
  const flights = new Flights({ connection, clock: { now: () => 0 }, scheduler: systemScheduler() });
  board();
  await expect.poll(() => flown.length).toBe(20);
  await expect
    .poll(() => {
      collectGarbage();
      return flown.filter((flush) => flush.deref()).length;
    })
    .toBeLessThanOrEqual(2);
  land();
});
