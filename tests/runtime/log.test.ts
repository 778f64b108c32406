import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { append, follow, LogScene, letter, post } from './log-scene.ts';
import { nodeOf } from './tally.ts';

let scene: LogScene;

beforeAll(async () => {
  scene = await LogScene.open();
});
afterAll(() => scene?.[Symbol.asyncDispose]());

describe('no late arrivals', () => {
  test('two writers, long transactions and rollbacks: a follower sees each message once, in order, and misses none', async () => {
    const reader = scene.reader();
    await reader.start();
    const start = reader.head;
    let last = Number.POSITIVE_INFINITY;
    const following = follow(reader, start, 64, (position) => position >= last);
    const writing = [scene.one, scene.other].map(async (host) => {
      for (let round = 0; round < 40; round += 1)
        await Promise.all([
          post(host, [letter('ann', round)]),
          post(host, [letter('bob', round), letter('cid', round)]),
        ]);
    });
    const raw = [0, 1, 2].map(async (which) => {
      for (let round = 0; round < 25; round += 1) {
        const attempt = scene.owner.transaction(async (transaction) => {
          await append(transaction, 1 + (round % 3));
          // Positions are drawn, and the commit comes later: others that drew theirs after it must not overtake it.
          for (let turn = 0; turn < 3; turn += 1) await transaction.query('select 1');
          if (round % 4 === which) throw new Error('rolled back');
        });
        await attempt.catch(() => undefined);
      }
    });
    await Promise.all([...writing, ...raw]);
    const positions = await scene.positionsAfter(start);
    last = positions.at(-1) ?? start;
    await post(scene.one, [letter('ann', 0)]);
    const seen = await following;
    expect(seen.slice(0, positions.length)).toEqual(positions);
    // What was rolled back left gaps.
    expect(last - start).toBeGreaterThan(positions.length);
    await reader.stop();
  });

  test('positions drawn and not committed hold up all that come after them', async () => {
    const start = await scene.head();
    const drawn = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const early = scene.owner.transaction(async (transaction) => {
      await append(transaction, 1);
      drawn.resolve();
      await released.promise;
    });
    await drawn.promise;
    const late = post(scene.one, [letter('ann', 1)]);
    const blocked = `select 1 from pg_stat_activity where datname = current_database()
      and application_name like '%writer' and wait_event = 'advisory'`;
    while ((await scene.owner.query(blocked)).count === 0);
    expect(await scene.positionsAfter(start)).toEqual([]);
    released.resolve();
    await Promise.all([early, late]);
    expect(await scene.positionsAfter(start)).toHaveLength(2);
  });
});

describe('waiting for something said', () => {
  test('a match that throws rejects its own waiting, and nobody else notices', async () => {
    const { context, log } = nodeOf(scene.one, 'sender');
    const deadline = context.clock.now() + 20_000;
    const faulty = context.said('dan', () => JSON.parse('{') as string, deadline);
    const sound = context.said('dan', ({ position }) => position, deadline);
    const woken = log.more(log.head, new AbortController().signal);
    await Promise.all([post(scene.one, [letter('dan', 1)]), expect(faulty).rejects.toThrow(SyntaxError)]);
    expect(await sound).toBeGreaterThan(0);
    await woken;
  });

  test('ends with its deadline', async () => {
    const { context } = nodeOf(scene.one, 'sender');
    const said = context.said('eve', () => true, context.clock.now() + 3_600_000);
    scene.one.time.move(3_600_000);
    expect(await said).toBeUndefined();
  });
});

describe('the log', () => {
  test('is append-only by grant', async () => {
    const { database } = nodeOf(scene.one, 'sender');
    await post(scene.one, [letter('ann', 1)]);
    for (const sql of [
      'update log set cause = cause',
      'delete from log',
      'truncate log',
      'delete from log_0',
      "select setval('log_position', 1)",
      'drop table log_0',
      'create table log_9 partition of log for values from (9000000) to (10000000)',
      'update admin_trail set reason = null',
      'delete from admin_trail',
      'delete from cursors',
      'delete from dead_letters',
    ])
      await expect(database.query(sql), sql).rejects.toMatchObject({ code: '42501' });
  });

  test('goes on over the boundary of a partition', async () => {
    await scene.owner.query(`select setval('log_position', 999980)`);
    const reader = scene.reader();
    await reader.start();
    const { head } = reader;
    const { database } = nodeOf(scene.one, 'sender');
    await database.query('select extend_log()');
    await Promise.all(
      Array.from({ length: 20 }, (_, round) => post(scene.one, [letter('ann', round), letter('bob', round)])),
    );
    const seen = await follow(reader, head, 7, (position) => position >= 1_000_020);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => 999_981 + index));
    const partitions = await scene.owner.query(
      'select distinct tableoid::regclass::text as part from log where position > $1 order by 1',
      [999_980],
    );
    expect(partitions.rows).toEqual([{ part: 'log_0' }, { part: 'log_1' }]);
    await reader.stop();
  });

  test('whose next partition is missing is given it by the writer; while that is impossible, nobody’s item is blamed', async () => {
    await scene.owner.query(`select setval('log_position', 3999999)`);
    await scene.owner.query(`revoke execute on function extend_log() from "${scene.one.prefix}_sender"`);
    const refused = await post(scene.one, [letter('ann', 1)]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ problem: { code: 'unavailable', retryAfterSeconds: 1 } });
    await scene.owner.query(`grant execute on function extend_log() to "${scene.one.prefix}_sender"`);
    await post(scene.one, [letter('ann', 2)]);
    const [position] = await scene.positionsAfter(3_999_999);
    expect(position).toBeLessThan(4_000_010);
  });

  test('is given its next partition while somebody reads it', async () => {
    await scene.owner.query(`select setval('log_position', 6000000)`);
    await scene.owner.transaction(async (transaction) => {
      await transaction.query('select count(*) from log');
      await nodeOf(scene.one, 'sender').database.query('select extend_log()');
    });
    await post(scene.one, [letter('ann', 1)]);
    const { rows } = await scene.owner.query(
      'select tableoid::regclass::text as part from log where position > $1',
      [6_000_000],
    );
    expect(rows).toEqual([{ part: 'log_6' }]);
  });
});
