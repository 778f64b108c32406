import pg from 'pg';
import { SKIPPED, StatementError } from './failure.ts';
import type { Rows } from './queries.ts';
import { resultTypes } from './result-types.ts';

/** A statement on its way, in the extended protocol. */
export interface Statement {
  readonly text: string;
  /** Prepared under this name; without one it is parsed each time. */
  readonly name: string | undefined;
  /** Its values, as a message to the server. */
  readonly bind: Buffer;
  /** `tag` is the server's: `COMMIT`, `INSERT 0 5`. */
  readonly resolve: (rows: Rows<Record<string, unknown>>, tag: string) => void;
  readonly reject: (error: Error) => void;
}

type Columns = readonly { readonly name: string; readonly parse: (text: string) => unknown }[];

/** The columns of a prepared statement's answers, by its name; null: it answers with no rows. */
export type KnownColumns = Map<string, Columns | null>;

/** As much as is used of the driver's connection; its types ask for flags which it does not know any more. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void; write(bytes: Buffer): void };
  /** Texts by name, as far as the server has answered; the driver keeps it, from `name` and `text` below. */
  readonly parsedStatements: Readonly<Record<string, string>>;
  parse(statement: { readonly text: string; readonly name: string }): void;
  describe(what: { readonly type: 'P'; readonly name: string }): void;
  execute(portal: { readonly portal: string }): void;
  sync(): void;
}

/** What a group is told by, and tells, where it runs. */
export interface Surroundings {
  failure(error: Error, text: string): Error;
  /** All is answered, or nothing more will be; each time once. */
  over(): void;
}

/**
 * Statements that leave together with one Sync behind them (PostgreSQL 18, 55.2.4 Pipelining): one write, one wake-up of the
 * server, and one answer back, where each statement with a Sync of its own would cost those. When one fails, the server skips
 * those behind it; outside of a transaction block they are one implicit transaction.
 */
export class StatementGroup implements pg.Submittable {
  readonly #statements: readonly Statement[];
  readonly #known: KnownColumns;
  readonly #surroundings: Surroundings;
  #at = 0;
  #isOver = false;
  #columns: Columns | null = null;
  #rows: Record<string, unknown>[] = [];
  /** Answered, and told when the server is ready for more: before that it says nothing of the state of its transaction. */
  readonly #answered: (() => void)[] = [];

  constructor(statements: readonly Statement[], known: KnownColumns, surroundings: Surroundings) {
    this.#statements = statements;
    this.#known = known;
    this.#surroundings = surroundings;
  }

  /** Of the statement that the server is at. */
  get name(): string | undefined {
    return this.#statements[this.#at]?.name;
  }

  get text(): string | undefined {
    return this.#statements[this.#at]?.text;
  }

  submit(driver: pg.Connection): void {
    const connection = driver as unknown as Connection;
    const sent = new Set<string>();
    connection.stream.cork();
    for (const statement of this.#statements) {
      const { text, name = '', bind } = statement;
      const isRepeat = sent.has(name);
      if (!isRepeat && !(name in connection.parsedStatements)) connection.parse({ text, name });
      connection.stream.write(bind);
      if (!isRepeat && !this.#known.has(name)) connection.describe({ type: 'P', name: '' });
      connection.execute({ portal: '' });
      if (name !== '') sent.add(name);
    }
    connection.sync();
    connection.stream.uncork();
    this.#begin();
  }

  handleRowDescription({ fields }: { readonly fields: readonly pg.FieldDef[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: resultTypes.getTypeParser(dataTypeID, 'text') as (text: string) => unknown,
    }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    const columns = this.#columns ?? [];
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index];
      const field = fields[index] ?? null;
      if (column) row[column.name] = field === null ? null : column.parse(field);
    }
    this.#rows.push(row);
  }

  handleCommandComplete({ text: tag }: { readonly text: string }): void {
    const statement = this.#statements[this.#at];
    if (!statement) return;
    if (statement.name !== undefined) this.#known.set(statement.name, this.#columns);
    const rows = this.#rows;
    this.#at += 1;
    this.#begin();
    this.#answered.push(() => statement.resolve({ rows, count: countOf(tag) }, tag));
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  /** One statement failed, or with the connection all that are not answered. */
  handleError(error: Error): void {
    this.#tell();
    const rest = this.#statements.slice(this.#at);
    this.#at = this.#statements.length;
    const isRefusal = error instanceof pg.DatabaseError;
    for (const [index, { text, reject }] of rest.entries()) {
      reject(isRefusal && index > 0 ? skipped(text) : this.#surroundings.failure(error, text));
    }
    this.#end();
  }

  handleReadyForQuery(): void {
    this.#tell();
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#surroundings.over();
  }

  #tell(): void {
    for (const tell of this.#answered.splice(0)) tell();
  }

  #begin(): void {
    this.#rows = [];
    const name = this.#statements[this.#at]?.name;
    this.#columns = (name === undefined ? undefined : this.#known.get(name)) ?? null;
  }
}

/** `INSERT 0 5`, `SELECT 3`: the last number of the tag. */
function countOf(tag: string): number {
  const last = tag.charCodeAt(tag.length - 1);
  return last >= 48 && last <= 57 ? Number(tag.slice(tag.lastIndexOf(' ') + 1)) : 0;
}

function skipped(statement: string): StatementError {
  return new StatementError({ code: SKIPPED, message: 'A statement before this one failed', statement });
}
