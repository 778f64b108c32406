import { describe, expect, test } from 'vitest';
import type { DeadLetter, ShownDeadLetter } from '#contracts/http/runtime.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { lettersText, letterText, retryRunText } from './dead-letter-text.ts';

const now = Date.UTC(2026, 10, 20);
const id = (last: number) => `dlt_01a1f93d-24de-7000-a725-7477ee3e1${String(last).padStart(3, '0')}`;
const orderId = 'ord_01a1f93d-2346-7000-885d-7f249674c7db';

const letter: DeadLetter = {
  id: id(1),
  service: 'notification',
  status: 'PARKED',
  attempts: 8,
  nextAttemptAt: null,
  error: 'StatementError: new row for relation "notifications" violates check constraint "amount_is_positive"',
  setAsideAt: toTimestamp(now - 150_000),
  retriedAt: null,
  retriedBy: null,
  settledAt: null,
  settledBy: null,
  settledReason: null,
  message: {
    source: 'inventory',
    position: 12,
    type: 'inventory.stock-reduce-failed',
    version: 1,
    key: orderId,
    time: toTimestamp(now - 151_000),
    traceparent: '00-a8485426822396a04e0ba8becc2366ec-a3c14cb2916594b7-01',
    causationId: 'ordering/11',
    data: { orderId },
  },
};
const shown: ShownDeadLetter = { ...letter, heldBehind: null, holding: { count: 0, ids: [] } };

describe('a list', () => {
  test.each([80, 100, 120])('keeps within %i columns, and never cuts an id or an order', (width) => {
    const text = lettersText([letter, { ...letter, id: id(2), error: null }], width, now);
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(width);
    const type = width < 90 ? 'stock-reduce-failed' : 'inventory.stock-reduce-failed';
    expect(text).toContain(`${id(1)}  PARKED       3m  ${type}\n`);
    expect(text).toContain(`  notification  ${orderId}  StatementError: new r`);
    expect(text).toContain(`  notification  ${orderId}\n`);
  });

  test.each([
    [42_000, '42s'],
    [99_000, '99s'],
    [100_000, '2m'],
    [99 * 60_000, '99m'],
    [3 * 3_600_000, '3h'],
    [9 * 86_400_000, '9d'],
    [-5_000, '0s'],
  ])('says that %i ms are %s', (ms, age) => {
    const text = lettersText([{ ...letter, setAsideAt: toTimestamp(now - ms) }], 80, now);
    expect(text).toMatch(new RegExp(` ${age}  stock-reduce`));
  });

  test('lets no text move the cursor or ring the bell', () => {
    const hostile = { ...letter.message, type: '\u001b[2Jx', key: 'a\u202eb\r\n' };
    const text = lettersText([{ ...letter, error: '\u0007\u009b31m', message: hostile }], 120, now);
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text).toContain('·[2Jx');
  });
});

describe('one letter', () => {
  test('tells what is known and nothing that is not', () => {
    const text = letterText(shown, now);
    expect(text).toContain(`${id(1)}  PARKED\n`);
    expect(text).toContain(
      '  message       inventory.stock-reduce-failed v1, inventory/12, said 2026-11-19T23:57:29.000Z\n',
    );
    expect(text).toContain('attempts: 8\n');
    expect(text).toContain(`"orderId": "${orderId}"`);
    for (const absent of ['retried', 'settled', 'waits for', 'holds', 'next attempt', 'null'])
      expect(text).not.toContain(absent);
  });

  test('says what it waits for, whom it holds, and who did what', () => {
    const ids = Array.from({ length: 12 }, (_, index) => id(index + 2));
    const text = letterText(
      {
        ...{ ...shown, status: 'DISCARDED', heldBehind: id(99), holding: { count: 212, ids } },
        ...{
          retriedAt: toTimestamp(now - 60_000),
          retriedBy: 'usr_ann',
          settledAt: toTimestamp(now),
          settledBy: 'usr_bob',
        },
        settledReason: 'a test\u001b[A order',
      },
      now,
    );
    expect(text).toContain('  retried       2026-11-19T23:59:00.000Z by usr_ann\n');
    expect(text).toContain('  settled       2026-11-20T00:00:00.000Z by usr_bob (a test·[A order)\n');
    expect(text).toContain(`  waits for     ${id(99)}\n`);
    expect(text).toContain(`  holds         212: ${id(2)}, `);
    expect(text).toContain(`${id(11)}, and 202 more\n`);
  });

  test('shows bytes that are no message as far as they can be read', () => {
    const base64 = Buffer.from('hello \u001b[2J').toString('base64');
    const data = { base64, bytes: 10, error: 'it is not JSON' };
    const text = letterText({ ...shown, message: { ...letter.message, source: 'unreadable', data } }, now);
    expect(text).toContain(`"base64": "${base64}"`);
    expect(text).toContain('"hello \\u001b[2J"\n');
  });
});

test('a run says how many of what, and until when', () => {
  const run = {
    dryRun: false,
    count: 3,
    groups: [{ service: 'inventory', type: 'ordering.reserve-stock', count: 3 }],
    ids: [id(1)],
    lastAt: toTimestamp(now + 200_000),
  };
  expect(retryRunText(run, now)).toContain('      3  inventory     ordering.reserve-stock\n');
  expect(retryRunText(run, now)).toContain('3 letters made due, the last one in 3m\n');
  expect(retryRunText({ ...run, dryRun: true, lastAt: toTimestamp(now) }, now)).toContain(
    '3 letters would be tried again; without --dry-run they are\n',
  );
  const nothing = { ...run, dryRun: true, count: 0, groups: [], ids: [], lastAt: null };
  expect(retryRunText(nothing, now)).toBe('0 letters would be tried again; without --dry-run they are\n');
});
