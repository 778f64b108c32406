import { describe, expect, test } from 'vitest';
import { ask, numbered, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { tables } from '../store.ts';
import type { PaymentTables } from './model.ts';
import {
  beginReading,
  closeDifferences,
  endCheck,
  endReading,
  type FoundDifference,
  failReading,
  type ReadLine,
  recordDifferences,
  resolveDifference,
  takeLines,
} from './reconciling.ts';

const id = 'rec_wechat_20261119';
const day = { provider: 'wechat', day: '2026-11-19' } as const;
const line: ReadLine = {
  ...{ id: `${id}/payment/n1/1`, kind: 'payment', number: 'n1', transaction: 't1', amount: 100n, currency: 'CNY' },
  ...{ fee: 1n, feeCurrency: 'CNY', at: 0, occurrence: 1, raw: 'n1,100' },
};
const found = (name: string): FoundDifference => ({
  ...{ id: `dif_${name}`, reconciliationId: id, ...day, kind: 'unknown', number: name, orderId: null, lineId: null },
  ...{ raw: null, evidence: { ours: null, billed: null, expectedFee: null, ledger: null } },
});
const begun = () => ask(beginReading, day);
const ended = (reading: number) => ask(endReading, { id, reading, source: 'FETCHED', lines: 1 });
const checked = (generation: number, ...amounts: [string, bigint][]) =>
  ask(endCheck, { id, generation, fees: amounts.map(([currency, amount]) => ({ amount, currency })) });
const recorded = (...names: string[]) => ask(recordDifferences, { id, found: names.map(found) });
const closed = (...names: string[]) =>
  ask(closeDifferences, { id, differences: names.map((name) => `dif_${name}`), how: 'bill' });
const resolved = (name: string) => ask(resolveDifference, { id: `dif_${name}`, reason: 'seen', by: 'usr_1' });

async function rehearsed(...asks: Parameters<Rehearsal<PaymentTables>['inTurn']>[0]) {
  const rehearsal = new Rehearsal<PaymentTables>(tables);
  const decisions = await rehearsal.inTurn(asks, numbered(1));
  return {
    decisions,
    answers: decisions.map(({ answer, refuse }) => refuse?.code ?? answer),
    day: () => rehearsal.row('reconciliations', id),
    difference: (name: string) => rehearsal.row('differences', `dif_${name}`),
    said: rehearsal.said.map(({ data }) => data),
  };
}

describe('reading a bill', () => {
  test('gives way to who began to read it later', async () => {
    // In the store a line that is read again replaces itself.
    const taking = (reading: number) =>
      ask(takeLines, { id, reading, lines: [{ ...line, id: `${line.id}${reading}` }] });
    const { answers, day: row } = await rehearsed(
      begun(),
      taking(1),
      begun(),
      taking(1),
      ended(1),
      taking(2),
      ended(2),
    );
    const told = answers.map((answer) => (answer as { isOurs?: boolean }).isOurs);
    expect(told).toEqual([undefined, true, undefined, false, false, true, true]);
    expect(row()).toMatchObject({ status: 'READ', reading: 2, generation: 2, lines: 1 });
  });

  test('that breaks off leaves what was known, says why, and is tried later', async () => {
    const failing = ask(failReading, { id, reading: 2, why: 'not yet', detail: 'at ten', retryAfterMs: 600 });
    const { day: row } = await rehearsed(begun(), ended(1), checked(1), begun(), failing);
    expect(row()).toMatchObject({ status: 'CHECKED', generation: 1, why: 'not yet', tries: 1, nextTryAt: 605 });
  });
});

describe('differences', () => {
  test('that are found again are the same, and end where they are not found any more', async () => {
    const { day: row, difference } = await rehearsed(
      begun(),
      ended(1),
      recorded('a', 'b'),
      recorded('a', 'b'),
      closed('b'),
    );
    expect(row()).toMatchObject({ openDifferences: 1 });
    expect(difference('a')).toMatchObject({ status: 'OPEN', foundAt: 3 });
    expect(difference('b')).toMatchObject({ status: 'RESOLVED', resolvedHow: 'bill' });
  });

  test('that had ended and are found again are open again', async () => {
    const { day: row, difference } = await rehearsed(
      begun(),
      ended(1),
      recorded('a'),
      closed('a'),
      closed('a'),
      recorded('a'),
    );
    expect(row()).toMatchObject({ openDifferences: 1 });
    expect(difference('a')).toMatchObject({ status: 'OPEN', resolvedHow: null, resolvedAt: null, foundAt: 3 });
  });

  test('that a person has resolved stay so, and are resolved once', async () => {
    const {
      answers,
      decisions,
      day: row,
      difference,
    } = await rehearsed(
      ...[begun(), ended(1), recorded('a'), resolved('a'), recorded('a'), resolved('a'), resolved('z')],
    );
    expect(answers.slice(3)).toEqual([{ id: 'dif_a' }, undefined, 'conflict', 'not_found']);
    expect(decisions[3]?.trail).toEqual({ action: 'reconciliation.resolve', object: 'dif_a', reason: 'seen' });
    expect(difference('a')).toMatchObject({ status: 'RESOLVED', resolvedHow: 'person', resolvedBy: 'usr_1' });
    expect(row()).toMatchObject({ openDifferences: 0 });
  });
});

describe('fees', () => {
  const fee = (sequence: number, amount: number, currency = 'CNY') =>
    expect.objectContaining({ reconciliationId: id, method: 'wechat', sequence, fee: { amount, currency } });

  test('are told once, and what they turn out to be beyond that is told once too', async () => {
    const { said, day: row } = await rehearsed(
      ...[begun(), ended(1), checked(1, ['CNY', 60n]), checked(1, ['CNY', 60n]), checked(1, ['CNY', 75n])],
      ...[checked(1, ['CNY', 70n], ['USD', 3n]), checked(1, ['USD', 3n])],
    );
    expect(said).toEqual([fee(1, 60), fee(2, 15), fee(3, -5), fee(1, 3, 'USD'), fee(4, -70)]);
    expect(row()).toMatchObject({ fees: { CNY: { amount: '0', sequence: 4 }, USD: { amount: '3', sequence: 1 } } });
  });

  test('of a reading that is not the last any more are not told', async () => {
    const { said, day: row } = await rehearsed(begun(), ended(1), begun(), ended(2), checked(1, ['CNY', 60n]));
    expect([said, row()?.status]).toEqual([[], 'READ']);
  });
});
