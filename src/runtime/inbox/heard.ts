import { type Message, nameOf } from '#contracts/message.ts';
import type { Queries, Transaction } from '../database/database.ts';

/** Two searches by key: as one condition, what is kept beyond a gap would be read as a whole. */
const selectHeard = `
  select source, position, false as ahead from unnest($1::text[], $2::bigint[]) as asked (source, position)
  where position <= (select cursors.position from cursors where cursors.source = asked.source)
  union all
  select source, position, true from unnest($1::text[], $2::bigint[]) as asked (source, position)
  join inbox using (source, position)`;

const hear = 'select hear($1, $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])';

interface HeardRow {
  readonly source: string;
  readonly position: bigint;
  /** Kept beyond the cursor. */
  readonly ahead: boolean;
}

/** What a batch tells of one source: positions, each with that of the message before it. */
interface Came {
  readonly fresh: Map<number, number>;
  readonly again: Map<number, number>;
}

/** Messages that were heard before, by name: whether they are kept beyond the cursor. */
export type HeardBefore = ReadonlyMap<string, boolean>;

export async function readHeard(queries: Queries, messages: readonly Message[]): Promise<HeardBefore> {
  if (messages.length === 0) return new Map();
  const { rows } = await queries.query<HeardRow>(selectHeard, [
    messages.map(({ source }) => source),
    messages.map(({ position }) => position),
  ]);
  return new Map(rows.map(({ source, position, ahead }) => [nameOf({ source, position: Number(position) }), ahead]));
}

/** What one batch heard by way of a broker: what is a duplicate, and what the cursors learn of it. */
export class HeardOfBatch {
  readonly #came = new Map<string, Came>();

  /** Whether the message had its effect before, in this batch or ever; if not, it has from now on. */
  isDuplicate(message: Message, previous: number, before: HeardBefore): boolean {
    const { source, position } = message;
    const isAhead = before.get(nameOf(message));
    if (isAhead === false) return true;
    const came = this.#came.get(source) ?? { fresh: new Map(), again: new Map() };
    this.#came.set(source, came);
    const list = isAhead ? came.again : came.fresh;
    const known = list.get(position);
    list.set(position, Math.min(known ?? previous, previous));
    return isAhead === true || known !== undefined;
  }

  /** Late in the transaction, and by source: whoever waits for a cursor holds none that comes after it. */
  save(transaction: Transaction): void {
    for (const [source, { fresh, again }] of [...this.#came].sort(([one], [other]) => (one < other ? -1 : 1))) {
      void transaction.query(hear, [
        source,
        [...fresh.keys()],
        [...fresh.values()],
        [...again.keys()],
        [...again.values()],
      ]);
    }
  }
}
