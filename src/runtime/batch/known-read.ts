import type { Database } from '../database/database.ts';
import type { Context } from '../service.ts';
import { batchedReadBy } from './batched-read.ts';
import { Recent } from './recent.ts';

/** For whoever changes tables by hand, of which no log tells. */
const knownMostMs = 60_000;

/** What a service was asked for of late, as it was when its log ended where it does. */
interface Known<Value> {
  readonly values: Recent<Value>;
  readonly head: number;
  readonly sinceMs: number;
}

/**
 * A batched read whose values are known until the service says something: for rows that never change without a message in its log
 * (ADR 30). What was not found is always looked for.
 *
 * @param read answers many keys with one query; what it leaves out has no value
 * @param knownLeast how many values are known at least
 */
export function knownReadBy<Value>(
  read: (database: Database, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  knownLeast: number,
): (context: Context, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>> {
  const batched = batchedReadBy(read);
  const owned = new WeakMap<Database, Known<Value>>();

  const knownOf = ({ clock, database }: Context, head: number): Recent<Value> => {
    const known = owned.get(database);
    if (known && known.head === head && clock.now() - known.sinceMs < knownMostMs) return known.values;
    const values = new Recent<Value>(knownLeast);
    owned.set(database, { values, head, sinceMs: clock.now() });
    return values;
  };

  return async (context, keys) => {
    const head = context.saidUpTo();
    if (head === undefined) return batched(context.database, keys);
    const known = knownOf(context, head);
    known.makeRoom();
    const found = new Map<string, Value>();
    const missing: string[] = [];
    for (const key of keys) {
      const value = known.get(key);
      if (value === undefined) missing.push(key);
      else found.set(key, value);
    }
    if (missing.length === 0) return found;
    const values = await batched(context.database, missing);
    // Else it may have been read before what was said meanwhile.
    const isAsItWas = context.saidUpTo() === head;
    for (const [key, value] of values) {
      found.set(key, value);
      if (isAsItWas) known.set(key, value);
    }
    return found;
  };
}
