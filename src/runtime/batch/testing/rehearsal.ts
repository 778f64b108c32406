import type { Message, MessageContract, Saying } from '#contracts/message.ts';
import type { Transaction } from '../../database/database.ts';
import type { Handling } from '../../service.ts';
import type { Decider, Decision, Moment } from '../decider.ts';
import {
  type Changes,
  type Keys,
  KnownRows,
  type RowOf,
  type Rows,
  type State,
  type Table,
  type Tables,
  Workset,
} from '../workset.ts';

/** A decider with what it is asked. */
export interface Ask<T extends Tables> {
  readonly decider: Decider<T, unknown, unknown>;
  readonly command: unknown;
}

export function ask<T extends Tables, Command, Answer>(decider: Decider<T, Command, Answer>, command: Command): Ask<T> {
  return { decider: decider as unknown as Ask<T>['decider'], command };
}

/** A message as a handler gets it; `position` names it, so a redelivery repeats it. */
export function messageOf<Data>(contract: MessageContract, data: Data, position = 1): Message<Data> {
  const { type, version, key } = contract;
  return {
    source: type.slice(0, type.indexOf('.')),
    position,
    type,
    version,
    key: String((data as Record<string, unknown>)[key]),
    timeMs: 0,
    traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    causationId: 'request/test',
    data,
  };
}

export function deliver<T extends Tables>(handlings: readonly Handling[], message: Message): Ask<T> {
  const handling = handlings.find(({ contract }) => contract.type === message.type);
  if (!handling) throw new Error(`nobody hears ${message.type}`);
  return { decider: handling.decider as unknown as Ask<T>['decider'], command: message };
}

/** Moments a millisecond apart, caused by requests of the same numbers. */
export function numbered(from = 0): (index: number) => Moment {
  return (index) => ({ now: from + index, cause: `request/${from + index}` });
}

/**
 * Runs deciders over rows in memory as the writer runs them over a database, batch by batch, and is stricter: rows are
 * frozen, a row that was not asked for cannot be read, and a row that exists cannot be put without having been asked for.
 */
export class Rehearsal<T extends Tables> {
  readonly said: Saying[] = [];
  readonly #stores = new Map<string, Map<string, unknown>>();
  readonly #tables: Tables;

  /** `load` replaces the load of tables that are not kept as rows, for instance numbers from a sequence. */
  constructor(
    tables: T,
    rows: Changes<T> = {},
    load: { readonly [Name in keyof T]?: (key: string) => RowOf<T[Name]> } = {},
  ) {
    const replaced: Record<string, Table<unknown>> = {};
    for (const [name, table] of Object.entries(tables)) {
      const store = new Map((rows[name] ?? []).map((row) => [table.keyOf(row), deepFreeze(row)]));
      this.#stores.set(name, store);
      replaced[name] = inMemory(table, store, load[name]);
    }
    this.#tables = replaced;
  }

  /** One transaction; the decisions in the order of the asks. A refused or thrown decision changes nothing. */
  async batch(
    asks: readonly Ask<T>[],
    moment: Moment = { now: 0, cause: 'request/test' },
  ): Promise<Decision<T, unknown>[]> {
    const known = new KnownRows(this.#tables as T);
    const workset = new Workset(known);
    const transaction = undefined as unknown as Transaction;
    const needs = asks.map(({ decider, command }) => decider.needs(command));
    await known.load(transaction, needs);
    for (const { decider, command } of asks) needs.push(decider.needsThen?.(command, known.state) ?? {});
    await known.load(transaction, needs);
    const guarded = new Guard(this.#tables, known.state, needs);
    const decisions = asks.map(({ decider, command }) => {
      const decision = decider.decide(guarded.state, command, moment);
      if (!decision.refuse && !decision.setAside) {
        guarded.admit(deepFreeze(decision.put ?? {}));
        workset.put(decision.put ?? {});
        this.said.push(...(decision.say ?? []));
      }
      return decision;
    });
    await Promise.all(workset.save(transaction));
    return decisions;
  }

  /** Each ask in a transaction of its own, so that rows go out of a decision and come back. */
  async inTurn(asks: readonly Ask<T>[], momentOf = numbered()): Promise<Decision<T, unknown>[]> {
    const decisions: Decision<T, unknown>[] = [];
    for (const [index, one] of asks.entries()) decisions.push(...(await this.batch([one], momentOf(index))));
    return decisions;
  }

  rows<Name extends keyof T & string>(name: Name): RowOf<T[Name]>[] {
    return [...(this.#stores.get(name)?.values() ?? [])] as RowOf<T[Name]>[];
  }

  row<Name extends keyof T & string>(name: Name, key: string): RowOf<T[Name]> | undefined {
    return this.#stores.get(name)?.get(key) as RowOf<T[Name]> | undefined;
  }
}

/** Lets through what the batch asked for, and what its decisions have put since. */
class Guard<T extends Tables> {
  readonly state: State<T>;
  readonly #tables: Tables;
  readonly #named = new Map<string, Set<string>>();

  constructor(tables: Tables, state: State<T>, needs: readonly Keys<T>[]) {
    this.#tables = tables;
    const guarded: Record<string, Rows<unknown>> = {};
    for (const [name, rows] of Object.entries(state)) {
      const named = new Set(needs.flatMap((keys) => keys[name] ?? []));
      this.#named.set(name, named);
      guarded[name] = {
        get: (key) => {
          if (!named.has(key)) throw new Error(`${name} ${key} was read without having been asked for`);
          return rows.get(key);
        },
      };
    }
    this.state = guarded as State<T>;
  }

  admit(changes: Changes<T>): void {
    for (const [name, rows] of Object.entries(changes)) {
      const keyOf = this.#tables[name]?.keyOf;
      for (const row of rows ?? []) if (keyOf) this.#named.get(name)?.add(keyOf(row));
    }
  }
}

function inMemory(
  table: Table<unknown>,
  store: Map<string, unknown>,
  virtual: ((key: string) => unknown) | undefined,
): Table<unknown> {
  const keep = (rows: readonly unknown[]): Promise<void> => {
    for (const row of rows) store.set(table.keyOf(row), row);
    return Promise.resolve();
  };
  return {
    keyOf: (row) => table.keyOf(row),
    load: (_, keys) =>
      Promise.resolve(keys.flatMap((key) => (virtual ? [virtual(key)] : store.has(key) ? [store.get(key)] : []))),
    insert: (_, rows) => {
      for (const row of rows) {
        const key = table.keyOf(row);
        if (store.has(key)) throw new Error(`row ${key} was put without having been asked for`);
      }
      return keep(rows);
    },
    update: (_, rows) => keep(rows),
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
