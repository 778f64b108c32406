import type { Violation } from '#contracts/audit.ts';
import type { Instant } from '#kernel/clock.ts';
import { type Decider, nothing } from '#runtime/batch/decider.ts';
import type { Table } from '#runtime/batch/workset.ts';

/** An audit that somebody asked for; until it is finished it has found nothing. */
export interface AuditRow {
  readonly id: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly checked: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** Why it broke off. */
  readonly error: string | null;
  readonly askedBy: string;
  readonly cause: string;
}

export type GatewayTables = { readonly audits: Table<AuditRow> };

/** An audit is asked for. */
export const beginAudit: Decider<
  GatewayTables,
  { readonly id: string; readonly askedBy: string },
  { readonly id: string }
> = {
  name: 'begin-audit',
  needs: () => ({}),
  decide: (_state, { id, askedBy }, { now, cause }) => ({
    put: {
      audits: [{ id, startedAt: now, finishedAt: null, checked: {}, violations: [], error: null, askedBy, cause }],
    },
    answer: { id },
    trail: { action: 'audit.start', object: id },
  }),
};

export interface FinishAudit {
  readonly id: string;
  readonly checked: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  readonly error: string | null;
}

/** What an audit found is kept with it, or why it found nothing. */
export const finishAudit: Decider<GatewayTables, FinishAudit> = {
  name: 'finish-audit',
  needs: ({ id }) => ({ audits: [id] }),
  decide: (state, { id, checked, violations, error }, { now }) => {
    const audit = state.audits.get(id);
    if (!audit || audit.finishedAt !== null) return nothing;
    return { put: { audits: [{ ...audit, finishedAt: now, checked, violations, error }] } };
  },
};
