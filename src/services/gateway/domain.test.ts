import { describe, expect, it } from 'vitest';
import type { Violation } from '#contracts/audit.ts';
import { type AuditRow, beginAudit, finishAudit } from './domain.ts';

const moment = { now: 2_000, cause: 'request/req_2' };
const violations: Violation[] = [{ invariant: 'I1', detail: 'tea is not there' }];
const running: AuditRow = {
  id: 'adt_1',
  startedAt: 1_000,
  finishedAt: null,
  checked: {},
  violations: [],
  error: null,
  askedBy: 'usr_1',
  cause: 'request/req_1',
};
const stateWith = (...rows: AuditRow[]) => ({ audits: new Map(rows.map((row) => [row.id, Object.freeze(row)])) });

describe('an audit', () => {
  it('is kept from when it was asked for, with who asked, on the audit trail', () => {
    const decision = beginAudit.decide(
      stateWith(),
      { id: 'adt_1', askedBy: 'usr_1' },
      { now: 1_000, cause: 'request/req_1' },
    );
    expect(decision).toEqual({
      put: { audits: [running] },
      answer: { id: 'adt_1' },
      trail: { action: 'audit.start', object: 'adt_1' },
    });
  });

  it('keeps what it found', () => {
    const decision = finishAudit.decide(
      stateWith(running),
      { id: 'adt_1', checked: { orders: 3 }, violations, error: null },
      moment,
    );
    expect(decision.put).toEqual({ audits: [{ ...running, finishedAt: 2_000, checked: { orders: 3 }, violations }] });
  });

  it('says why it broke off, if it did', () => {
    const broken = { id: 'adt_1', checked: {}, violations: [], error: 'no answer' };
    expect(finishAudit.decide(stateWith(running), broken, moment).put).toEqual({
      audits: [{ ...running, finishedAt: 2_000, error: 'no answer' }],
    });
  });

  it('is finished once: a second finding, or one of an unknown audit, changes nothing', () => {
    const finished = { ...running, finishedAt: 1_500 };
    expect(
      finishAudit.decide(stateWith(finished), { id: 'adt_1', checked: {}, violations, error: null }, moment),
    ).toEqual({});
    expect(finishAudit.decide(stateWith(), { id: 'adt_1', checked: {}, violations, error: null }, moment)).toEqual({});
  });
});
