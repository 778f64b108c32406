import type { Instant } from '#kernel/clock.ts';
import type { Database } from '#runtime/database/database.ts';
import type { OurCharge, OurRefund } from '../domain/matching.ts';
import type { ProviderMethod } from '../domain/methods.ts';
import { attemptOfNumber, numberOf, refundNumberOf, refundOfNumber } from '../domain/model.ts';
import type { BilledLine, Difference, Reconciliation } from '../domain/reconciliation.ts';
import { differenceColumns, reconciliationColumns } from './tables.ts';

const selectById = `select ${reconciliationColumns} from reconciliations where id = any($1)`;

export async function findReconciliations(
  database: Database,
  ids: readonly string[],
): Promise<readonly Reconciliation[]> {
  return (await database.query<Reconciliation>(selectById, [ids])).rows;
}

/** Lines that the last reading to its end had, in the order of their ids. */
const selectLines = `
  select l.id, l.reconciliation_id as "reconciliationId", l.kind, l.number, l.transaction, l.amount, l.currency, l.fee,
    l.fee_currency as "feeCurrency", l.at, l.occurrence, l.raw, l.generation, l.cause
  from bill_lines as l join reconciliations as r on r.id = l.reconciliation_id and l.generation >= r.generation
  where l.reconciliation_id = $1 and l.id > $2 order by l.id limit $3`;

export async function linesAfter(
  database: Database,
  id: string,
  after: string,
  most: number,
): Promise<readonly BilledLine[]> {
  return (await database.query<BilledLine>(selectLines, [id, after, most])).rows;
}

const selectCharges = `
  select a.id as "attemptId", a.payment_id as "paymentId", p.order_id as "orderId", a.method, a.status, a.amount, a.currency
  from attempts as a join payments as p on p.id = a.payment_id where a.id = any($1)`;

/** By their numbers at the provider; what is no number of ours is left out. */
export async function chargesByNumber(
  database: Database,
  numbers: readonly string[],
): Promise<ReadonlyMap<string, OurCharge>> {
  const ids = numbers.filter((number) => number.length === 32).flatMap((number) => attemptOfNumber(number) ?? []);
  const { rows } = await database.query<OurCharge>(selectCharges, [ids]);
  return new Map(rows.map((row) => [numberOf(row.attemptId), row]));
}

const refundColumns = `r.id as "refundId", part."attemptId" as "attemptId", r.payment_id as "paymentId", p.order_id as "orderId",
  part.method, part.status, part.amount, r.currency`;
const partsOfRefunds = `refunds as r join payments as p on p.id = r.payment_id,
    jsonb_to_recordset(r.parts) as part ("attemptId" text, method text, status text, amount bigint)`;
const selectRefunds = `select ${refundColumns} from ${partsOfRefunds} where r.id = any($1)`;

export async function refundsByNumber(
  database: Database,
  numbers: readonly string[],
): Promise<ReadonlyMap<string, OurRefund>> {
  const ids = [...new Set(numbers.flatMap((number) => refundOfNumber(number) ?? []))];
  const { rows } = await database.query<OurRefund>(selectRefunds, [ids]);
  return new Map(rows.map((row) => [refundNumberOf(row.refundId, row.attemptId), row]));
}

const selectBefore = `
  select distinct l.kind || '/' || l.number as key
  from bill_lines as l join reconciliations as r on r.id = l.reconciliation_id and l.generation >= r.generation
  where l.number = any($1) and r.provider = $2 and r.day < $3`;

/** `<kind>/<number>` of those that stand on the provider's bills of earlier days. */
export async function onEarlierBills(
  database: Database,
  numbers: readonly string[],
  { provider, day }: Pick<Reconciliation, 'provider' | 'day'>,
): Promise<ReadonlySet<string>> {
  const { rows } = await database.query<{ key: string }>(selectBefore, [numbers, provider, day]);
  return new Set(rows.map(({ key }) => key));
}

/** Whether a number stands on a bill of the provider `$1`, whatever its day. */
const isBilled = (kind: 'payment' | 'refund', number: string): string => `exists (
    select from bill_lines as l join reconciliations as bill on bill.id = l.reconciliation_id and l.generation >= bill.generation
    where l.number = ${number} and l.kind = '${kind}' and bill.provider = $1)`;
const selectMissingCharges = `
  select a.id as "attemptId", a.payment_id as "paymentId", p.order_id as "orderId", a.method, a.status, a.amount, a.currency
  from charges as h join attempts as a on a.id = h.id join payments as p on p.id = a.payment_id
  where h.paid_at >= $2::timestamptz and h.paid_at < $3::timestamptz and a.method = $1 and a.status = 'SUCCEEDED'
    and not ${isBilled('payment', "replace(substr(a.id, 5), '-', '')")}
  order by a.id`;
/** What was asked for before the first day that was ever read may stand on a bill that never was. */
const selectMissingRefunds = `
  select ${refundColumns} from ${partsOfRefunds}
  where r.settled_at >= $2::timestamptz and r.settled_at < $3::timestamptz and r.created_at >= $4::timestamptz
    and part.method = $1 and part.status = 'SUCCEEDED'
    and not ${isBilled('refund', `replace(substr(r.id, 5) || substr(part."attemptId", 5), '-', '')`)}
  order by r.id`;

interface Within {
  readonly from: Instant;
  readonly to: Instant;
}

/** What was paid by the provider's own word within that time, and is on none of its bills. */
export async function unbilledCharges(
  database: Database,
  provider: ProviderMethod,
  { from, to }: Within,
): Promise<readonly OurCharge[]> {
  return (await database.query<OurCharge>(selectMissingCharges, [provider, from, to])).rows;
}

/** What was back within that time and is on no bill; of what was asked for since the first day that was read. */
export async function unbilledRefunds(
  database: Database,
  provider: ProviderMethod,
  { from, to }: Within,
  since: Instant,
): Promise<readonly OurRefund[]> {
  const values = [provider, from, to, since];
  return (await database.query<OurRefund>(selectMissingRefunds, values)).rows;
}

const selectFirstDay = `select min(day) as day from reconciliations where provider = $1 and status <> 'WAITING'`;

export async function firstDayOf(database: Database, provider: ProviderMethod): Promise<string | undefined> {
  return (await database.query<{ day: string | null }>(selectFirstDay, [provider])).rows[0]?.day ?? undefined;
}

const selectOpen = `select id, kind from differences where reconciliation_id = $1 and status = 'OPEN' order by id`;

export async function openDifferencesOf(
  database: Database,
  id: string,
): Promise<readonly Pick<Difference, 'id' | 'kind'>[]> {
  return (await database.query<Pick<Difference, 'id' | 'kind'>>(selectOpen, [id])).rows;
}

const shown = `case when status = 'WAITING' then 'WAITING' when status = 'READ' then 'CHECKING'
    when open_differences > 0 then 'DIFFERENT' else 'BALANCED' end`;
const selectPage = `
  select ${reconciliationColumns} from reconciliations
  where ($1::text is null or provider = $1) and ($2::text is null or ${shown} = $2) and (day, id) < ($3, $4)
  order by day desc, id desc limit $5`;

/** A place in a list that is in the order of days and then of ids, newest first. */
export interface Place {
  readonly day: string;
  readonly id: string;
}

export async function listReconciliations(
  database: Database,
  filter: { readonly provider?: string | undefined; readonly status?: string | undefined },
  before: Place,
  limit: number,
): Promise<readonly Reconciliation[]> {
  const values = [filter.provider ?? null, filter.status ?? null, before.day, before.id, limit];
  return (await database.query<Reconciliation>(selectPage, values)).rows;
}

const selectDifferences = `
  select ${differenceColumns} from differences
  where ($1::text is null or reconciliation_id = $1) and ($2::text is null or provider = $2)
    and ($3::text is null or status = $3) and ($4::text is null or kind = $4) and (day, id) < ($5, $6)
  order by day desc, id desc limit $7`;

export interface DifferenceFilter {
  readonly reconciliationId?: string | undefined;
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
}

export async function listDifferences(
  database: Database,
  { reconciliationId, provider, status, kind }: DifferenceFilter,
  before: Place,
  limit: number,
): Promise<readonly Difference[]> {
  const values = [reconciliationId, provider, status, kind].map((value) => value ?? null);
  return (await database.query<Difference>(selectDifferences, [...values, before.day, before.id, limit])).rows;
}

const selectDifference = `select ${differenceColumns} from differences where id = $1`;

export async function findDifference(database: Database, id: string): Promise<Difference | undefined> {
  return (await database.query<Difference>(selectDifference, [id])).rows[0];
}

const countOpen = `
  select provider, count(*) as open from differences where status = 'OPEN' group by provider`;

export async function countOpenDifferences(database: Database): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ provider: string; open: bigint }>(countOpen);
  return new Map(rows.map(({ provider, open }) => [provider, Number(open)]));
}
