import pg from 'pg';
import { DedicatedSession } from './dedicated.ts';
import type {
  ConnectionOptions,
  DedicatedConnection,
  Queries,
  Rows,
  TransactionOptions,
  Transactions,
  Work,
} from './queries.ts';
import { clientConfig, connectFailure, openSession, Session, type SessionOptions } from './session.ts';
import { StatementNames } from './statement-names.ts';

export type { ConnectionOptions, DedicatedConnection, Queries, Transaction } from './queries.ts';

export interface DatabaseOptions extends ConnectionOptions {
  /** Connections at most, the dedicated ones not counted. Default 10. */
  readonly poolSize?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** How long to wait for a connection, new or from the pool. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Default 10,000. */
  readonly statementTimeoutMs?: number;
  /** So much longer the server may say nothing before the connection counts as lost. Default 5,000. */
  readonly answerGraceMs?: number;
  /** Default 5,000. */
  readonly lockTimeoutMs?: number;
  /** Default 5,000. */
  readonly idleInTransactionTimeoutMs?: number;
}

export interface PoolState {
  readonly size: number;
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/**
 * One database, seen by one role. `query` runs one statement on a pooled connection and commits it; when the
 * connection is lost, whether a writing statement took effect is unknown, so writes that must not be doubled belong in
 * a transaction, which says so.
 */
export interface Database extends Queries, Transactions {
  dedicated(name: string): DedicatedConnection;
  /** Reads that may take minutes, on a connection of their own: audits of a whole table. */
  patiently<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Resolves when the database answers. @throws ConnectionError */
  ping(): Promise<void>;
  readonly state: PoolState;
  /** Waits for what is under way, then closes all connections, the dedicated ones too. */
  close(): Promise<void>;
}

/** Opens nothing yet: connections are made when they are needed, and made anew when they were lost. */
export function connect(options: DatabaseOptions): Database {
  return new PooledDatabase(options);
}

/** Reads a `postgres://` URL (RFC 3986, and the parameters libpq documents in 34.1.1.2). */
export function connectionOptionsOf(url: string): ConnectionOptions {
  const parsed = new pg.Client({ connectionString: url });
  return {
    host: parsed.host,
    port: parsed.port,
    ...(parsed.ssl ? { ssl: parsed.ssl } : {}),
    role: parsed.user ?? 'postgres',
    password: typeof parsed.password === 'string' ? parsed.password : '',
    database: parsed.database ?? 'postgres',
  };
}

/** The same as a URL, for who takes a DATABASE_URL. */
export function databaseUrlOf({ host, port, role, password, database }: Omit<ConnectionOptions, 'ssl'>): string {
  const login = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  if (!host.startsWith('/')) return `postgres://${login}@${host}:${port}/${database}`;
  return `postgres://${login}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}

/**
 * A writer's statements look rows up by key, a few hundred at a time, and are planned once. Without statistics (a fresh table)
 * the planner would read whole tables instead, and keep to that plan while they grow: 26 ms a batch instead of 0.5.
 */
const byKey = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
];

const patienceMs = 10 * 60_000;

class PooledDatabase implements Database {
  readonly #options: SessionOptions;
  readonly #poolSize: number;
  readonly #names = new StatementNames();
  readonly #pool: pg.Pool;
  readonly #sessions = new WeakMap<pg.PoolClient, Session>();
  readonly #dedicated = new Set<DedicatedConnection>();
  #closing: Promise<void> | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = {
      applicationName: 'suanpan',
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 10_000,
      lockTimeoutMs: 5_000,
      idleInTransactionTimeoutMs: 5_000,
      ...options,
    };
    this.#poolSize = options.poolSize ?? 10;
    this.#pool = new pg.Pool({ ...clientConfig(this.#options), max: this.#poolSize, idleTimeoutMillis: 60_000 });
    this.#pool.on('connect', (client) => this.#sessions.set(client, new Session(client, this.#names, this.#options)));
    // An idle connection that breaks is dropped by the pool; whoever needs the next one hears of it, if it matters.
    this.#pool.on('error', () => undefined);
  }

  get state(): PoolState {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { size: this.#poolSize, open: totalCount, idle: idleCount, waiting: waitingCount };
  }

  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Rows<Row>> {
    return this.#withSession((session) => session.query<Row>(text, values));
  }

  transaction<T>(work: Work<T>, options?: TransactionOptions): Promise<T> {
    return this.#withSession((session) => session.transaction(work, options));
  }

  dedicated(name: string): DedicatedConnection {
    const applicationName = `${this.#options.applicationName} ${name}`;
    const connection = new DedicatedSession({ ...this.#options, applicationName, parameters: byKey }, this.#names);
    this.#dedicated.add(connection);
    return connection;
  }

  async patiently<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const applicationName = `${this.#options.applicationName} patient`;
    const options = { ...this.#options, applicationName, statementTimeoutMs: patienceMs };
    const session = await openSession(options, this.#names);
    try {
      return await work(session);
    } finally {
      await session.close().catch(() => undefined);
    }
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1');
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#dedicated].map((connection) => connection.close()));
    await this.#pool.end();
  }

  async #withSession<T>(task: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw connectFailure(this.#options, error);
    });
    const session = this.#sessions.get(client);
    if (session === undefined) throw new Error('The pool handed out a connection it had not announced');
    try {
      return await task(session);
    } finally {
      client.release(!session.usable);
    }
  }
}
