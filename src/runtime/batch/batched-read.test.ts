import { expect, test } from 'vitest';
import { batchedRead, batchedReadBy, sharedReadBy } from './batched-read.ts';

/** A source whose queries are answered by hand. */
function source() {
  const queries: { keys: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const read = (keys: readonly string[]) =>
    new Promise<Map<string, string>>((resolve, reject) => {
      queries.push({
        keys,
        answer: () => resolve(new Map(keys.filter((key) => key !== 'unknown').map((key) => [key, key.toUpperCase()]))),
        fail: reject,
      });
    });
  return { queries, read };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is asked in one turn is read by one query, each key once', async () => {
  const { queries, read } = source();
  const ask = batchedRead(read);
  const answers = Promise.all([ask(['a', 'b']), ask(['b', 'c'])]);
  await turn();
  expect(queries.map(({ keys }) => keys)).toEqual([['a', 'b', 'c']]);
  queries[0]?.answer();
  expect(await answers).toEqual([
    new Map([
      ['a', 'A'],
      ['b', 'B'],
    ]),
    new Map([
      ['b', 'B'],
      ['c', 'C'],
    ]),
  ]);
});

test('what is asked while a query is in flight waits for the next one, so it never gets an older answer', async () => {
  const { queries, read } = source();
  const ask = batchedRead(read);
  const first = ask(['a']);
  await turn();
  const second = ask(['a']);
  const third = ask(['c']);
  await turn();
  expect(queries).toHaveLength(1);
  queries[0]?.answer();
  expect(await first).toEqual(new Map([['a', 'A']]));
  await turn();
  expect(queries.map(({ keys }) => keys)).toEqual([['a'], ['a', 'c']]);
  queries[1]?.answer();
  expect([await second, await third]).toEqual([new Map([['a', 'A']]), new Map([['c', 'C']])]);
});

test('a failed query fails its own questions, and the next ones are read', async () => {
  const { queries, read } = source();
  const ask = batchedRead(read);
  const first = ask(['a']);
  await turn();
  const second = ask(['b']);
  queries[0]?.fail(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await turn();
  queries[1]?.answer();
  expect(await second).toEqual(new Map([['b', 'B']]));
});

test('a query takes no more keys than it may, but always one question', async () => {
  const { queries, read } = source();
  const ask = batchedRead(read, 3);
  const answers = Promise.all([ask(['a', 'b', 'c', 'd']), ask(['e', 'f']), ask(['g']), ask(['h', 'i'])]);
  for (let index = 0; index < 3; index += 1) {
    await turn();
    queries[index]?.answer();
  }
  await answers;
  expect(queries.map(({ keys }) => keys.join(''))).toEqual(['abcd', 'efg', 'hi']);
});

test('what the query leaves out has no value', async () => {
  const { queries, read } = source();
  const answer = batchedRead(read)(['unknown', 'a']);
  await turn();
  queries[0]?.answer();
  expect(await answer).toEqual(new Map([['a', 'A']]));
});

test('owners do not share queries', async () => {
  const asked: [object, readonly string[]][] = [];
  const ask = batchedReadBy((owner: object, keys: readonly string[]) => {
    asked.push([owner, keys]);
    return Promise.resolve(new Map(keys.map((key) => [key, key])));
  });
  const [one, other] = [{}, {}];
  await Promise.all([ask(one, ['a']), ask(other, ['b']), ask(one, ['c'])]);
  expect(asked).toEqual([
    [one, ['a', 'c']],
    [other, ['b']],
  ]);
});

/** Reads that are answered by hand, in the order in which they began. */
function pages() {
  const begun: { question: unknown; answer: (text: string) => void; fail: (error: Error) => void }[] = [];
  const read = (_owner: object, question: unknown) =>
    new Promise<string>((answer, fail) => {
      begun.push({ question, answer, fail });
    });
  return { begun, ask: sharedReadBy(read), shop: {} };
}

test('who asks what is being read waits for the next read of it, together with others', async () => {
  const { begun, ask, shop } = pages();
  const [first, second, third] = [1, 2, 3].map(() => ask(shop, { page: 1 }));
  const other = ask(shop, { page: 2 });
  expect(begun.map(({ question }) => question)).toEqual([{ page: 1 }, { page: 2 }]);
  begun[0]?.answer('old');
  expect(await first).toBe('old');
  await turn();
  expect(begun).toHaveLength(3);
  const fourth = ask(shop, { page: 1 });
  begun[2]?.answer('new');
  expect(await Promise.all([second, third])).toEqual(['new', 'new']);
  await turn();
  begun[3]?.answer('newer');
  begun[1]?.answer('second page');
  expect(await Promise.all([fourth, other])).toEqual(['newer', 'second page']);
});

test('a shared read that fails fails for those who asked it, and no others', async () => {
  const { begun, ask, shop } = pages();
  const [first, second] = [ask(shop, 'a'), ask(shop, 'a')];
  begun[0]?.fail(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await turn();
  begun[1]?.answer('there');
  expect(await second).toBe('there');
  const third = ask(shop, 'a');
  begun[2]?.answer('again');
  expect(await third).toBe('again');
});
