import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { ConnectionError, classify, StatementError } from '../../src/runtime/database/failure.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = connect({ ...fresh.owner, poolSize: 4 });
  await database.query('CREATE TABLE tea (id bigint PRIMARY KEY, name text NOT NULL, stock int CHECK (stock >= 0))');
});

afterAll(async () => {
  await database.close();
  await fresh.drop();
});

async function names(): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>('SELECT name FROM tea ORDER BY id');
  return rows.map(({ name }) => name);
}

async function emptied(): Promise<void> {
  await database.query('DELETE FROM tea');
}

/** What went unhandled while `work` ran, and until the event loop has turned once more. */
async function unhandledDuring(work: () => Promise<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  const listener = (reason: unknown) => seen.push(reason);
  process.on('unhandledRejection', listener);
  try {
    await work();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', listener);
  }
  return seen;
}

const INSERT = 'INSERT INTO tea (id, name, stock) VALUES ($1, $2, $3)';

describe('a transaction', () => {
  test('commits statements nobody awaited, and answers with what the work returned', async () => {
    await emptied();
    const answer = await database.transaction((transaction) => {
      transaction.query(INSERT, [1, 'Longjing', 5]);
      transaction.query(INSERT, [2, 'Biluochun', 5]);
      return 'both';
    });
    expect(answer).toBe('both');
    expect(await names()).toEqual(['Longjing', 'Biluochun']);
  });

  test('throws the first cause, not the complaints of the statements behind it, and leaves nothing', async () => {
    await emptied();
    let error: unknown;
    const unhandled = await unhandledDuring(async () => {
      error = await database
        .transaction((transaction) => {
          transaction.query(INSERT, [1, 'Longjing', 5]);
          transaction.query(INSERT, [2, 'Biluochun', -1]);
          transaction.query(INSERT, [1, 'Longjing again', 5]);
          transaction.query('SELECT nonsense FROM nowhere');
        })
        .catch((caught: unknown) => caught);
    });
    expect(error).toMatchObject({ code: '23514', constraint: 'tea_stock_check', table: 'tea' });
    expect(classify(error)).toBe('item');
    expect(unhandled).toEqual([]);
    expect(await names()).toEqual([]);
  });

  test('throws the first cause also where the work awaited only a later statement', async () => {
    await emptied();
    const attempt = database.transaction(async (transaction) => {
      transaction.query(INSERT, [1, 'Longjing', -1]);
      await transaction.query('SELECT 1');
    });
    await expect(attempt).rejects.toMatchObject({ code: '23514' });
  });

  test('rolls back when the work throws, and throws that', async () => {
    await emptied();
    const unhandled = await unhandledDuring(async () => {
      const attempt = database.transaction((transaction) => {
        transaction.query(INSERT, [1, 'Longjing', 5]);
        throw new RangeError('changed my mind');
      });
      await expect(attempt).rejects.toThrow(new RangeError('changed my mind'));
    });
    expect(unhandled).toEqual([]);
    expect(await names()).toEqual([]);
  });

  test('does not commit when a failed statement was swallowed by the work', async () => {
    await emptied();
    const attempt = database.transaction(async (transaction) => {
      transaction.query(INSERT, [1, 'Longjing', 5]);
      await transaction.query(INSERT, [2, 'Biluochun', -1]).catch(() => undefined);
    });
    await expect(attempt).rejects.toMatchObject({ code: '23514' });
    expect(await names()).toEqual([]);
  });

  test('commits what a savepoint has saved', async () => {
    await emptied();
    await database.transaction(async (transaction) => {
      transaction.query(INSERT, [1, 'Longjing', 5]);
      transaction.query('SAVEPOINT before');
      await transaction.query(INSERT, [2, 'Biluochun', -1]).catch(() => undefined);
      transaction.query('ROLLBACK TO SAVEPOINT before');
      transaction.query(INSERT, [3, 'Tieguanyin', 5]);
    });
    expect(await names()).toEqual(['Longjing', 'Tieguanyin']);
  });

  test('rolls back when a value cannot be sent at all', async () => {
    await emptied();
    let error: unknown;
    const unhandled = await unhandledDuring(async () => {
      error = await database
        .transaction((transaction) => {
          transaction.query(INSERT, [1, 'Longjing', 5]);
          transaction.query(INSERT, [2, 'half of a pair: \ud83c', 5]);
        })
        .catch((caught: unknown) => caught);
    });
    expect(classify(error)).toBe('item');
    expect(unhandled).toEqual([]);
    expect(await names()).toEqual([]);
  });

  test('refuses a statement that comes after its end', async () => {
    const late = await database.transaction((transaction) => transaction);
    await expect(late.query('SELECT 1')).rejects.toThrow('The transaction is over');
  });

  test('reports a constraint that fails only at COMMIT', async () => {
    await database.query(`CREATE TABLE pot (id int PRIMARY KEY, lid int REFERENCES pot DEFERRABLE INITIALLY DEFERRED)`);
    const error = await database
      .transaction((transaction) => {
        transaction.query('INSERT INTO pot VALUES (1, 7)');
      })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StatementError);
    expect(classify(error)).toBe('item');
    expect(database.state.idle).toBe(database.state.open);
  });

  test('honours its isolation and access mode', async () => {
    const isolation = await database.transaction(
      async (transaction) => {
        const { rows } = await transaction.query<{ level: string }>(
          "SELECT current_setting('transaction_isolation') level",
        );
        return rows[0]?.level;
      },
      { isolation: 'repeatable read', readOnly: true },
    );
    expect(isolation).toBe('repeatable read');
    const write = database.transaction(
      (transaction) => {
        transaction.query('DELETE FROM tea');
      },
      { readOnly: true },
    );
    await expect(write).rejects.toMatchObject({ code: '25006' });
  });

  test('leaves its connection fit for the next, whatever happened', async () => {
    const single = connect({ ...fresh.owner, poolSize: 1 });
    for (const text of ['SELECT 1/0', 'SELECT nonsense', 'INSERT INTO tea VALUES (null)', 'syntax error']) {
      await single
        .transaction((transaction) => {
          transaction.query(text);
        })
        .catch(() => undefined);
      await single.query(text).catch(() => undefined);
    }
    expect(await single.transaction((transaction) => transaction.query('SELECT 1 AS one'))).toMatchObject({
      rows: [{ one: 1 }],
    });
    await single.close();
  });
});

describe('a pool', () => {
  test('that is exhausted says so, as nobody’s fault', async () => {
    const small = connect({ ...fresh.owner, poolSize: 1, connectTimeoutMs: 500 });
    await small.transaction(async () => {
      const error = await small.query('SELECT 1').catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConnectionError);
      expect(classify(error)).toBe('infrastructure');
    });
    await small.close();
  });

  test('gives statements, locks and idle transactions their limits', async () => {
    const limited = connect({
      ...fresh.owner,
      statementTimeoutMs: 100,
      lockTimeoutMs: 50,
      idleInTransactionTimeoutMs: 60,
    });
    const slow = await limited.query('SELECT pg_sleep(5)').catch((caught: unknown) => caught);
    expect(slow).toMatchObject({ code: '57014' });
    expect(classify(slow)).toBe('infrastructure');
    // What is known to take long may.
    const { rows } = await limited.patiently((queries) => queries.query("SELECT 'tea' AS tea FROM pg_sleep(0.3)"));
    expect(rows).toEqual([{ tea: 'tea' }]);
    await database.transaction(async (transaction) => {
      await transaction.query('LOCK TABLE tea');
      const locked = await limited.query('SELECT * FROM tea').catch((caught: unknown) => caught);
      expect(classify(locked)).toBe('repeat');
    });
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const idle = limited.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const isThere = async () =>
        (await database.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [rows[0]?.pid])).count;
      while ((await isThere()) > 0);
      resolve();
    });
    await gone;
    // COMMIT may be on its way before the end of the session is heard of: then nobody can know.
    expect(['infrastructure', 'unknown-commit']).toContain(classify(await idle.catch((caught: unknown) => caught)));
    await limited.close();
  });
});

describe('a dedicated connection', () => {
  test('keeps one session, runs transactions in turn, and comes back after it was cut', async () => {
    const writer = database.dedicated('writer');
    const pid = () =>
      writer.transaction(async (transaction) => {
        const { rows } = await transaction.query<{ pid: number; name: string }>(
          "SELECT pg_backend_pid() AS pid, current_setting('application_name') AS name",
        );
        return rows[0];
      });
    const [first, second] = await Promise.all([pid(), pid()]);
    expect(second).toEqual(first);
    expect(first?.name).toBe('suanpan writer');
    await database.query('SELECT pg_terminate_backend($1, 5000)', [first?.pid]);
    const third = await pid().catch((error: unknown) => {
      expect(classify(error)).toBe('infrastructure');
      return pid();
    });
    expect(third?.pid).not.toBe(first?.pid);
    await writer.close();
    expect(classify(await pid().catch((caught: unknown) => caught))).toBe('infrastructure');
  });
});
