import { describe, expect, test } from 'vitest';
import { billDay, daysBefore } from './calendar.ts';

const at = (text: string): number => Date.parse(text);

describe('a day of a bill', () => {
  test('is the provider’s: China’s for WeChat Pay and Alipay, UTC for cards', () => {
    expect(billDay('wechat', '2026-11-19')).toEqual({
      ...{ day: '2026-11-19', from: at('2026-11-19T00:00:00+08:00'), to: at('2026-11-20T00:00:00+08:00') },
      dueAt: at('2026-11-20T10:00:00+08:00'),
    });
    expect(billDay('alipay', '2026-11-19')?.dueAt).toBe(at('2026-11-20T12:00:00+08:00'));
    expect(billDay('card', '2026-11-19')).toMatchObject({
      ...{ from: at('2026-11-19T00:00:00Z'), dueAt: at('2026-11-20T02:00:00Z') },
    });
  });

  test.each(['', '2026-11', '2026-02-30', '2026-13-01', '20261119', 'yesterday'])('is not %j', (text) => {
    expect(billDay('wechat', text)).toBeUndefined();
  });

  test('is over before it is counted, in the provider’s own time', () => {
    const now = at('2026-11-20T17:00:00Z');
    expect(daysBefore('wechat', now, 2).map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-19']);
    expect(daysBefore('card', now, 2).map(({ day }) => day)).toEqual(['2026-11-19', '2026-11-18']);
  });
});
