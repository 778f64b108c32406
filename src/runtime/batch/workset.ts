import type { Queries, Transaction } from '../database/database.ts';
import type { Minted } from './minted.ts';
import { Recent } from './recent.ts';

/**
 * One kind of row that a service's deciders read and write. The writer loads what it does not know for all requests and messages
 * at once, and saves each table once per batch.
 */
export interface Table<Row> {
  /** Found among other rows, which decisions may add to: read anew by each batch that asks, in its own transaction. */
  readonly isDerived?: boolean;
  keyOf(row: Row): string;
  /** Whether a row that was put may be looked for again. Default: where there is a `load`, each may. */
  isRead?(row: Row): boolean;
  /** How many of its rows are known at least. More where one after the other wants the same rows: what is known is never free. */
  readonly knownLeast?: number;
  /**
   * Keys come distinct and sorted. No locks: nobody else writes meanwhile, or the batch is begun anew (ADR 18). Absent for a table
   * that is only inserted into.
   */
  load?(queries: Queries, keys: readonly string[]): Promise<readonly Row[]>;
  /** Rows whose key was not there, sorted by key. */
  insert?(transaction: Transaction, rows: readonly Row[]): Promise<unknown>;
  /** Rows that a decision replaced, sorted by key. */
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

/**
 * The course of an order is short: beyond it, rows of its own are hardly ever wanted. What is forgotten within a few tenths of
 * a second never becomes old, and costs the collector next to nothing (ADR 29).
 */
const rowsKnownLeast = 512;

interface Shelf {
  readonly table: Table<unknown>;
  /** null: known not to be there. */
  readonly rows: Recent<unknown>;
  /** All rows with keys of ids minted after so many are known. */
  since: number;
}

/** Rows as the decisions so far leave them: read once, then known for as long as nobody else writes. */
export class KnownRows<T extends Tables> {
  readonly shelves: ReadonlyMap<string, Shelf>;
  readonly state: State<T>;
  readonly #minted: Minted | undefined;

  /** Without `minted` what is not known is always read. */
  constructor(tables: T, minted?: Minted) {
    this.#minted = minted;
    const shelves = new Map<string, Shelf>();
    const state: Record<string, Rows<unknown>> = {};
    for (const [name, table] of Object.entries(tables)) {
      const rows = new Recent<unknown>(table.knownLeast ?? rowsKnownLeast);
      shelves.set(name, { table, rows, since: Number.POSITIVE_INFINITY });
      state[name] = { get: (key) => rows.get(key) ?? undefined };
    }
    this.shelves = shelves;
    this.state = state as State<T>;
  }

  /** Reads what is wanted and not known, all statements sent at once. Resolves with whether there was anything to read. */
  async load(queries: Queries, wanted: readonly Keys<T>[]): Promise<boolean> {
    const missing = new Map<Shelf, Set<string>>();
    for (const want of wanted) {
      for (const name in want) {
        const shelf = this.shelves.get(name);
        if (!shelf?.table.load) continue;
        for (const key of want[name] ?? none) if (!this.#isKnown(shelf, key)) keysOf(missing, shelf).add(key);
      }
    }
    await Promise.all([...missing].map(([shelf, keys]) => read(queries, shelf, [...keys].sort())));
    return missing.size > 0;
  }

  /** Whether any of it must not be taken from what is known. */
  areDerived(wanted: readonly Keys<T>[]): boolean {
    for (const [name, { table }] of this.shelves)
      if (table.isDerived && wanted.some((want) => (want[name] ?? []).length > 0)) return true;
    return false;
  }

  /** From now on these are all rows that are written. */
  keep(): void {
    for (const shelf of this.shelves.values()) {
      shelf.since = this.#minted?.count ?? Number.POSITIVE_INFINITY;
      if (shelf.table.isDerived) shelf.rows.clear();
    }
  }

  makeRoom(): boolean {
    let isMade = false;
    for (const shelf of this.shelves.values()) {
      if (!shelf.rows.makeRoom()) continue;
      isMade = true;
      shelf.since = this.#minted?.count ?? Number.POSITIVE_INFINITY;
    }
    return isMade;
  }

  #isKnown({ table, rows, since }: Shelf, key: string): boolean {
    if (rows.has(key)) return true;
    // What is found or drawn elsewhere was not written here.
    if (table.isDerived || !table.insert || !this.#minted?.isYounger(key, since)) return false;
    rows.set(key, null);
    return true;
  }
}

const none: readonly never[] = [];

function keysOf(missing: Map<Shelf, Set<string>>, shelf: Shelf): Set<string> {
  const keys = missing.get(shelf) ?? new Set();
  missing.set(shelf, keys);
  return keys;
}

/** What is known meanwhile is younger than what was read. */
async function read(queries: Queries, { table, rows }: Shelf, keys: readonly string[]): Promise<void> {
  for (const row of (await table.load?.(queries, keys)) ?? []) {
    const key = table.keyOf(row);
    if (!rows.has(key)) rows.set(key, row);
  }
  for (const key of keys) if (!rows.has(key)) rows.set(key, null);
}

/** What one batch changes of the rows that are known; written once. */
export class Workset<T extends Tables> {
  readonly #known: KnownRows<T>;
  readonly #inserted = new Map<string, Map<string, unknown>>();
  readonly #updated = new Map<string, Map<string, unknown>>();

  constructor(known: KnownRows<T>) {
    this.#known = known;
  }

  put(changes: Changes<T>): void {
    for (const name in changes) {
      const shelf = this.#known.shelves.get(name);
      if (!shelf) throw new Error(`no table ${name}`);
      for (const row of changes[name] ?? none) this.#putRow(name, shelf, row);
    }
  }

  #putRow(name: string, { table, rows }: Shelf, row: unknown): void {
    const key = table.keyOf(row);
    const inserted = rowsOf(this.#inserted, name);
    const isNew = inserted.has(key) || !(table.load && rows.get(key));
    (isNew ? inserted : rowsOf(this.#updated, name)).set(key, row);
    if (table.load && (table.isRead?.(row) ?? true)) rows.set(key, row);
  }

  /** Queues one insert and one update per table that changed; nobody waits for the one before. */
  save(transaction: Transaction): Promise<unknown>[] {
    const writes: Promise<unknown>[] = [];
    for (const [name, { table }] of this.#known.shelves) {
      const inserted = sorted(this.#inserted.get(name));
      const updated = sorted(this.#updated.get(name));
      if (inserted) writes.push(must(table.insert, name, 'insert').call(table, transaction, inserted));
      if (updated) writes.push(must(table.update, name, 'update').call(table, transaction, updated));
    }
    return writes;
  }
}

function rowsOf(tables: Map<string, Map<string, unknown>>, name: string): Map<string, unknown> {
  let rows = tables.get(name);
  if (!rows) {
    rows = new Map();
    tables.set(name, rows);
  }
  return rows;
}

function sorted(rows: ReadonlyMap<string, unknown> | undefined): readonly unknown[] | undefined {
  if (!rows || rows.size === 0) return undefined;
  return [...rows.keys()].sort().map((key) => rows.get(key));
}

function must<F>(method: F | undefined, table: string, verb: string): F {
  if (!method) throw new Error(`table ${table} does not ${verb}`);
  return method;
}
