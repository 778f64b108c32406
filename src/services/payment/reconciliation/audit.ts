import type { Violation } from '#contracts/audit.ts';
import type { Queries } from '#runtime/database/database.ts';

/** A difference that is open, or that a person has settled, says that bill and books are apart; nothing else may be. */
const explained = "(d.status = 'OPEN' or d.resolved_how = 'person')";
const currentLines = `reconciliations as r join bill_lines as l on l.reconciliation_id = r.id and l.generation >= r.generation`;
/** The id that a number of ours was made from (numberOf in domain/model.ts). */
const idFrom = (prefix: string, hex: string): string =>
  `regexp_replace(${hex}, '^(.{8})(.{4})(.{4})(.{4})(.{12})$', '${prefix}_\\1-\\2-\\3-\\4-\\5')`;
const zone = "case r.provider when 'card' then 'UTC' else 'Asia/Shanghai' end";
const isOfDay = (column: string): string =>
  `${column} >= r.day::timestamp at time zone ${zone} and ${column} < (r.day::date + 1)::timestamp at time zone ${zone}`;
const isBilled = (kind: string, number: string): string => `exists (
  select from bill_lines as l join reconciliations as bill on bill.id = l.reconciliation_id and l.generation >= bill.generation
  where l.kind = '${kind}' and l.number = ${number} and bill.provider = r.provider)`;
const isExplained = (kind: string, number: string): string =>
  `exists (select from differences as d where d.kind = '${kind}' and d.number = ${number} and ${explained})`;

/** I2: each payment on a bill that was checked is one of ours, over the same money, once. */
const strangePayments = `
  select l.id, r.provider, r.day, null as order_id from ${currentLines}
  where r.status = 'CHECKED' and l.kind = 'payment' and (l.occurrence > 1 or not exists (
      select from attempts as a where a.id = ${idFrom('att', 'l.number')} and a.method = r.provider and a.status = 'SUCCEEDED'
        and a.amount = l.amount and a.currency = l.currency))
    and not exists (select from differences as d where d.line_id = l.id and ${explained}) limit 100`;
/** I4: each refund on one is one of ours, done or under way. */
const strangeRefunds = `
  select l.id, r.provider, r.day, null as order_id from ${currentLines}
  where r.status = 'CHECKED' and l.kind = 'refund' and (l.occurrence > 1 or not exists (
      select from refunds as f, jsonb_to_recordset(f.parts) as part ("attemptId" text, method text, status text, amount bigint)
      where f.id = ${idFrom('rfd', 'left(l.number, 32)')} and part."attemptId" = ${idFrom('att', 'substr(l.number, 33)')}
        and part.method = r.provider and part.status <> 'FAILED' and part.amount = l.amount and f.currency = l.currency))
    and not exists (select from differences as d where d.line_id = l.id and ${explained}) limit 100`;
const attemptNumber = "replace(substr(a.id, 5), '-', '')";
/** I2: what was paid by the provider's own word on a day that was checked is on a bill. */
const unbilledPayments = `
  select a.id, r.provider, r.day, p.order_id
  from reconciliations as r join charges as h on ${isOfDay('h.paid_at')}
    join attempts as a on a.id = h.id and a.method = r.provider and a.status = 'SUCCEEDED' join payments as p on p.id = a.payment_id
  where r.status = 'CHECKED' and not ${isBilled('payment', attemptNumber)}
    and not ${isExplained('payment_missing', attemptNumber)} limit 100`;
const partNumber = `replace(substr(f.id, 5) || substr(part."attemptId", 5), '-', '')`;
/** I4: what went back is on a bill too, where it was asked for since the first that was read. */
const unbilledRefunds = `
  select f.id, r.provider, r.day, p.order_id
  from reconciliations as r join refunds as f on ${isOfDay('f.settled_at')} join payments as p on p.id = f.payment_id,
    jsonb_to_recordset(f.parts) as part ("attemptId" text, method text, status text)
  where r.status = 'CHECKED' and part.method = r.provider and part.status = 'SUCCEEDED'
    and f.created_at >= (
      select min(day)::timestamp at time zone ${zone} from reconciliations where provider = r.provider and status <> 'WAITING')
    and not ${isBilled('refund', partNumber)} and not ${isExplained('refund_missing', partNumber)} limit 100`;
/** Counted by commits of their own: the figure that lists show is what there is. */
const strayCounts = `
  select r.id, r.provider, r.day, null as order_id from reconciliations as r
  where open_differences <> (select count(*) from differences where reconciliation_id = r.id and status = 'OPEN') limit 100`;
const countLines = 'select count(*) as lines from bill_lines';

interface Stray {
  readonly id: string;
  readonly provider: string;
  readonly day: string;
  readonly order_id: string | null;
}

/** Providers' statements equal our books for the days that were checked, but for differences that are written down. */
export async function statementChecks(
  database: Queries,
): Promise<{ readonly violations: readonly Violation[]; readonly lines: number }> {
  const [payments, refunds, unpaid, unreturned, counts, lines] = await Promise.all([
    database.query<Stray>(strangePayments),
    database.query<Stray>(strangeRefunds),
    database.query<Stray>(unbilledPayments),
    database.query<Stray>(unbilledRefunds),
    database.query<Stray>(strayCounts),
    database.query<{ lines: bigint }>(countLines),
  ]);
  const named = (invariant: Violation['invariant'], rows: readonly Stray[], words: (stray: Stray) => string) =>
    rows.map((row) => ({
      ...{ invariant, detail: words(row) },
      ...(row.order_id?.startsWith('ord_') ? { orderId: row.order_id } : {}),
    }));
  const violations = [
    ...named('I2', payments.rows, ({ id }) => `payment has not what the bill says in ${id}, and no difference says so`),
    ...named('I4', refunds.rows, ({ id }) => `no refund is what the bill says in ${id}, and no difference says so`),
    ...named('I2', unpaid.rows, ({ id, provider, day }) => `${id} is not on the bill of ${provider} of ${day}`),
    ...named('I4', unreturned.rows, ({ id, provider, day }) => `${id} is not on the bill of ${provider} of ${day}`),
    ...named('I5', counts.rows, ({ id }) => `${id} has another number of open differences than it says`),
  ];
  return { violations, lines: Number(lines.rows[0]?.lines ?? 0n) };
}
