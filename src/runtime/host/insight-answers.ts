import type { runtimeOperations } from '#contracts/http/runtime.ts';
import type { RehearsedAct, ShownSetting, TrailEntry } from '#contracts/http/runtime-insight.ts';
import { fromTimestamp, type Instant, toTimestamp } from '#kernel/clock.ts';
import { dryRun } from '../batch/dry-run.ts';
import type { Database } from '../database/database.ts';
import { monotonicMs } from '../seams/system-time.ts';
import { type Answering, answer, type PossibleAct } from '../service.ts';
import type { SettingsTable } from '../settings/settings.ts';
import { latencyBounds } from '../telemetry/metrics.ts';
import { heardBy } from './heard.ts';
import { keptSamples, seenProcesses } from './kept-samples.ts';
import { type ProcessFacts, stateOf } from './process-facts.ts';
import type { ServiceNode } from './service-node.ts';

type Operations = ReturnType<typeof runtimeOperations>;

/** Three samples. */
const seenMs = 15_000;

const selectTrail = `
  select id, acted_at as "actedAt", actor, action, object, reason, details, cause from admin_trail
  where ($1::text[] is null or actor = any($1)) and ($2::text[] is null or object = any($2))
    and ($3::text is null or starts_with(action, $3))
    and acted_at >= coalesce($4::timestamptz, '-infinity') and acted_at < coalesce($5::timestamptz, 'infinity')
    and ($6::timestamptz is null or (acted_at, id) < ($6, $7::bigint))
  order by acted_at desc, id desc limit $8`;

const selectBacklogs = `
  select asked.consumer, least(found.messages, 10000) as messages, found.oldest
  from unnest($1::text[], $2::bigint[], $3::text[]) as asked (consumer, position, types),
    lateral (
      select count(*) as messages, min(said_at) as oldest from (
        select said_at from log where log.position > asked.position and type = any(string_to_array(asked.types, ' '))
        order by log.position limit 10001
      ) as unheard
    ) as found`;

interface BacklogRow {
  readonly consumer: string;
  readonly messages: bigint;
  readonly oldest: Instant | null;
}

interface TrailRow extends Omit<TrailEntry, 'id' | 'at' | 'service'> {
  readonly id: bigint;
  readonly actedAt: Instant;
}

/** What the runtime shows of each service to operators. */
export function insightAnswers(node: ServiceNode, operations: Operations, facts: ProcessFacts): readonly Answering[] {
  return [
    ...recordAnswers(node, operations),
    ...stateAnswers(node, operations, facts),
    ...figureAnswers(node, operations),
  ];
}

function recordAnswers(node: ServiceNode, operations: Operations): readonly Answering[] {
  const { service, database, context } = node;
  return [
    answer(operations.records, async ({ query: { orderId, userId } }) => {
      const records = await service.records?.(database, { orderId, userId });
      return { status: 200, body: { records: [...(records ?? [])] } };
    }),
    answer(operations.rehearse, async ({ body: { orderId, action, object, input } }) => {
      const possible = (await service.possibleActs?.({ orderId, action, object, input }, context)) ?? [];
      const chosen = possible.filter(
        (act) => (action ?? act.action) === act.action && (object ?? act.object) === act.object,
      );
      return { status: 200, body: { acts: await Promise.all(chosen.map((act) => rehearsed(node, act))) } };
    }),
    answer(operations.trail, async ({ body: { actors, objects, action, from, to, before, limit } }) => {
      const { rows } = await database.query<TrailRow>(selectTrail, [
        actors ?? null,
        objects ?? null,
        action ?? null,
        from ?? null,
        to ?? null,
        before?.at ?? null,
        before?.number ?? null,
        limit,
      ]);
      return { status: 200, body: { data: rows.map((row) => entryOf(service.name, row)) } };
    }),
  ];
}

function stateAnswers(node: ServiceNode, operations: Operations, facts: ProcessFacts): readonly Answering[] {
  const { service, database, context, environment } = node;
  return [
    answer(operations.settings, async () => {
      const own = shownSettings(service.settings ?? {}, environment);
      return { status: 200, body: { own, process: shownSettings(facts.settings, environment) } };
    }),
    answer(operations.health, async () => {
      const { services: _, ...state } = stateOf(facts);
      const uptimeSeconds = Math.max(0, context.clock.now() - facts.startedAt) / 1000;
      const health = { service: service.name, process: facts.id, ...state, uptimeSeconds };
      return { status: 200, body: { ...health, database: await healthOf(database) } };
    }),
  ];
}

function figureAnswers(node: ServiceNode, operations: Operations): readonly Answering[] {
  const { database } = node;
  return [
    answer(operations.subscriptions, async () => ({ status: 200, body: { heard: await heardBy(node) } })),
    answer(operations.backlogs, async ({ body: { subscriptions } }) => {
      const { rows } = await database.query<BacklogRow>(selectBacklogs, [
        subscriptions.map(({ consumer }) => consumer),
        subscriptions.map(({ position }) => position),
        subscriptions.map(({ types }) => types.join(' ')),
      ]);
      const data = rows.map(({ consumer, messages, oldest }) => ({
        consumer,
        messages: Number(messages),
        oldestAt: oldest === null ? null : toTimestamp(oldest),
      }));
      return { status: 200, body: { data } };
    }),
    answer(operations.processes, async () => {
      return { status: 200, body: { data: await seenProcesses(database, node.context.clock.now() - seenMs) } };
    }),
    answer(operations.samples, async ({ query: { since } }) => {
      const samples = await keptSamples(database, since === undefined ? 0 : fromTimestamp(since));
      return { status: 200, body: { bounds: [...latencyBounds], samples: [...samples] } };
    }),
  ];
}

async function rehearsed({ service, database, context }: ServiceNode, act: PossibleAct): Promise<RehearsedAct> {
  const { action, object, most, asks = [] } = act;
  const moment = { now: context.clock.now(), cause: 'dry-run' };
  const run = await dryRun({ tables: service.tables, queries: database, moment }, act.refusal ? [] : act.commands);
  const refusal = act.refusal ?? run.refusal;
  return {
    action,
    object,
    refusal: refusal ? { code: refusal.code, ...(refusal.detail !== undefined && { detail: refusal.detail }) } : null,
    ...(most && { most }),
    changes: run.changes.map(({ table, key, before, after }) => ({
      table,
      key,
      before: plain(before ?? null),
      after: plain(after),
    })),
    says: run.says.map(({ contract, data }) => ({ type: contract.type, data: plain(data) })),
    asks: refusal ? [] : [...asks],
  };
}

/** As JSON has it: rows keep amounts as bigint. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_name, inner) => (typeof inner === 'bigint' ? Number(inner) : inner)));
}

function entryOf(service: string, { id, actedAt, ...rest }: TrailRow): TrailEntry {
  return { ...rest, id: `${service}/${id}`, service, at: toTimestamp(actedAt) };
}

function shownSettings(
  table: SettingsTable,
  environment: Readonly<Record<string, string | undefined>>,
): ShownSetting[] {
  return Object.values(table)
    .map(({ name, help, secret = false, default: fallback }): ShownSetting => {
      const given = environment[name];
      const set = given !== undefined && given !== '';
      const value = set ? given : fallback;
      return { name, help, secret, set, value: secret ? null : (value ?? null), default: fallback ?? null };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

async function healthOf(database: Database) {
  const started = monotonicMs();
  try {
    await database.ping();
    return { ok: true, error: null, latencyMs: monotonicMs() - started };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error), latencyMs: null };
  }
}
