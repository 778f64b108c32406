import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { type Manner, Presence, StoreInUse } from '../../src/runtime/host/presence.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

let fresh: FreshDatabase;
const opened: Database[] = [];

beforeEach(async () => {
  fresh = await freshDatabase();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
  await fresh.drop();
});

function process(manner: Manner): Presence {
  const database = connect(fresh.connection);
  opened.push(database);
  return new Presence('tally', database, manner);
}

describe('processes on one store', () => {
  test('work beside each other, and one that must be alone is refused until they have all ended', async () => {
    const [one, other, lone] = [process('beside others'), process('beside others'), process('alone')];
    await Promise.all([one.assert(), other.assert()]);
    await one.assert();
    await expect(lone.assert()).rejects.toThrow('Other processes are at work on the store of tally');
    await one.close();
    await expect(lone.assert()).rejects.toThrow(StoreInUse);
    await other.close();
    await lone.assert();
    await lone.assert();
  });

  test('are refused while one is there that must be alone, as is another such', async () => {
    const lone = process('alone');
    await lone.assert();
    await expect(process('beside others').assert()).rejects.toThrow('is being moved to another bus');
    await expect(process('alone').assert()).rejects.toThrow(StoreInUse);
    await lone.close();
    await process('beside others').assert();
  });
});
