import type { Changes, Keys, Rows, State, Table, Tables } from '../../src/runtime/batch/workset.ts';
import type { Transaction } from '../../src/runtime/database/database.ts';

interface Shelf {
  readonly table: Table<unknown>;
  readonly rows: Map<string, unknown>;
  /** Keys that were looked for in the database, found or not. */
  readonly known: Set<string>;
  /** Keys of rows that the database has. */
  readonly stored: Set<string>;
  /** New rows as they were first put: an `insert` may leave out what a row cannot have yet. */
  readonly first: Map<string, unknown>;
  readonly changed: Set<string>;
}

/** The rows of a service in memory, over many decisions one after the other: a workset that is saved only at the end of all. */
export class RowsInMemory {
  readonly state: State<Tables>;
  readonly #shelves = new Map<string, Shelf>();

  constructor(tables: Tables) {
    const state: Record<string, Rows<unknown>> = {};
    for (const [name, table] of Object.entries(tables)) {
      const rows = new Map<string, unknown>();
      state[name] = rows;
      this.#shelves.set(name, {
        table,
        rows,
        known: new Set(),
        stored: new Set(),
        first: new Map(),
        changed: new Set(),
      });
    }
    this.state = state;
  }

  /** The tables' own reads of what was not looked for before. */
  toLoad(wanted: readonly Keys<Tables>[]): readonly ((transaction: Transaction) => Promise<void>)[] {
    return [...this.#shelves].flatMap(([name, shelf]) => {
      const { load } = shelf.table;
      if (!load) return [];
      const keys = new Set<string>();
      for (const want of wanted) for (const key of want[name] ?? []) if (!shelf.known.has(key)) keys.add(key);
      if (keys.size === 0) return [];
      return async (transaction: Transaction) => {
        for (const row of await load.call(shelf.table, transaction, [...keys].sort())) {
          const key = shelf.table.keyOf(row);
          shelf.rows.set(key, row);
          shelf.stored.add(key);
        }
        for (const key of keys) shelf.known.add(key);
      };
    });
  }

  put(changes: Changes<Tables>): void {
    for (const [name, rows] of Object.entries(changes)) {
      const shelf = this.#shelves.get(name);
      if (!shelf) throw new Error(`no table ${name}`);
      for (const row of rows ?? []) {
        const key = shelf.table.keyOf(row);
        shelf.rows.set(key, row);
        shelf.known.add(key);
        shelf.changed.add(key);
        if (!shelf.stored.has(key) && !shelf.first.has(key)) shelf.first.set(key, row);
      }
    }
  }

  /** Writes each table as the platform would: new rows as they were first, and then what has become of them. */
  save(transaction: Transaction): void {
    for (const { table, rows, first, changed } of this.#shelves.values()) {
      const keys = [...changed].sort();
      const inserted = keys.flatMap((key) => (first.has(key) ? [first.get(key)] : []));
      const updated = keys.filter((key) => first.get(key) !== rows.get(key)).map((key) => rows.get(key));
      if (inserted.length > 0) void table.insert?.(transaction, inserted);
      if (updated.length > 0) void table.update?.(transaction, updated);
    }
  }
}
