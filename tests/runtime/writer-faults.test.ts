import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProblemError } from '../../src/kernel/problem.ts';
import { connect, type Database, type Transaction } from '../../src/runtime/database/database.ts';
import { problemOf as problemAtTheEdge } from '../../src/runtime/http/problems.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, testCluster, uniqueName } from '../support/postgres.ts';
import { holdUp, marksOf, nodeOf, tallyWith, writeMark } from './tally.ts';
import { armedFailPoints, refuseMarks, terminate } from './tally-faults.ts';

const { failPoints, arm, left } = armedFailPoints();
const name = uniqueName;
let proxy: CuttingProxy;
let host: TestHost;
let owner: Database;

beforeAll(async () => {
  proxy = new CuttingProxy(testCluster());
  proxy.victims = 'tally writer';
  const admin = { ...testCluster(), host: '127.0.0.1', port: await proxy.listen() };
  host = await startTestHost([tallyWith()], { admin, means: { failPoints } });
  owner = connect(ownerOf(host.prefix, 'tally'));
});

afterAll(async () => {
  await owner.close();
  await host[Symbol.asyncDispose]();
  await proxy.close();
});

/** What the caller of the operation would be told. */
async function codeOf(written: Promise<unknown>): Promise<string> {
  try {
    await written;
    return 'written';
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'unavailable')
      expect(error.problem.retryAfterSeconds).toBe(1);
    return problemAtTheEdge(error, makeLog({ level: 'silent' }), { operation: 'mark', traceId: '0' }).code;
  }
}

const keyOf = (key: string) => ({ scope: 'ann:mark', key, fingerprint: 'same' });
const idsOf = async (tally: string) => (await marksOf(owner, tally)).map(({ id }) => id);

describe('what the database refuses', () => {
  test.each([
    ['40001', 'serialization failure', 3],
    ['40P01', 'deadlock', 3],
    ['55P03', 'lock timeout', 3],
    ['23505', 'row inserted by another process meanwhile', 1],
  ])('%s, a %s, repeats the batch: each request has its one effect', async (code, _what, times) => {
    const tally = name('t');
    await refuseMarks(owner, tally, code, times);
    const letGo = await holdUp(host, owner, name('gate'));
    const written = [1, 2, 3].map((number) => writeMark(host, { id: `${tally}/${number}`, tally }));
    await letGo();
    await Promise.all(written);
    expect(await idsOf(tally)).toEqual([`${tally}/1`, `${tally}/2`, `${tally}/3`]);
  });

  test.each([
    ['40001', 'without an end'],
    ['53100', 'a full disk'],
    ['57P03', 'shutting down'],
  ])('%s, %s, is answered 503, and the service recovers by itself', async (code) => {
    const tally = name('t');
    await refuseMarks(owner, tally, code, code === '40001' ? 6 : 1);
    expect(await codeOf(writeMark(host, { id: `${tally}/1`, tally }))).toBe('unavailable');
    await writeMark(host, { id: `${tally}/2`, tally });
    expect(await idsOf(tally)).toEqual([`${tally}/2`]);
  });

  test('a repeat leaves out who does not wait any more', async () => {
    const [tally, gate] = [name('t'), name('gate')];
    await refuseMarks(owner, tally, '40001', 1);
    const letGo = await holdUp(host, owner, gate);
    const deadline = host.time.now() + 20_000;
    // All three are in one batch, which waits for the second gate while time passes.
    const second = name('gate');
    const { letGo: letGoSecond, holder } = await holdRow(second);
    const late = codeOf(writeMark(host, { id: `${tally}/late`, tally }, { origin: { deadline } }));
    const waiting = writeMark(host, { id: second, tally: second });
    const patient = writeMark(host, { id: `${tally}/patient`, tally });
    await letGo();
    await blockedBy(holder);
    host.time.move(20_001);
    await letGoSecond();
    expect(await late).toBe('unavailable');
    await Promise.all([waiting, patient]);
    expect(await idsOf(tally)).toEqual([`${tally}/patient`]);
  });

  test('two writers that lock in opposite order: one is the victim of the deadlock, both get through', async () => {
    const tally = name('t');
    await owner.query('insert into tallies values ($1, 0)', [tally]);
    const held = Promise.withResolvers<number>();
    const raised = Promise.withResolvers<void>();
    // Ours writes tallies before marks. The other is patient enough for ours to be the victim.
    const other = owner.transaction(async (transaction) => {
      await transaction.query("set local deadlock_timeout = '20s'");
      await transaction.query("insert into marks (id, tally, seen, cause) values ($1, $1, 0, 'other')", [tally]);
      held.resolve(await pidOf(transaction));
      await raised.promise;
      await transaction.query('select 1 from tallies where name = $1 for update', [tally]);
      await transaction.query('delete from marks where id = $1', [tally]);
    });
    const holder = await held.promise;
    const before = await repeats();
    const ours = writeMark(host, { id: tally, tally });
    await blockedBy(holder);
    raised.resolve();
    await Promise.all([other, ours]);
    const { rows } = await owner.query('select count from tallies where name = $1', [tally]);
    expect(rows).toEqual([{ count: 1 }]);
    expect(await idsOf(tally)).toEqual([tally]);
    // Once more where a busy machine has the other not done in time.
    expect(await repeats()).toBeGreaterThan(before);
  });
});

/** Resolves when the writer waits for a row of this backend, not merely for the gate before it. */
async function blockedBy(holder: number): Promise<void> {
  const sql = `select 1 from pg_stat_activity
    where datname = current_database() and application_name like '%writer' and $1 = any(pg_blocking_pids(pid))`;
  while ((await owner.query(sql, [holder])).count === 0);
}

/** How often batches were begun anew. */
async function repeats(): Promise<number> {
  const { values } = await nodeOf(host, 'tally').context.metrics.retries.get();
  return values.find(({ labels }) => labels.what === 'batch')?.value ?? 0;
}

async function pidOf(transaction: Transaction): Promise<number> {
  const { rows } = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

async function holdRow(tally: string): Promise<{ letGo: () => Promise<void>; holder: number }> {
  const held = Promise.withResolvers<number>();
  const released = Promise.withResolvers<void>();
  await owner.query('insert into tallies values ($1, 0)', [tally]);
  const holding = owner.transaction(async (transaction) => {
    await transaction.query('select 1 from tallies where name = $1 for update', [tally]);
    held.resolve(await pidOf(transaction));
    await released.promise;
  });
  const holder = await held.promise;
  return {
    holder,
    letGo: async () => {
      released.resolve();
      await holding;
    },
  };
}

describe('a connection', () => {
  test('killed in the middle of a batch: 503 for all who waited, nothing done, and the next batch works', async () => {
    const tally = name('t');
    const letGo = await holdUp(host, owner, name('gate'));
    const waiting = [1, 2, 3].map((number) => codeOf(writeMark(host, { id: `${tally}/${number}`, tally })));
    expect(await terminate(owner, 'tally writer')).toBeGreaterThan(0);
    expect(await Promise.all(waiting)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    await letGo();
    await writeMark(host, { id: `${tally}/next`, tally });
    expect(await idsOf(tally)).toEqual([`${tally}/next`]);
  });

  test.each(['before the client hears of it', 'before the server hears COMMIT'] as const)(
    'cut %s: a request with a key gets its one effect and its answer; one without is told 503',
    async (cut) => {
      const [keyed, plain] = [name('t'), name('t')];
      const happens = cut === 'before the client hears of it';
      const isCut = proxy.cutOnce(cut);
      const answer = writeMark(host, { id: `${keyed}/1`, tally: keyed }, { key: keyOf(name('key')) });
      const code = codeOf(writeMark(host, { id: `${plain}/1`, tally: plain }));
      await isCut;
      expect(await answer).toEqual({ replayed: happens, answer: { seen: 0 } });
      expect(await code).toBe('unavailable');
      expect(await idsOf(keyed)).toEqual([`${keyed}/1`]);
      expect(await idsOf(plain)).toEqual(happens ? [`${plain}/1`] : []);
    },
  );
});

describe('a fail point', () => {
  test('before the commit: nothing is done, 503; repeated by the client it is done once', async () => {
    const tally = name('t');
    const key = keyOf(name('key'));
    arm('tally.before-commit');
    expect(await codeOf(writeMark(host, { id: `${tally}/1`, tally }, { key }))).toBe('unavailable');
    expect(await idsOf(tally)).toEqual([]);
    await expect(writeMark(host, { id: `${tally}/1`, tally }, { key })).resolves.toMatchObject({ replayed: false });
    expect(await idsOf(tally)).toEqual([`${tally}/1`]);
  });

  test('after the commit: what is done is not done again; with a key the answer comes, without one 503', async () => {
    const tally = name('t');
    arm('tally.after-commit');
    const letGo = await holdUp(host, owner, name('gate'));
    await letGo();
    expect(left('tally.after-commit')).toBe(0);
    arm('tally.after-commit');
    const keyed = writeMark(host, { id: `${tally}/1`, tally }, { key: keyOf(name('key')) });
    const plain = codeOf(writeMark(host, { id: `${tally}/2`, tally }));
    expect(await keyed).toEqual({ replayed: true, answer: { seen: 0 } });
    expect(await plain).toBe('unavailable');
    expect(await idsOf(tally)).toEqual([`${tally}/1`, `${tally}/2`]);
  });

  test('an error in what follows the commit, a bug of ours, does not repeat the batch either', async () => {
    const tally = name('t');
    const { context } = nodeOf(host, 'tally');
    const observe = context.metrics.batchSize.observe;
    context.metrics.batchSize.observe = () => {
      context.metrics.batchSize.observe = observe;
      throw new TypeError('a bug after the commit');
    };
    expect(await codeOf(writeMark(host, { id: `${tally}/1`, tally }))).toBe('unavailable');
    expect(await idsOf(tally)).toEqual([`${tally}/1`]);
  });
});
