import type { Transaction } from '../database/database.ts';

/**
 * One kind of row that a service's deciders read and write. The writer loads each table once per batch, for the keys of all
 * requests and messages in it, and saves each table once.
 */
export interface Table<Row> {
  /** Tables of stage 1 are loaded after those of stage 0, when keys can be read from rows. Default 0. */
  readonly stage?: 0 | 1;
  keyOf(row: Row): string;
  /** Keys come distinct and sorted. No locks: nobody else writes meanwhile. Absent for a table that is only inserted into. */
  load?(transaction: Transaction, keys: readonly string[]): Promise<readonly Row[]>;
  /** Rows whose key was not loaded, sorted by key. */
  insert?(transaction: Transaction, rows: readonly Row[]): Promise<unknown>;
  /** Rows whose key was loaded and that a decision replaced, sorted by key. */
  update?(transaction: Transaction, rows: readonly Row[]): Promise<unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: a table's row type is its own; the record only names tables
export type Tables = Readonly<Record<string, Table<any>>>;
export type RowOf<T> = T extends Table<infer Row> ? Row : never;

/** What deciders see of a table: rows by key, as they are after the decisions before this one. */
export interface Rows<Row> {
  get(key: string): Row | undefined;
}

export type State<T extends Tables> = { readonly [Name in keyof T]: Rows<RowOf<T[Name]>> };
export type Keys<T extends Tables> = { readonly [Name in keyof T]?: readonly string[] };
export type Changes<T extends Tables> = { readonly [Name in keyof T]?: readonly RowOf<T[Name]>[] };

interface Shelf {
  readonly table: Table<unknown>;
  readonly rows: Map<string, unknown>;
  readonly loaded: Set<string>;
  readonly changed: Set<string>;
}

/** The rows of one batch in memory: loaded once, decided on in order, written once. */
export class Workset<T extends Tables> {
  readonly #shelves = new Map<string, Shelf>();
  readonly state: State<T>;

  constructor(tables: T) {
    const state: Record<string, Rows<unknown>> = {};
    for (const [name, table] of Object.entries(tables)) {
      const rows = new Map<string, unknown>();
      this.#shelves.set(name, { table, rows, loaded: new Set(), changed: new Set() });
      state[name] = rows;
    }
    this.state = state as State<T>;
  }

  /** Loads the tables of one stage, all statements sent at once, each table's keys in order. */
  async load(transaction: Transaction, stage: 0 | 1, wanted: readonly Keys<T>[]): Promise<void> {
    const loads: Promise<void>[] = [];
    for (const [name, shelf] of this.#shelves) {
      if ((shelf.table.stage ?? 0) !== stage || !shelf.table.load) continue;
      const keys = new Set<string>();
      for (const want of wanted) for (const key of want[name] ?? []) keys.add(key);
      if (keys.size === 0) continue;
      for (const key of keys) shelf.loaded.add(key);
      loads.push(
        shelf.table.load(transaction, [...keys].sort()).then((rows) => {
          for (const row of rows) shelf.rows.set(shelf.table.keyOf(row), row);
        }),
      );
    }
    await Promise.all(loads);
    for (const shelf of this.#shelves.values()) {
      if ((shelf.table.stage ?? 0) === stage)
        for (const key of shelf.loaded) if (!shelf.rows.has(key)) shelf.loaded.delete(key);
    }
  }

  put(changes: Changes<T>): void {
    for (const [name, rows] of Object.entries(changes)) {
      const shelf = this.#shelves.get(name);
      if (!shelf) throw new Error(`no table ${name}`);
      for (const row of rows ?? []) {
        const key = shelf.table.keyOf(row);
        shelf.rows.set(key, row);
        shelf.changed.add(key);
      }
    }
  }

  /** Queues one insert and one update per table that changed; nobody waits for the one before. */
  save(transaction: Transaction): Promise<unknown>[] {
    const writes: Promise<unknown>[] = [];
    for (const [name, { table, rows, loaded, changed }] of this.#shelves) {
      if (changed.size === 0) continue;
      const inserted: unknown[] = [];
      const updated: unknown[] = [];
      for (const key of [...changed].sort()) (loaded.has(key) ? updated : inserted).push(rows.get(key));
      if (inserted.length > 0) writes.push(must(table.insert, name, 'insert').call(table, transaction, inserted));
      if (updated.length > 0) writes.push(must(table.update, name, 'update').call(table, transaction, updated));
    }
    return writes;
  }
}

function must<F>(method: F | undefined, table: string, verb: string): F {
  if (!method) throw new Error(`table ${table} does not ${verb}`);
  return method;
}
