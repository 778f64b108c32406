import type { Violation } from '#contracts/audit.ts';
import type { Decider } from '#runtime/batch/decider.ts';
import type { tables } from './store.ts';

type GatewayTables = typeof tables;

/** An audit is asked for. */
export const beginAudit: Decider<
  GatewayTables,
  { readonly id: string; readonly askedBy: string },
  { readonly id: string }
> = {
  name: 'begin-audit',
  needs: () => ({}),
  decide: (_state, { id, askedBy }, { now, cause }) => ({
    put: { audits: [{ id, startedAt: now, finishedAt: null, checked: {}, violations: [], askedBy, cause }] },
    answer: { id },
    trail: { action: 'audit.start', object: id },
  }),
};

export interface FinishAudit {
  readonly id: string;
  readonly checked: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

/** What an audit found is kept with it. */
export const finishAudit: Decider<GatewayTables, FinishAudit> = {
  name: 'finish-audit',
  needs: ({ id }) => ({ audits: [id] }),
  decide: (state, { id, checked, violations }, { now }) => {
    const audit = state.audits.get(id);
    if (!audit || audit.finishedAt !== null) return {};
    return { put: { audits: [{ ...audit, finishedAt: now, checked: { ...checked }, violations: [...violations] }] } };
  },
};
