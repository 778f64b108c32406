import type { Instant } from '#kernel/clock.ts';
import type { Queries } from './queries.ts';

/** Few enough for short transactions. */
const portionMost = 5_000;
/** What is left after so many comes next time. */
const portionsMost = 100;

/**
 * Deletes what is older than that moment, so many rows at a time: however much there is, no statement takes long. The statement
 * is told the moment as $1 and how many at the most as $2, and takes the oldest or whatever nobody else holds.
 */
export async function forget(
  database: Queries,
  statement: string,
  before: Instant,
  most: number = portionMost,
): Promise<void> {
  for (let portion = 0; portion < portionsMost; portion += 1) {
    const { count } = await database.query(statement, [before, most]);
    if (count < most) return;
  }
}
