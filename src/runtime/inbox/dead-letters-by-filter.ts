import type { ChosenLetters, DeadLetter } from '#contracts/http/runtime.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Queries, Transaction } from '../database/database.ts';
import { releaseHeldOf } from './dead-letters.ts';

/** All that every given part of the filter is true of: $1 type, $2 key, $3 status, $4 set aside at the latest. */
export const chosenBy = `($1::text is null or type = $1) and ($2::text is null or key = $2)
    and ($3::text is null or status = $3) and ($4::timestamptz is null or set_aside_at <= $4)`;
const idsMost = 100;
const portionMost = 10_000;

/** What a person's run made due already and nobody has tried since is left alone, so that a run may be repeated. */
const actable = `${chosenBy} and (status = 'PARKED' or status = 'RETRYING' and attempts > 0)`;
const group = `type, count(*) as letters, (array_agg(id order by id))[1:${idsMost}] as ids, max(id) as last`;
const countLetters = `select ${group} from dead_letters where ${actable} group by type order by type`;
/** What an instance is trying at this moment ends as that attempt ends. */
const portion = `
  select id from dead_letters where ${actable} and id > $5 order by id limit $6 for update skip locked`;
const makePortionDue = `
  with portion as (${portion}), places as (
    select id, row_number() over (order by id) - 1 as place from portion
  ), made as (
    update dead_letters as letter
    set status = 'RETRYING', attempts = 0, retried_at = $10::timestamptz, retried_by = $11,
      next_attempt_at = $7::timestamptz + (places.place + $8) * $9::float8 * interval '1 millisecond'
    from places where letter.id = places.id
    returning letter.id, letter.type
  )
  select ${group} from made group by type`;
const discardPortion = `
  with portion as (${portion}), made as (
    update dead_letters as letter
    set status = 'DISCARDED', next_attempt_at = null, settled_at = $7::timestamptz, settled_by = $8, settled_reason = $9
    from portion where letter.id = portion.id
    returning letter.id, letter.type, letter.key, letter.set_aside_at
  )
  select ${group}, array_agg(distinct key) as keys, array_agg((extract(epoch from set_aside_at) * 1000)::float8) as waiting_since from made group by type`;

export interface LetterFilter {
  readonly type?: string;
  readonly key?: string;
  readonly status?: DeadLetter['status'];
  readonly setAsideBy?: Instant;
}

/** When letters are to be tried: the first at `from`, each of the others so long after the one before it. */
export interface Pace {
  readonly from: Instant;
  readonly spacingMs: number;
}

interface By {
  readonly actor: string;
  readonly reason: string | undefined;
  readonly at: Instant;
}

interface GroupRow {
  readonly type: string;
  readonly letters: bigint;
  readonly ids: readonly string[];
  readonly last: string;
}

interface DiscardedRow extends GroupRow {
  readonly keys: readonly string[];
  readonly waiting_since: readonly Instant[];
}

export async function countChosen(queries: Queries, filter: LetterFilter): Promise<ChosenLetters> {
  const { rows } = await queries.query<GroupRow>(countLetters, valuesOf(filter));
  return lettersOf(rows);
}

export async function makeDueInTurn(
  transaction: Transaction,
  filter: LetterFilter,
  { from, spacingMs }: Pace,
  { actor, at }: By,
): Promise<ChosenLetters> {
  const groups = await inPortions(async (last, place) => {
    const own = [from, place, spacingMs, at, actor];
    const values = [...valuesOf(filter), last, portionMost, ...own];
    return (await transaction.query<GroupRow>(makePortionDue, values)).rows;
  });
  return lettersOf(groups);
}

/** What waited behind them goes on once all of them are settled: in order, and none that is itself to be discarded. */
export async function discardChosen(
  transaction: Transaction,
  filter: LetterFilter,
  { actor, reason, at }: By,
): Promise<{ readonly letters: ChosenLetters; readonly setAsideAt: readonly Instant[] }> {
  const keys = new Set<string>();
  const setAsideAt: Instant[] = [];
  const groups = await inPortions(async (last) => {
    const values = [...valuesOf(filter), last, portionMost, at, actor, reason ?? null];
    const { rows } = await transaction.query<DiscardedRow>(discardPortion, values);
    for (const row of rows) {
      for (const key of row.keys) keys.add(key);
      setAsideAt.push(...row.waiting_since);
    }
    return rows;
  });
  if (keys.size > 0) await releaseHeldOf(transaction, [...keys], at);
  return { letters: lettersOf(groups), setAsideAt };
}

/** The values of {@link chosenBy}. */
export function valuesOf({ type, key, status, setAsideBy }: LetterFilter): unknown[] {
  return [type ?? null, key ?? null, status ?? null, setAsideBy ?? null];
}

/** So that no statement takes long however many there are: `next` is told the last id before, and how many those were. */
async function inPortions(
  next: (last: string, place: number) => Promise<readonly GroupRow[]>,
): Promise<readonly GroupRow[]> {
  const groups: GroupRow[] = [];
  for (let [last, place] = ['', 0]; ; ) {
    const rows = await next(last, place);
    groups.push(...rows);
    const made = rows.reduce((sum, { letters }) => sum + Number(letters), 0);
    if (made < portionMost) return groups;
    place += made;
    last =
      rows
        .map((row) => row.last)
        .sort()
        .at(-1) ?? last;
  }
}

function lettersOf(rows: readonly GroupRow[]): ChosenLetters {
  const counts = new Map<string, number>();
  for (const { type, letters } of rows) counts.set(type, (counts.get(type) ?? 0) + Number(letters));
  const ids = rows.flatMap((row) => row.ids).sort();
  return { groups: [...counts].map(([type, count]) => ({ type, count })), ids: ids.slice(0, idsMost) };
}
