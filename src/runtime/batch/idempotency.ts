import type { Instant } from '#kernel/clock.ts';
import { type Problem, problem, statusOf } from '#kernel/problem.ts';
import type { Queries, Transaction } from '../database/database.ts';
import { rowsOf } from '../database/rows-of.ts';
import type { IdempotencyKey } from '../service.ts';
import { Recent } from './recent.ts';

/** What a key was executed to: an object to answer from, or the answer itself. */
export interface Execution {
  readonly scope: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly bound: string | null;
  readonly answer: { readonly answer?: unknown; readonly refuse?: Problem } | null;
}

const nameOf = ({ scope, key }: Pick<IdempotencyKey, 'scope' | 'key'>): string => `${scope}\n${key}`;

/** Key by key: planned while the table is known to be empty, a join would read all of it ever after, however it grows. */
export const selectExecutions = `
  select found.* from unnest($1::text[], $2::text[]) as wanted (scope, key), lateral (
    select scope, key, fingerprint, bound, answer from idempotency_keys as known
    where known.scope = wanted.scope and known.key = wanted.key offset 0) as found`;

const insertExecutions = `
  insert into idempotency_keys (scope, key, fingerprint, bound, answer, created_at)
  select scope, key, fingerprint, bound, answer, $1::timestamptz
  from ${rowsOf('scope text, key text, fingerprint text, bound text, answer json', 2)} as executed
  order by scope, key`;

/** Refusals that depend on who asks or on passing trouble are not executions; all others are (API: Idempotency-Key). */
function isStored(refusal: Problem): boolean {
  const status = statusOf(refusal);
  return status < 500 && ![400, 401, 403, 429].includes(status);
}

/** Whoever says a key again does so at once, or so late that it is looked up. */
const executionsKnownLeast = 512;

/** What keys were executed to, as far as it was looked for; null: to nothing yet. */
export class KnownExecutions extends Recent<Execution | null> {
  constructor() {
    super(executionsKnownLeast);
  }
}

/** Reads what is not known of the keys. */
export async function loadExecutions(
  queries: Queries,
  known: KnownExecutions,
  keys: readonly IdempotencyKey[],
): Promise<void> {
  const missing = keys.filter((key) => !known.has(nameOf(key)));
  if (missing.length === 0) return;
  const { rows } = await queries.query<Execution>(selectExecutions, [
    missing.map(({ scope }) => scope),
    missing.map(({ key }) => key),
  ]);
  for (const row of rows) if (!known.has(nameOf(row))) known.set(nameOf(row), row);
  for (const key of missing) if (!known.has(nameOf(key))) known.set(nameOf(key), null);
}

/** The keys that one batch executes. */
export class Executions {
  readonly #known: KnownExecutions;
  readonly #fresh: Execution[] = [];

  constructor(known = new KnownExecutions()) {
    this.#known = known;
  }

  /** What the key was executed to before, a refusal if it was sent with something else, undefined if it is new. */
  before(key: IdempotencyKey): Execution | Problem | undefined {
    const execution = this.#known.get(nameOf(key)) ?? undefined;
    if (execution && execution.fingerprint !== key.fingerprint) {
      return problem('idempotency_key_reused', 'This key was sent before with another body.');
    }
    return execution;
  }

  record(key: IdempotencyKey, decision: { bind?: string; answer?: unknown; refuse?: Problem }): void {
    if (decision.refuse && !isStored(decision.refuse)) return;
    const { bind, answer, refuse } = decision;
    const stored = bind === undefined ? { ...(refuse ? { refuse } : { answer }) } : null;
    const execution: Execution = { ...key, bound: bind ?? null, answer: stored };
    this.#known.set(nameOf(key), execution);
    this.#fresh.push(execution);
  }

  save(transaction: Transaction, now: Instant): Promise<unknown>[] {
    const fresh = this.#fresh;
    if (fresh.length === 0) return [];
    return [
      transaction.query(insertExecutions, [
        now,
        fresh.map(({ scope }) => scope),
        fresh.map(({ key }) => key),
        fresh.map(({ fingerprint }) => fingerprint),
        fresh.map(({ bound }) => bound),
        fresh.map(({ answer }) => (answer ? JSON.stringify(answer) : null)),
      ]),
    ];
  }
}
