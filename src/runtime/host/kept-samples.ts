import type { ProcessState, Sample, SeenProcess } from '#contracts/http/runtime-insight.ts';
import { fromTimestamp, type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Queries } from '../database/database.ts';

const keptMs = 15 * 60_000;
const samplesMost = 5_000;

const insertSample = `
  with forgotten as (delete from process_samples where taken_at < $4::timestamptz)
  insert into process_samples (process, taken_at, sample, state) values ($1, $2::timestamptz, $3::json, $5::json)
  on conflict do nothing`;

/** In the store of one of the process's services, where its other instances find it. */
export async function keepSample(
  database: Queries,
  process: string,
  sample: Sample,
  state: ProcessState,
): Promise<void> {
  const forgotten = toTimestamp(fromTimestamp(sample.at) - keptMs);
  await database.query(insertSample, [process, sample.at, JSON.stringify(sample), forgotten, JSON.stringify(state)]);
}

const selectSamples = `
  select process, sample from process_samples where taken_at >= $1::timestamptz order by taken_at limit ${samplesMost}`;

export async function keptSamples(
  database: Queries,
  since: Instant,
): Promise<readonly { readonly process: string; readonly sample: Sample }[]> {
  return (await database.query<{ process: string; sample: Sample }>(selectSamples, [since])).rows;
}

const selectProcesses = `
  select distinct on (process) process as id, taken_at as "seenAt", state from process_samples
  where taken_at >= $1::timestamptz and state is not null order by process, taken_at desc`;

/** Those that kept a sample since then, each as it last was. */
export async function seenProcesses(database: Queries, since: Instant): Promise<SeenProcess[]> {
  const { rows } = await database.query<{ id: string; seenAt: Instant; state: ProcessState }>(selectProcesses, [since]);
  return rows.map(({ id, seenAt, state }) => ({ id, seenAt: toTimestamp(seenAt), ...state }));
}
