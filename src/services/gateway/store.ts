import type { Audit } from '#contracts/http/gateway.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Table } from '#runtime/batch/workset.ts';
import type { Queries } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { AuditRow, GatewayTables } from './domain.ts';

interface StoredAudit {
  readonly id: string;
  readonly started_at: Instant;
  readonly finished_at: Instant | null;
  readonly checked: Audit['checked'];
  readonly violations: Audit['violations'];
  readonly error: string | null;
  readonly asked_by: string;
  readonly cause: string;
}

const columns = 'id, started_at, finished_at, checked, violations, error, asked_by, cause';
const loadAudits = `select ${columns} from audits where id = any($1)`;
const insertAudits = `
  insert into audits (id, started_at, asked_by, cause)
  select * from ${rowsOf('id text, started_at timestamptz, asked_by text, cause text')} as new`;
const finishAudits = `
  update audits as audit set finished_at = c.finished_at, checked = c.checked, violations = c.violations,
    error = c.error
  from ${rowsOf('id text, finished_at timestamptz, checked json, violations json, error text')} as c
  where audit.id = c.id`;
const selectAudit = `select ${columns} from audits where id = $1`;
const selectLatest = `select ${columns} from audits where finished_at is not null and error is null order by finished_at desc limit 1`;

const audits: Table<AuditRow> = {
  keyOf: ({ id }) => id,
  async load(transaction, ids) {
    return (await transaction.query<StoredAudit>(loadAudits, [ids])).rows.map(rowOf);
  },
  insert: (transaction, rows) =>
    transaction.query(insertAudits, [
      rows.map(({ id }) => id),
      rows.map(({ startedAt }) => startedAt),
      rows.map(({ askedBy }) => askedBy),
      rows.map(({ cause }) => cause),
    ]),
  update: (transaction, rows) =>
    transaction.query(finishAudits, [
      rows.map(({ id }) => id),
      rows.map(({ finishedAt }) => finishedAt),
      rows.map(({ checked }) => JSON.stringify(checked)),
      rows.map(({ violations }) => JSON.stringify(violations)),
      rows.map(({ error }) => error),
    ]),
};

export const tables: GatewayTables = { audits };

export async function findAudit(database: Queries, id: string): Promise<AuditRow | undefined> {
  const { rows } = await database.query<StoredAudit>(selectAudit, [id]);
  return rows[0] && rowOf(rows[0]);
}

export async function latestAudit(database: Queries): Promise<AuditRow | undefined> {
  const { rows } = await database.query<StoredAudit>(selectLatest);
  return rows[0] && rowOf(rows[0]);
}

function rowOf({ started_at, finished_at, asked_by, ...rest }: StoredAudit): AuditRow {
  return { ...rest, startedAt: started_at, finishedAt: finished_at, askedBy: asked_by };
}
