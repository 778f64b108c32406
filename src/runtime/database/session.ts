import type { Socket } from 'node:net';
import pg from 'pg';
import {
  CommitUnknown,
  ConnectionError,
  codeOf,
  endsSession,
  isStalePlan,
  SKIPPED,
  StatementError,
  type StatementFailure,
} from './failure.ts';
import { quoteIdentifier } from './identifiers.ts';
import { bindMessage } from './parameters.ts';
import type { ConnectionOptions, Queries, Rows, Transaction, TransactionOptions, Work } from './queries.ts';
import { resultTypes } from './result-types.ts';
import { type KnownColumns, type Statement, StatementGroup, type Surroundings } from './statement-group.ts';
import type { StatementNames } from './statement-names.ts';

export interface SessionOptions extends ConnectionOptions {
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** A server that says nothing at all, not even that it has timed out, is given up so much later. Default 5,000. */
  readonly answerGraceMs?: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  /** Further settings of the server for this session, as `name=value`. */
  readonly parameters?: readonly string[];
}

export function clientConfig(options: SessionOptions): pg.ClientConfig {
  return {
    host: options.host,
    port: options.port,
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    user: options.role,
    password: options.password,
    database: options.database,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs,
    options: [
      'timezone=UTC',
      'datestyle=ISO',
      'client_encoding=UTF8',
      ...searchPath(options),
      ...(options.parameters ?? []),
    ]
      .map((parameter) => `-c ${parameter}`)
      .join(' '),
    keepAlive: true,
    types: resultTypes,
  };
}

function searchPath({ schemas }: ConnectionOptions): string[] {
  return schemas ? [`search_path=${schemas.join(',')}`] : [];
}

/** What a transaction's statements have come to so far. */
interface Course {
  readonly statements: Promise<unknown>[];
  firstError: Error | undefined;
  /** A statement succeeded after one failed: there was a savepoint, and the failure is no longer the last word. */
  recovered: boolean;
  /** A value could not even be sent: the server knows nothing of it, so we must not ask it to commit. */
  unsent: boolean;
}

/** A statement with its values, ready to leave. */
type Bound = Pick<Statement, 'text' | 'name' | 'bind'>;

/** One connection and what runs on it. Every error that leaves it is one of failure.ts. */
export class Session implements Queries {
  readonly #client: pg.Client | pg.PoolClient;
  readonly #names: StatementNames;
  /** How long nothing may come from the server while something is asked; 0: for ever. */
  readonly #silenceMostMs: number;
  readonly #columns: KnownColumns = new Map();
  /** How often each statement was sent here, by its name. */
  readonly #times = new Map<string, number>();
  readonly #surroundings: Surroundings;
  #waiting: Statement[] = [];
  /** How many groups and scripts are not answered yet. */
  #asked = 0;
  #watched: Socket | undefined;
  #lost: Error | undefined;
  #unfit = false;

  constructor(
    client: pg.Client | pg.PoolClient,
    names: StatementNames,
    { statementTimeoutMs, answerGraceMs = 5_000 }: Pick<SessionOptions, 'statementTimeoutMs' | 'answerGraceMs'>,
  ) {
    this.#client = client;
    this.#names = names;
    this.#silenceMostMs = statementTimeoutMs > 0 ? statementTimeoutMs + answerGraceMs : 0;
    this.#surroundings = {
      failure: (error, text) => this.#failure(error, text),
      over: () => {
        this.#asked -= 1;
      },
    };
    // Without a listener an error between two statements would end the process.
    client.on('error', (error) => {
      this.#lost ??= error;
    });
    client.on('end', () => {
      this.#lost ??= new Error('Connection terminated');
    });
  }

  /** False once the connection is gone, or in a state nobody should inherit. */
  get usable(): boolean {
    return this.#lost === undefined && !this.#unfit && this.#client.getTransactionStatus() === 'I';
  }

  /** True between BEGIN and its end, as far as the server has answered. */
  get inTransaction(): boolean {
    return this.#client.getTransactionStatus() === 'T';
  }

  async query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Rows<Row>> {
    return this.#send<Row>(this.#bound(text, values));
  }

  /** Runs several statements at once, without values and without preparing them. */
  async script(text: string): Promise<void> {
    this.#leave();
    this.#ask();
    await new Promise<void>((resolve, reject) => {
      this.#client.query(text, (error: Error | null) => {
        this.#surroundings.over();
        if (error) reject(this.#failure(error, text));
        else resolve();
      });
    });
  }

  /** See `Transactions`. Only one at a time on a session. */
  async transaction<T>(work: Work<T>, options: TransactionOptions = {}): Promise<T> {
    const course: Course = { statements: [], firstError: undefined, recovered: false, unsent: false };
    let open = true;
    const inRole = (role?: string): Transaction => ({
      query: <Row>(text: string, values: readonly unknown[] = []) => {
        if (!open) return Promise.reject(new Error('The transaction is over: await its work before returning'));
        return this.#statement<Row>(course, text, values, role);
      },
      as: (other) => {
        this.#track(course, this.#control(`SET LOCAL ROLE ${quoteIdentifier(other)}`));
        return inRole(other);
      },
    });
    const transaction = inRole();
    this.#track(course, this.#control(beginning(options)));
    let value: T;
    try {
      value = await work(transaction);
    } catch (error) {
      open = false;
      await this.#rollBack(course);
      throw isConsequence(error) ? (course.firstError ?? error) : error;
    }
    open = false;
    if (course.unsent || this.#lost !== undefined) {
      await this.#rollBack(course);
      throw course.firstError ?? this.#connectionError(this.#lost);
    }
    await this.#commit(course, options.sent);
    return value;
  }

  /** Says goodbye, or cuts the connection if the server is not listening any more. */
  async close(): Promise<void> {
    await (this.#client as pg.Client).end();
  }

  #statement<Row>(course: Course, text: string, values: readonly unknown[], role?: string): Promise<Rows<Row>> {
    let bound: Bound;
    try {
      bound = this.#bound(text, values, role);
    } catch (error) {
      course.unsent = true;
      const rejected = Promise.reject(error);
      this.#track(course, rejected);
      return rejected;
    }
    const answer = this.#send<Row>(bound);
    this.#track(course, answer);
    return answer;
  }

  #track(course: Course, statement: Promise<unknown>): void {
    const settled = statement.then(
      () => {
        if (course.firstError !== undefined) course.recovered = true;
      },
      (error: Error) => {
        if (course.recovered) {
          course.firstError = undefined;
          course.recovered = false;
        }
        course.firstError ??= error;
      },
    );
    course.statements.push(settled);
  }

  async #commit(course: Course, sent: (() => void) | undefined): Promise<void> {
    let tag: string;
    const committing = this.#control('COMMIT');
    this.#leave();
    sent?.();
    try {
      tag = await committing;
    } catch (error) {
      await Promise.all(course.statements);
      // It left together with what failed: the server skipped it, and waits for the end of the transaction.
      if (isSkipped(error)) {
        await this.#rollBack(course);
        throw course.firstError ?? error;
      }
      if (error instanceof StatementError && !endsSession(error.code)) throw error;
      // The server refused an earlier statement and never took the refusal back: it cannot have committed.
      if (course.firstError instanceof StatementError && !course.recovered) throw course.firstError;
      this.#unfit = true;
      throw new CommitUnknown(error);
    }
    if (tag === 'COMMIT') return;
    await Promise.all(course.statements);
    throw course.firstError ?? new Error(`The server answered ${tag} to COMMIT`);
  }

  async #rollBack(course: Course): Promise<void> {
    if (this.#lost === undefined) {
      await this.#control('ROLLBACK').catch(() => {
        this.#unfit = true;
      });
    }
    await Promise.all(course.statements);
  }

  #bound(text: string, values: readonly unknown[] = [], role?: string): Bound {
    const name = this.#nameOf(text, role);
    return { text, name, bind: bindMessage(name ?? '', values, text) };
  }

  #send<Row>(bound: Bound): Promise<Rows<Row>> {
    return new Promise((resolve, reject) => {
      this.#wait({ ...bound, resolve: resolve as Statement['resolve'], reject });
    });
  }

  /**
   * Another name each time that a statement was sent ten times as often as under the one before: it is planned anew, by tables
   * as they are by then. The server keeps to a plan until it has analysed a table again, and one made for ten rows reads all of
   * a hundred thousand.
   */
  #nameOf(text: string, role: string | undefined): string | undefined {
    const name = this.#names.of(text, role);
    if (name === undefined) return undefined;
    const times = (this.#times.get(name) ?? 0) + 1;
    this.#times.set(name, times);
    return times < 10 ? name : `${name}_${Math.floor(Math.log10(times))}`;
  }

  /** Begins or ends a transaction; resolves with the server's tag. */
  #control(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#wait({ text, name: text, bind: bindMessage(text, [], text), resolve: (_, tag) => resolve(tag), reject });
    });
  }

  #wait(statement: Statement): void {
    if (this.#waiting.length === 0) process.nextTick(() => this.#leave());
    this.#waiting.push(statement);
  }

  /** What is sent in one go of the event loop leaves together. */
  #leave(): void {
    const statements = this.#waiting;
    if (statements.length === 0) return;
    this.#waiting = [];
    this.#ask();
    this.#client.query(new StatementGroup(statements, this.#columns, this.#surroundings));
  }

  /**
   * The socket keeps time, for all that is ever asked: the driver would make a timer for each, and hold what is asked by a
   * function that V8 puts among the old objects at once, with which all its texts grow old.
   */
  #ask(): void {
    this.#asked += 1;
    const { stream } = (this.#client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
    if (this.#watched === stream) return;
    this.#watched = stream;
    stream.setTimeout(this.#silenceMostMs);
    stream.on('timeout', () => {
      // It may answer yet, and nobody should take that for something else's answer.
      if (this.#asked > 0) stream.destroy(new Error(`the server said nothing for ${this.#silenceMostMs} ms`));
    });
  }

  #failure(error: Error, statement: string): Error {
    if (error instanceof pg.DatabaseError) {
      const failure = new StatementError(describe(error, statement));
      if (isStalePlan(failure)) this.#unfit = true;
      return failure;
    }
    if (this.#lost !== undefined) return this.#connectionError(this.#lost);
    this.#unfit = true;
    return error;
  }

  #connectionError(cause: Error | undefined): ConnectionError {
    return new ConnectionError(`The connection to the database was lost (${cause?.message ?? 'closed'})`, cause);
  }
}

/** Opens a session outside any pool. @throws ConnectionError whatever the reason, with its code */
export async function openSession(options: SessionOptions, names: StatementNames): Promise<Session> {
  const client = new pg.Client(clientConfig(options));
  const session = new Session(client, names, options);
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => undefined);
    throw connectFailure(options, error);
  }
  return session;
}

export function connectFailure(options: ConnectionOptions, error: unknown): ConnectionError {
  const reason = error instanceof Error && error.message !== '' ? error.message : (codeOf(error) ?? String(error));
  return new ConnectionError(
    `Cannot connect to ${options.database} on ${options.host}:${options.port}: ${reason}`,
    error,
  );
}

/** In these cases the error only says that the transaction had failed before. */
function isConsequence(error: unknown): boolean {
  return isSkipped(error) || (error instanceof StatementError && error.code === '26000');
}

function isSkipped(error: unknown): boolean {
  return error instanceof StatementError && error.code === SKIPPED;
}

function beginning({ isolation, readOnly }: TransactionOptions): string {
  return `BEGIN${isolation ? ` ISOLATION LEVEL ${isolation.toUpperCase()}` : ''}${readOnly ? ' READ ONLY' : ''}`;
}

function describe(error: pg.DatabaseError, statement: string): StatementFailure {
  return {
    message: error.message,
    code: error.code ?? 'XX000',
    statement,
    constraint: error.constraint,
    table: error.table,
    column: error.column,
    detail: error.detail,
    routine: error.routine,
  };
}
