import { describe, expect, test } from 'vitest';
import { fromBeijing, startOfDay, toBeijing } from './beijing.ts';

describe('time at Alipay', () => {
  test('is Beijing’s, eight hours ahead, the year round', () => {
    expect(toBeijing(Date.parse('2026-11-20T19:36:59Z'))).toBe('2026-11-21 03:36:59');
    expect(toBeijing(Date.parse('2026-06-30T16:00:00Z'))).toBe('2026-07-01 00:00:00');
    expect(fromBeijing('2026-11-21 03:36:59')).toBe(Date.parse('2026-11-20T19:36:59Z'));
  });

  test('comes with milliseconds where it is of a refund', () => {
    expect(fromBeijing('2026-11-21 03:36:59.000')).toBe(Date.parse('2026-11-20T19:36:59Z'));
  });

  test.each(['', '2026-11-21', '2026-11-21T03:36:59', '2026-13-01 00:00:00', 'now', undefined, 5])(
    'is not %j',
    (text) => {
      expect(fromBeijing(text)).toBeUndefined();
    },
  );

  test('has days', () => {
    expect(startOfDay('2026-11-19')).toBe(Date.parse('2026-11-18T16:00:00Z'));
    for (const day of ['2026-11-31', '2026-11', '20261119', '']) expect(startOfDay(day)).toBeUndefined();
  });
});
