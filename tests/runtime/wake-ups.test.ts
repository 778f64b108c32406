import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf } from '../support/postgres.ts';
import { nodeOf, tallyWith, writeMark } from './tally.ts';
import { terminate } from './tally-faults.ts';

/** So rarely that nothing here would be found by polling. */
const means = { isShared: true, pollMs: 3_600_000 };

let one: TestHost;
let other: TestHost;
let database: Database;

beforeAll(async () => {
  one = await startTestHost([tallyWith()], { means });
  other = await startTestHost([tallyWith()], { means, prefix: one.prefix });
  database = connect(ownerOf(one.prefix, 'tally'));
});

afterAll(async () => {
  await database.close();
  await other.stop();
  await one[Symbol.asyncDispose]();
});

/** The id of the next mark that the host hears its own log say of the tally. */
function nextMark(on: TestHost, tally: string): Promise<string | undefined> {
  const { context } = nodeOf(on, 'tally');
  return context.said(tally, ({ data }) => (data as { id: string }).id, context.clock.now() + 20_000);
}

test.each([
  ['one', 'the other', () => [one, other] as const],
  ['the other', 'one', () => [other, one] as const],
])('what %s of two processes says, a request that waits in %s is told at once', async (who, _other, both) => {
  const [speaker, listener] = both();
  const heard = nextMark(listener, `tally of ${who}`);
  await writeMark(speaker, { id: `from ${who}`, tally: `tally of ${who}` });
  expect(await heard).toBe(`from ${who}`);
});

test('after the session was lost, what was said meanwhile is told too', async () => {
  const heard = nextMark(other, 'cups');
  expect(await terminate(database, 'tally wake-ups')).toBe(2);
  await writeMark(one, { id: 'while there was nobody to tell', tally: 'cups' });
  expect(await heard).toBe('while there was nobody to tell');
  const again = nextMark(one, 'saucers');
  await writeMark(other, { id: 'again', tally: 'saucers' });
  expect(await again).toBe('again');
});

test('what is said last before the end is told', async () => {
  const leaving = await startTestHost([tallyWith()], { means, prefix: one.prefix });
  const heard = nextMark(other, 'pot');
  await writeMark(leaving, { id: 'farewell', tally: 'pot' });
  await leaving.stop();
  expect(await heard).toBe('farewell');
});
