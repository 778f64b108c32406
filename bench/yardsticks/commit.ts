import pg from 'pg';
import { percentile } from '../load/latencies.ts';

/**
 * Milliseconds that one row takes to be stored for good, P50: an INSERT and its commit, one after the other on one connection,
 * by the driver that the platform uses. What a single order is measured by.
 */
export async function measureCommitMs(config: pg.ClientConfig, seconds: number): Promise<number> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await client.query('drop table if exists single_row');
    await client.query(
      'create table single_row (id bigint generated always as identity primary key, text text not null)',
    );
    const took: number[] = [];
    const untilMs = performance.now() + seconds * 1_000;
    for (let nowMs = performance.now(); nowMs < untilMs; ) {
      await client.query({
        name: 'single row',
        text: 'insert into single_row (text) values ($1)',
        values: ['one row'],
      });
      const doneMs = performance.now();
      took.push(doneMs - nowMs);
      nowMs = doneMs;
    }
    return percentile(Float64Array.from(took).sort(), 0.5);
  } finally {
    await client.end();
  }
}
