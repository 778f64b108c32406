import type { FactsRange, PaymentFacts, Violation } from '#contracts/audit.ts';
import type { Queries } from '#runtime/database/database.ts';
import { saidAsFacts } from '#runtime/log/said.ts';
import type { ServiceAudit } from '#runtime/service.ts';
import { statementChecks } from './reconciliation/audit.ts';

/** I5: one record per order. */
const doubledPayments = `
  select order_id, count(*) as payments from payments group by order_id having count(*) > 1 limit 100`;
/** I8: payments that were spoken of and are not there. */
const lostPayments = `
  select distinct key from log where type like 'payment.%' and type <> 'payment.fees-settled' and not exists (select from payments where order_id = key) limit 100`;
const countRows = 'select (select count(*) from payments) as payments, (select count(*) from attempts) as attempts';

const selectFacts = `
  select payment.order_id, payment.status, coalesce(payment.due, 0)::bigint as due, payment.captured, payment.refunded,
    greatest(payment.created_at, said.latest, tried.latest, given.latest) as changed_at, coalesce(said.said, '[]') as said,
    coalesce(tried.attempts, '[]') as attempts, coalesce(given.refunds, '[]') as refunds
  from payments as payment, lateral (
    select max(said_at) as latest,
      ${saidAsFacts} as said
    from log where key = payment.order_id
  ) as said, lateral (
    select max(created_at) as latest,
      json_agg(json_build_object('id', id, 'method', method, 'status', status, 'amount', amount, 'refunding', refunding)
        order by number) as attempts
    from attempts where payment_id = payment.id
  ) as tried, lateral (
    select max(created_at) as latest,
      json_agg(json_build_object('id', id, 'status', status, 'amount', amount, 'returned', (
        select coalesce(sum(part.amount), 0)::bigint from jsonb_to_recordset(parts) as part (status text, amount bigint)
        where part.status = 'SUCCEEDED'
      )) order by id) as refunds
    from refunds where payment_id = payment.id
  ) as given
  where payment.id > $1 and ($2::text is null or payment.id <= $2) and payment.order_id like 'ord\\_%' order by payment.id limit $3`;

interface FactsRow {
  readonly order_id: string;
  readonly status: string;
  readonly due: bigint;
  readonly captured: bigint;
  readonly refunded: bigint;
  readonly changed_at: number;
  readonly said: PaymentFacts['said'];
  readonly attempts: PaymentFacts['attempts'];
  readonly refunds: PaymentFacts['refunds'];
}

export const audit: ServiceAudit = {
  async checks(database) {
    const [doubled, lost, counts, statements] = await Promise.all([
      database.query<{ order_id: string; payments: bigint }>(doubledPayments),
      database.query<{ key: string }>(lostPayments),
      database.query<{ payments: bigint; attempts: bigint }>(countRows),
      statementChecks(database),
    ]);
    const { payments = 0n, attempts = 0n } = counts.rows[0] ?? {};
    const violations: Violation[] = [
      ...doubled.rows.map(({ order_id, payments: count }) => ({
        invariant: 'I5' as const,
        orderId: order_id,
        detail: `${count} payments for one order`,
      })),
      ...lost.rows.map(({ key }) => ({
        invariant: 'I8' as const,
        orderId: key,
        detail: 'payment spoke of a payment that is not there',
      })),
      ...statements.violations,
    ];
    return {
      violations,
      checked: { payments: Number(payments), attempts: Number(attempts), billLines: statements.lines },
    };
  },
  facts: readFacts,
};

/** A payment's id is its order's with another prefix, so ranges of order ids are ranges of the primary key. */
function paymentBound(orderId: string): string {
  return orderId.replace(/^ord_/, 'pay_');
}

async function readFacts(database: Queries, { after, upTo, limit }: FactsRange): Promise<PaymentFacts[]> {
  const bounds = [paymentBound(after), upTo === undefined ? null : paymentBound(upTo), limit];
  const { rows } = await database.query<FactsRow>(selectFacts, bounds);
  return rows.map(({ order_id, changed_at, due, captured, refunded, ...rest }) => ({
    ...rest,
    orderId: order_id,
    due: Number(due),
    captured: Number(captured),
    refunded: Number(refunded),
    changedAtMs: changed_at,
  }));
}
