import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { Publications } from '../../src/runtime/log/publications.ts';
import { eventually } from '../support/eventually.ts';
import { type FreshDatabase, freshDatabase, uniqueName } from '../support/postgres.ts';
import { terminate } from './tally-faults.ts';

const runtime = { scope: 'runtime', folder: new URL('../../src/runtime/migrations/', import.meta.url) };
let store: FreshDatabase;
let owner: Database;
/** Two processes of the same source. */
let processes: readonly { readonly database: Database; readonly publications: Publications }[];

beforeAll(async () => {
  store = await freshDatabase([runtime]);
  owner = connect(store.owner);
  processes = ['one', 'other'].map((applicationName) => {
    const database = connect({ ...store.connection, applicationName });
    return { database, publications: new Publications(database) };
  });
});

afterAll(async () => {
  for (const { database, publications } of processes) {
    await publications.close();
    await database.close();
  }
  await owner.close();
  await store.drop();
});

function both(): readonly [Publications, Publications] {
  const [one, other] = processes;
  if (!one || !other) throw new Error('two were started');
  return [one.publications, other.publications];
}

describe('of two processes with the same log', () => {
  test('one publishes for a consumer, each of them for another; what it saves both read', async () => {
    const [one, other] = both();
    const [first, second] = [uniqueName('consumer'), uniqueName('consumer')];
    expect([await one.acquire(first), await other.acquire(second)]).toEqual([true, true]);
    expect([await one.acquire(second), await other.acquire(first)]).toEqual([false, false]);
    expect(await one.acquire(first)).toBe(true);
    expect(await other.find(first)).toBeUndefined();
    expect(await one.save({ consumer: first, position: 2 ** 40, last: 7 })).toBe(true);
    expect(await other.find(first)).toEqual({ consumer: first, position: 2 ** 40, last: 7 });
    expect(await other.find(second)).toBeUndefined();
  });

  test('the one whose right has passed on saves nothing any more', async () => {
    const [one, other] = both();
    const consumer = uniqueName('consumer');
    await one.acquire(consumer);
    await one.save({ consumer, position: 5, last: 4 });
    // The right goes with its session, which the holder does not notice.
    await terminate(owner, 'one publications');
    await eventually(async () => expect(await other.acquire(consumer)).toBe(true));
    await other.save({ consumer, position: 9, last: 8 });
    expect(await one.save({ consumer, position: 6, last: 6 }).catch(() => false)).toBe(false);
    expect(await one.save({ consumer, position: 6, last: 6 })).toBe(false);
    expect(await one.find(consumer)).toEqual({ consumer, position: 9, last: 8 });
  });

  test('one that forgets them, as the store leaves the broker, forgets them for both', async () => {
    const [one, other] = both();
    const consumer = uniqueName('consumer');
    await one.acquire(consumer);
    await one.save({ consumer, position: 5, last: 4 });
    await other.forget();
    expect(await one.find(consumer)).toBeUndefined();
  });
});
